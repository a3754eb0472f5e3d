// What a term is: its value behind names and scales, and what of it can be brought to the other side.
#include "compiler/sema/passes/case_terms.h"

#include "runtime/value/calendar.h"
#include "runtime/value/ratio.h"
#include "runtime/value/time.h"

namespace endcap::sema {
namespace {

std::string ratio_text(const Ratio& value) {
  const auto units = ratio_round(value, 4, true, Rounding::HalfEven);
  std::string text = units ? decimal_to_text(*units, 4) : "?";
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "%";
}

// left op right where one side is written down, as factor and offset of the other.
struct Shift {
  const Expr* inner;
  Ratio factor{1, 1}, offset{0, 1};
};

Ratio negative(const Ratio& value) { return {-value.numerator, value.denominator}; }

std::optional<Shift> shift_of(const Operation& operation, const std::optional<Ratio>& left,
                              const std::optional<Ratio>& right) {
  const Expr* first = operation.operands[0].get();
  const Expr* second = operation.operands.size() > 1 ? operation.operands[1].get() : nullptr;
  switch (operation.op) {
    case Operator::Negate:
      return Shift{first, {-1, 1}};
    case Operator::Add:
    case Operator::RatioAdd:
    case Operator::AddDays:
    case Operator::AddDuration:
      if (right) return Shift{first, {1, 1}, *right};
      if (left) return Shift{second, {1, 1}, *left};
      return std::nullopt;
    case Operator::Subtract:
    case Operator::RatioSubtract:
    case Operator::SubtractDays:
    case Operator::SubtractDuration:
      if (right) return Shift{first, {1, 1}, negative(*right)};
      if (left) return Shift{second, {-1, 1}, *left};
      return std::nullopt;
    case Operator::Multiply:
    case Operator::RatioMultiply:
      if (right && right->numerator != 0) return Shift{first, *right};
      if (left && left->numerator != 0) return Shift{second, *left};
      return std::nullopt;
    case Operator::Divide:
    case Operator::RatioDivide:
      if (right && right->numerator != 0) {
        const auto factor = make_ratio(right->denominator, right->numerator);
        if (factor) return Shift{first, *factor};
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool CaseTerms::spend() const {
  if (left_ > 0) --left_;
  return left_ > 0;
}

const Expr& CaseTerms::resolved(const Expr& expression) const {
  if (const auto* local = std::get_if<LocalRef>(&expression.node); local && cases_.lets) {
    for (const auto& [name, value] : *cases_.lets) {
      if (name == local->local) return resolved(*value);
    }
  }
  const auto* operation = std::get_if<Operation>(&expression.node);
  const bool kept = operation && (operation->op == Operator::ToRatio || operation->op == Operator::Rescale ||
                                  operation->op == Operator::Bounded);
  if (kept) return resolved(*operation->operands[0]);
  return expression;
}

std::optional<Ratio> CaseTerms::literal(const Expr& expression) const {
  const Expr& written = resolved(expression);
  if (const auto* ratio = std::get_if<RatioLiteral>(&written.node)) {
    const auto made = make_ratio(ratio->numerator, ratio->denominator);
    return made ? std::optional(*made) : std::nullopt;
  }
  const auto* cell = std::get_if<Literal>(&written.node);
  if (!cell) return std::nullopt;
  const abi::Type& type = program_.abi.types[written.type];
  const auto value = ratio_of_decimal(cell->cell.bits, type.scale, type.kind == abi::Kind::Percent);
  return value ? std::optional(*value) : std::nullopt;
}

LinearTerm CaseTerms::linear(const Expr& expression) const {
  const Expr& term = resolved(expression);
  const auto* operation = std::get_if<Operation>(&term.node);
  if (!operation || operation->operands.empty()) return {&term};
  std::optional<Ratio> right;
  if (operation->operands.size() > 1) right = literal(*operation->operands[1]);
  const auto shift = shift_of(*operation, literal(*operation->operands[0]), right);
  if (!shift) return {&term};
  const LinearTerm inner = linear(*shift->inner);
  const auto factor = ratio_multiply(shift->factor, inner.factor);
  const auto scaled = ratio_multiply(shift->factor, inner.offset);
  const auto offset = scaled ? ratio_add(*scaled, shift->offset) : scaled;
  // Too long for 128 bits: then it is a term of its own.
  if (!factor || !offset) return {&term};
  return {inner.base, reduced(*factor), reduced(*offset)};
}

std::string value_text(const abi::Type& type, const Ratio& value) {
  if (type.kind == abi::Kind::Ratio) return ratio_text(value);
  const auto units = ratio_round(value, type.scale, type.kind == abi::Kind::Percent, Rounding::HalfEven);
  if (!units) return "?";
  switch (type.kind) {
    case abi::Kind::Bool:
      return *units != 0 ? "yes" : "no";
    case abi::Kind::Enum:
      return *units >= 0 && *units < static_cast<Int128>(type.values.size())
                 ? type.values[static_cast<size_t>(*units)]
                 : "?";
    case abi::Kind::Date:
      return date_to_text(static_cast<Date>(*units));
    case abi::Kind::Time:
      return time_to_text(static_cast<TimeOfDay>(*units));
    case abi::Kind::Duration:
      return duration_to_text(static_cast<Duration>(*units));
    case abi::Kind::BusinessDuration: {
      const bool days = static_cast<BusinessDuration::Unit>(*units >> 64) == BusinessDuration::Unit::Days;
      const auto count = static_cast<Duration>(*units);
      return "business " + (days ? decimal_to_text(count, 0) + " days" : duration_to_text(count));
    }
    case abi::Kind::Instant:
      return instant_to_text(static_cast<Instant>(*units));
    case abi::Kind::Percent:
      return decimal_to_text(*units, type.scale) + "%";
    case abi::Kind::Money:
    case abi::Kind::Quantity:
      return decimal_to_text(*units, type.scale) + " " + type.name;
    default:
      return decimal_to_text(*units, type.scale);
  }
}

}  // namespace endcap::sema
