// Reading a policy's conditions into axes and placing one point in each region.
#include "compiler/sema/passes/policy_grid.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::sema {
namespace {

constexpr size_t kPointsMax = 200'000;

bool is_comparison(Operator op) { return op >= Operator::Equal && op <= Operator::GreaterEqual; }

Operator mirrored(Operator op) {
  switch (op) {
    case Operator::Less:
      return Operator::Greater;
    case Operator::LessEqual:
      return Operator::GreaterEqual;
    case Operator::Greater:
      return Operator::Less;
    case Operator::GreaterEqual:
      return Operator::LessEqual;
    default:
      return op;
  }
}

bool satisfies(std::strong_ordering order, Operator op) {
  switch (op) {
    case Operator::Equal:
      return order == 0;
    case Operator::NotEqual:
      return order != 0;
    case Operator::Less:
      return order < 0;
    case Operator::LessEqual:
      return order <= 0;
    case Operator::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

const char* sign(Operator op) {
  switch (op) {
    case Operator::Add:
    case Operator::RatioAdd:
      return " + ";
    case Operator::Subtract:
    case Operator::RatioSubtract:
      return " - ";
    case Operator::Multiply:
    case Operator::MultiplyRatio:
    case Operator::RatioMultiply:
      return " * ";
    case Operator::Divide:
    case Operator::RatioDivide:
      return " / ";
    case Operator::Equal:
      return " == ";
    case Operator::NotEqual:
      return " != ";
    case Operator::Less:
      return " < ";
    case Operator::LessEqual:
      return " <= ";
    case Operator::Greater:
      return " > ";
    case Operator::GreaterEqual:
      return " >= ";
    case Operator::And:
      return " and ";
    case Operator::Or:
      return " or ";
    default:
      return nullptr;
  }
}

// The middle of two ratios; nothing when it needs more than 128 bits.
std::optional<Ratio> middle(const Ratio& a, const Ratio& b) {
  Int128 left, right, numerator, denominator;
  if (__builtin_mul_overflow(a.numerator, b.denominator, &left) ||
      __builtin_mul_overflow(b.numerator, a.denominator, &right) ||
      __builtin_add_overflow(left, right, &numerator) ||
      __builtin_mul_overflow(a.denominator, b.denominator, &denominator) ||
      __builtin_mul_overflow(denominator, Int128{2}, &denominator)) {
    return std::nullopt;
  }
  const auto ratio = make_ratio(numerator, denominator);
  return ratio ? std::optional(*ratio) : std::nullopt;
}

}  // namespace

std::string Axis::value_text(size_t point) const {
  if (!names.empty()) return names[point];
  const Ratio& value = points[point];
  if (whole_units) return decimal_to_text(value.numerator, scale) + suffix;
  const auto hundredths =
      decimal_divide(value.numerator * (percent ? 100 : 1), value.denominator, 4, Rounding::HalfEven);
  std::string text = hundredths ? decimal_to_text(*hundredths, 4) : "?";
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + (percent ? "%" : suffix);
}

PolicyGrid::PolicyGrid(const Program& program, const Policy& policy) : program_(program), policy_(policy) {
  for (const Policy::Row& row : policy.rows) {
    rows_.push_back(row.condition ? std::optional(read(*row.condition)) : std::nullopt);
  }
  place_points();
}

bool PolicyGrid::has_opaque_axis() const { return std::ranges::any_of(axes_, &Axis::opaque); }

std::string PolicyGrid::term(const Expr& expression) const {
  if (const auto* local = std::get_if<LocalRef>(&expression.node)) {
    for (const auto& [name, value] : policy_.lets) {
      if (name == local->local) return term(*value);
    }
    return policy_.locals[local->local.index].name;
  }
  if (const auto* field = std::get_if<FieldOf>(&expression.node)) {
    const std::string& name = program_.abi.types[field->record->type].fields[field->field].name;
    const auto* facts = std::get_if<LocalRef>(&field->record->node);
    return facts && facts->local == policy_.facts ? name : term(*field->record) + "." + name;
  }
  if (const auto number = literal(expression))
    return fmt::format("{}/{}", decimal_to_text(number->numerator, 0),
                       decimal_to_text(number->denominator, 0));
  if (const auto* text = std::get_if<TextLiteral>(&expression.node)) return '"' + text->text + '"';
  if (const auto* call = std::get_if<CallFunction>(&expression.node)) {
    std::string arguments;
    for (const ExprPtr& argument : call->arguments)
      arguments += (arguments.empty() ? "" : ", ") + term(*argument);
    return program_.functions[call->function.index].name + "(" + arguments + ")";
  }
  if (const auto* operation = std::get_if<Operation>(&expression.node)) {
    if (operation->op == Operator::ToRatio || operation->op == Operator::Rescale)
      return term(*operation->operands[0]);
    const char* infix = sign(operation->op);
    std::string text = infix ? "(" : fmt::format("operation{}(", static_cast<int>(operation->op));
    for (size_t i = 0; i < operation->operands.size(); ++i)
      text += (i == 0 ? "" : infix ? infix : ", ") + term(*operation->operands[i]);
    return text + ")";
  }
  return fmt::format("at{}:{}", expression.span.begin, expression.span.end);
}

std::optional<Ratio> PolicyGrid::literal(const Expr& expression) const {
  if (const auto* ratio = std::get_if<RatioLiteral>(&expression.node)) {
    const auto made = make_ratio(ratio->numerator, ratio->denominator);
    return made ? std::optional(*made) : std::nullopt;
  }
  if (const auto* cell = std::get_if<Literal>(&expression.node)) return Ratio{cell->cell.bits, 1};
  if (const auto* operation = std::get_if<Operation>(&expression.node);
      operation && operation->op == Operator::ToRatio) {
    const Expr& inner = *operation->operands[0];
    const auto* whole = std::get_if<Literal>(&inner.node);
    if (!whole) return std::nullopt;
    const abi::Type& type = program_.abi.types[inner.type];
    Int128 denominator = type.kind == abi::Kind::Percent ? 100 : 1;
    for (uint8_t i = 0; i < type.scale; ++i) denominator *= 10;
    const auto made = make_ratio(whole->cell.bits, denominator);
    return made ? std::optional(*made) : std::nullopt;
  }
  return std::nullopt;
}

size_t PolicyGrid::axis(const Expr& expression) {
  const std::string name = term(expression);
  for (size_t i = 0; i < axes_.size(); ++i) {
    if (axes_[i].term == name) return i;
  }
  Axis axis;
  axis.term = name;
  const abi::Type& type = program_.abi.types[expression.type];
  if (type.kind == abi::Kind::Enum) {
    axis.names = type.values;
  } else if (type.kind == abi::Kind::Bool) {
    axis.names = {"no", "yes"};
  } else {
    axis.percent = type.kind == abi::Kind::Ratio || type.kind == abi::Kind::Percent;
    axis.whole_units = type.kind != abi::Kind::Ratio;
    axis.scale = type.scale;
    if (type.kind == abi::Kind::Money || type.kind == abi::Kind::Quantity) axis.suffix = " " + type.name;
  }
  axes_.push_back(std::move(axis));
  return axes_.size() - 1;
}

Condition PolicyGrid::opaque(const Expr& expression) {
  Condition condition{.form = Condition::Form::OneOf};
  condition.axis = axis(expression);
  Axis& axis = axes_[condition.axis];
  axis.opaque = true;
  axis.names = {"no", "yes"};
  condition.choice = 1;
  return condition;
}

Condition PolicyGrid::read(const Expr& expression) {
  if (const auto* cell = std::get_if<Literal>(&expression.node)) return {.constant = cell->cell.bits != 0};
  const auto* operation = std::get_if<Operation>(&expression.node);
  if (operation &&
      (operation->op == Operator::And || operation->op == Operator::Or || operation->op == Operator::Not)) {
    Condition condition;
    condition.form = operation->op == Operator::And  ? Condition::Form::And
                     : operation->op == Operator::Or ? Condition::Form::Or
                                                     : Condition::Form::Not;
    for (const ExprPtr& operand : operation->operands) condition.inner.push_back(read(*operand));
    return condition;
  }
  if (operation && is_comparison(operation->op)) return read_comparison(*operation);
  if (operation && operation->op != Operator::IsPresent) return opaque(expression);
  // A yes/no fact, or presence: an axis of its own with two points.
  Condition condition{.form = Condition::Form::OneOf};
  condition.axis = axis(expression);
  if (axes_[condition.axis].names.empty()) axes_[condition.axis].names = {"no", "yes"};
  condition.choice = 1;
  return condition;
}

Condition PolicyGrid::read_comparison(const Operation& operation) {
  const Expr* term = operation.operands[0].get();
  const Expr* value = operation.operands[1].get();
  Operator op = operation.op;
  if (literal(*term) && !literal(*value)) {
    std::swap(term, value);
    op = mirrored(op);
  }
  const abi::Kind kind = program_.abi.types[term->type].kind;
  const auto number = literal(*value);
  if (!number || kind == abi::Kind::Text || kind == abi::Kind::Zone) {
    // Term against term: one yes/no axis for "equal", "less" ... of these two; the engine knows no more about
    // it.
    Condition condition{.form = Condition::Form::OneOf};
    Axis axis;
    axis.term = this->term(*operation.operands[0]) + (sign(op) ? sign(op) : " ? ") +
                this->term(*operation.operands[1]);
    axis.opaque = true;
    axis.names = {"no", "yes"};
    const auto same = std::ranges::find(axes_, axis.term, &Axis::term);
    condition.axis = static_cast<size_t>(same - axes_.begin());
    condition.choice = 1;
    if (same == axes_.end()) axes_.push_back(std::move(axis));
    return condition;
  }
  const size_t at = axis(*term);
  if (!axes_[at].names.empty()) {
    Condition choice{
        .form = Condition::Form::OneOf, .axis = at, .choice = static_cast<size_t>(number->numerator)};
    if (op == Operator::Equal) return choice;
    Condition negated{.form = Condition::Form::Not};
    negated.inner.push_back(choice);
    return negated;
  }
  axes_[at].boundaries.push_back(*number);
  return {.form = Condition::Form::Compare, .axis = at, .op = op, .literal = *number};
}

void PolicyGrid::place_points() {
  for (Axis& axis : axes_) {
    if (!axis.names.empty()) continue;
    std::ranges::sort(axis.boundaries, [](const Ratio& a, const Ratio& b) { return compare(a, b) < 0; });
    for (const Ratio& boundary : axis.boundaries) {
      // Below, on and above each boundary: one step of the grid away, or half way to the next boundary where
      // values are dense.
      const Ratio step = axis.whole_units ? Ratio{1, 1} : Ratio{1, 100};
      const auto add = [&](const Ratio& to, int direction) -> std::expected<Ratio, Fault> {
        Int128 numerator, denominator;
        if (__builtin_mul_overflow(to.numerator, step.denominator, &numerator) ||
            __builtin_mul_overflow(to.denominator, step.denominator, &denominator) ||
            __builtin_add_overflow(numerator, direction * to.denominator, &numerator)) {
          return std::unexpected(Fault{FaultKind::Overflow, "literal too large"});
        }
        return make_ratio(numerator, denominator);
      };
      if (const auto below = add(boundary, -1)) axis.points.push_back(*below);
      axis.points.push_back(boundary);
      if (const auto above = add(boundary, 1)) axis.points.push_back(*above);
    }
    if (!axis.whole_units) {
      for (size_t i = 1; i < axis.boundaries.size(); ++i) {
        if (const auto between = middle(axis.boundaries[i - 1], axis.boundaries[i]))
          axis.points.push_back(*between);
      }
    }
    std::ranges::sort(axis.points, [](const Ratio& a, const Ratio& b) { return compare(a, b) < 0; });
    const auto [last, end] =
        std::ranges::unique(axis.points, [](const Ratio& a, const Ratio& b) { return compare(a, b) == 0; });
    axis.points.erase(last, end);
    if (axis.points.empty()) axis.points.push_back({0, 1});
  }
}

std::optional<size_t> PolicyGrid::point_count() const {
  size_t count = 1;
  for (const Axis& axis : axes_) {
    count *= axis.size();
    if (count > kPointsMax) return std::nullopt;
  }
  return count;
}

std::vector<size_t> PolicyGrid::point(size_t number) const {
  std::vector<size_t> indices;
  for (const Axis& axis : axes_) {
    indices.push_back(number % axis.size());
    number /= axis.size();
  }
  return indices;
}

bool PolicyGrid::holds(const Condition& condition, const std::vector<size_t>& point) const {
  const auto inner_holds = [&](const Condition& inner) { return holds(inner, point); };
  switch (condition.form) {
    case Condition::Form::Constant:
      return condition.constant;
    case Condition::Form::And:
      return std::ranges::all_of(condition.inner, inner_holds);
    case Condition::Form::Or:
      return std::ranges::any_of(condition.inner, inner_holds);
    case Condition::Form::Not:
      return !holds(condition.inner[0], point);
    case Condition::Form::Compare:
      return satisfies(compare(axes_[condition.axis].points[point[condition.axis]], condition.literal),
                       condition.op);
    case Condition::Form::OneOf:
      return point[condition.axis] == condition.choice;
  }
  return false;
}

std::string PolicyGrid::describe(const std::vector<size_t>& point) const {
  std::string text;
  for (size_t i = 0; i < axes_.size(); ++i) {
    text += fmt::format("{}{} is {}", text.empty() ? "" : ", ", axes_[i].term, axes_[i].value_text(point[i]));
  }
  return text.empty() ? "always" : text;
}

}  // namespace endcap::sema
