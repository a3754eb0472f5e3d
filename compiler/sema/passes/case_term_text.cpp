// Terms as text: as a key, in which nothing that decides the value is left out, and for people.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/passes/case_terms.h"

namespace endcap::sema {
namespace {

const char* infix(Operator op) {
  switch (op) {
    case Operator::Add:
    case Operator::RatioAdd:
    case Operator::AddDays:
    case Operator::AddDuration:
    case Operator::Concat:
      return " + ";
    case Operator::Subtract:
    case Operator::RatioSubtract:
    case Operator::SubtractDays:
    case Operator::SubtractDuration:
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
    case Operator::OrElse:
      return " or else ";
    case Operator::InstantAt:
      return " at ";
    default:
      return nullptr;
  }
}

const char* aggregate_name(Operator op) {
  switch (op) {
    case Operator::Count:
      return "count";
    case Operator::First:
      return "first";
    case Operator::Sum:
      return "sum";
    case Operator::ListMinimum:
      return "minimum";
    case Operator::ListMaximum:
      return "maximum";
    case Operator::Any:
      return "any";
    case Operator::All:
      return "all";
    case Operator::Filter:
      return "filter";
    default:
      return nullptr;
  }
}

const char* rounding_name(ast::RoundingMode mode) {
  static constexpr const char* kNames[] = {"half even", "half up", "up", "down"};
  return kNames[static_cast<size_t>(mode)];
}

// One walk for both texts. A variable of an aggregate is known in a key by how deep it is bound, so that
// renaming it changes nothing.
class TermWriter {
 public:
  TermWriter(const Program& program, const Cases& cases, const CaseTerms& terms, bool key)
      : program_(program), cases_(cases), terms_(terms), key_(key) {}

  std::string of(const Expr& given) {
    if (!terms_.spend()) return "...";
    const Expr& expression = terms_.resolved(given);
    return std::visit([&](const auto& node) { return of(expression, node); }, expression.node);
  }

 private:
  std::string of(const Expr& expression, const Literal&) { return number(expression); }
  std::string of(const Expr& expression, const RatioLiteral&) { return number(expression); }
  std::string number(const Expr& expression) {
    const abi::Type& type = program_.abi.types[expression.type];
    const auto value = terms_.literal(expression);
    if (!value) return fmt::format("at{}:{}", expression.span.begin, expression.span.end);
    if (!key_) return value_text(type, *value);
    return fmt::format("{}/{}:{}{}", decimal_to_text(value->numerator, 0),
                       decimal_to_text(value->denominator, 0), static_cast<int>(type.kind), type.name);
  }

  std::string of(const Expr&, const TextLiteral& node) {
    return key_ ? fmt::format("text{}:{}", node.text.size(), node.text) : '"' + node.text + '"';
  }

  std::string of(const Expr&, const LocalRef& node) {
    const auto bound = std::ranges::find(bound_, node.local);
    const std::string& name = cases_.locals[node.local.index].name;
    if (!key_) return name.empty() ? "each" : name;
    return bound == bound_.end() ? fmt::format("local{}", node.local.index)
                                 : fmt::format("bound{}", bound - bound_.begin());
  }

  std::string of(const Expr&, const FieldOf& node) {
    const Expr& record = terms_.resolved(*node.record);
    if (const auto* made = std::get_if<MakeRecord>(&record.node)) return of(*made->fields[node.field]);
    const std::string& name = program_.abi.types[record.type].fields[node.field].name;
    const auto* facts = std::get_if<LocalRef>(&record.node);
    if (!facts || facts->local != cases_.facts) return of(record) + "." + name;
    return key_ ? "fact " + name : name;
  }

  std::string of(const Expr& expression, const MakeRecord& node) {
    const std::string name =
        key_ ? fmt::format("record{}", expression.type) : program_.abi.types[expression.type].name;
    return name + "(" + all(node.fields, ", ") + ")";
  }
  std::string of(const Expr&, const MakeList& node) { return "[" + all(node.elements, ", ") + "]"; }
  std::string of(const Expr&, const MakeOptional& node) {
    if (!node.value) return "absent";
    return key_ ? "present(" + of(*node.value) + ")" : of(*node.value);
  }
  std::string of(const Expr&, const CallFunction& node) {
    const std::string name =
        key_ ? fmt::format("function{}", node.function.index) : program_.functions[node.function.index].name;
    return name + "(" + all(node.arguments, ", ") + ")";
  }
  std::string of(const Expr& expression, const Invalid&) {
    return fmt::format("at{}:{}", expression.span.begin, expression.span.end);
  }

  std::string of(const Expr& expression, const Operation& node) {
    if (aggregate_name(node.op)) return aggregate(node);
    if (key_) return operation_key(expression, node);
    const std::string first = of(*node.operands[0]);
    switch (node.op) {
      case Operator::Negate:
        return "-" + first;
      case Operator::Not:
        return "not " + first;
      case Operator::IsPresent:
        return first + " is present";
      case Operator::Contains:
        return of(*node.operands[1]) + " in " + first;
      case Operator::Minimum:
      case Operator::Maximum:
        return (node.op == Operator::Minimum ? "min(" : "max(") + all(node.operands, ", ") + ")";
      case Operator::DaysBetween:
        return "(" + of(*node.operands[1]) + " - " + first + ")";
      case Operator::BusinessAfter:
      case Operator::BusinessBefore:
        return first + (node.op == Operator::BusinessAfter ? " after " : " before ") + of(*node.operands[1]);
      case Operator::BusinessDay:
        return business_day(node, first);
      case Operator::Conditional:
        return "(when " + first + " then " + of(*node.operands[1]) + " otherwise " + of(*node.operands[2]) +
               ")";
      case Operator::Round:
        return rounded(expression, node, first);
      case Operator::MultiplyRatio:
        return rounded(expression, node, "(" + all(node.operands, " * ") + ")");
      default:
        return "(" + all(node.operands, infix(node.op) ? infix(node.op) : ", ") + ")";
    }
  }

  static std::string business_day(const Operation& node, const std::string& date) {
    const bool before = node.convention == ast::DayConvention::Preceding;
    return fmt::format("business day on or {} {}{}", before ? "before" : "after", date,
                       node.convention == ast::DayConvention::ModifiedFollowing ? " within its month" : "");
  }

  std::string rounded(const Expr& expression, const Operation& node, const std::string& what) {
    return fmt::format("round {} to {} places {}", what, program_.abi.types[expression.type].scale,
                       rounding_name(node.rounding));
  }

  // Only a rounding depends on the type it gives, and only business time on a calendar.
  std::string operation_key(const Expr& expression, const Operation& node) {
    std::string text = fmt::format("op{}", static_cast<int>(node.op));
    if (node.op == Operator::Round || node.op == Operator::MultiplyRatio) {
      const abi::Type& type = program_.abi.types[expression.type];
      text +=
          fmt::format("r{}s{}k{}", static_cast<int>(node.rounding), type.scale, static_cast<int>(type.kind));
    }
    if (node.op == Operator::BusinessAfter || node.op == Operator::BusinessBefore)
      text += fmt::format("c{}", node.calendar);
    if (node.op == Operator::BusinessDay)
      text += fmt::format("c{}d{}", node.calendar, static_cast<int>(node.convention));
    return text + "(" + all(node.operands, ", ") + ")";
  }

  std::string aggregate(const Operation& node) {
    const std::string list = of(*node.operands[0]);
    const std::string name = aggregate_name(node.op);
    if (node.operands.size() < 2) return name + " of " + list;
    bound_.push_back(node.variable);
    const std::string body = of(*node.operands[1]);
    const auto* itself = std::get_if<LocalRef>(&node.operands[1]->node);
    const std::string& variable = cases_.locals[node.variable.index].name;
    bound_.pop_back();
    if (key_) return name + "(" + list + ", " + body + ")";
    if (node.op == Operator::Filter) return list + " where " + body;
    if (itself && itself->local == node.variable) return name + " of " + list;
    return name + " of " + body + " for each " + (variable.empty() ? "each" : variable) + " in " + list;
  }

  std::string all(const std::vector<ExprPtr>& parts, const char* separator) {
    std::string text;
    for (const ExprPtr& part : parts) {
      if (!text.empty()) text += separator;
      text += of(*part);
    }
    return text;
  }

  const Program& program_;
  const Cases& cases_;
  const CaseTerms& terms_;
  const bool key_;
  std::vector<LocalId> bound_;
};

// Every fact and name an expression mentions, but for the variables it binds itself.
class SourceFinder {
 public:
  SourceFinder(const Program& program, const Cases& cases, const CaseTerms& terms)
      : program_(program), cases_(cases), terms_(terms) {}

  void visit(const Expr& given) {
    if (!terms_.spend()) return;
    const Expr& expression = terms_.resolved(given);
    std::visit([&](const auto& node) { of(expression, node); }, expression.node);
  }

  std::set<std::string> names;

 private:
  void of(const Expr&, const Invalid&) {}
  void of(const Expr&, const Literal&) {}
  void of(const Expr&, const TextLiteral&) {}
  void of(const Expr&, const RatioLiteral&) {}
  void of(const Expr&, const LocalRef& node) {
    if (std::ranges::find(bound_, node.local) == bound_.end())
      names.insert(fmt::format("local{}", node.local.index));
  }
  void of(const Expr&, const FieldOf& node) {
    const auto* facts = std::get_if<LocalRef>(&terms_.resolved(*node.record).node);
    if (facts && facts->local == cases_.facts) {
      names.insert(program_.abi.types[node.record->type].fields[node.field].name);
    } else {
      visit(*node.record);
    }
  }
  void of(const Expr&, const MakeRecord& node) { all(node.fields); }
  void of(const Expr&, const MakeList& node) { all(node.elements); }
  void of(const Expr&, const MakeOptional& node) {
    if (node.value) visit(*node.value);
  }
  void of(const Expr&, const CallFunction& node) { all(node.arguments); }
  void of(const Expr&, const Operation& node) {
    if (node.variable.valid()) bound_.push_back(node.variable);
    all(node.operands);
    if (node.variable.valid()) bound_.pop_back();
  }
  void all(const std::vector<ExprPtr>& parts) {
    for (const ExprPtr& part : parts) visit(*part);
  }

  const Program& program_;
  const Cases& cases_;
  const CaseTerms& terms_;
  std::vector<LocalId> bound_;
};

}  // namespace

std::string CaseTerms::key(const Expr& expression) const {
  return TermWriter(program_, cases_, *this, true).of(expression);
}

std::string CaseTerms::readable(const Expr& expression) const {
  return TermWriter(program_, cases_, *this, false).of(expression);
}

std::set<std::string> CaseTerms::sources(const Expr& expression) const {
  SourceFinder found(program_, cases_, *this);
  found.visit(expression);
  return std::move(found.names);
}

}  // namespace endcap::sema
