// Reading conditions into axes, and asking them at a point.
#include "compiler/sema/passes/case_grid.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/value/ratio.h"

namespace endcap::sema {
namespace {

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

Condition negated(Condition condition) {
  Condition result{.form = Condition::Form::Not};
  result.inner.push_back(std::move(condition));
  return result;
}

bool is_text(abi::Kind kind) { return kind == abi::Kind::Text || kind == abi::Kind::Zone; }

// The term inside what only changes how its value is written.
const Expr& unscaled(const Expr& expression) {
  const auto* operation = std::get_if<Operation>(&expression.node);
  if (operation && (operation->op == Operator::ToRatio || operation->op == Operator::Rescale ||
                    operation->op == Operator::Bounded))
    return unscaled(*operation->operands[0]);
  return expression;
}

}  // namespace

CaseGrid::CaseGrid(const Program& program, Cases cases) : program_(program), cases_(std::move(cases)) {
  for (const Expr* row : cases_.rows) rows_.push_back(row ? std::optional(read(*row)) : std::nullopt);
  place_points();
}

bool CaseGrid::has_opaque_axis() const { return std::ranges::any_of(axes_, &Axis::opaque); }

std::string CaseGrid::term(const Expr& expression) const {
  if (const auto* local = std::get_if<LocalRef>(&expression.node)) {
    if (cases_.lets) {
      for (const auto& [name, value] : *cases_.lets) {
        if (name == local->local) return term(*value);
      }
    }
    return cases_.locals[local->local.index].name;
  }
  if (const auto* field = std::get_if<FieldOf>(&expression.node)) {
    const std::string& name = program_.abi.types[field->record->type].fields[field->field].name;
    const auto* facts = std::get_if<LocalRef>(&field->record->node);
    return facts && facts->local == cases_.facts ? name : term(*field->record) + "." + name;
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
    if (&unscaled(expression) != &expression) return term(unscaled(expression));
    // An optional has no other axis: its value is asked for only behind an answer for absence.
    if (operation->op == Operator::IsPresent) return term(*operation->operands[0]);
    const char* infix = sign(operation->op);
    std::string text = infix ? "(" : fmt::format("operation{}(", static_cast<int>(operation->op));
    for (size_t i = 0; i < operation->operands.size(); ++i)
      text += (i == 0 ? "" : infix ? infix : ", ") + term(*operation->operands[i]);
    return text + ")";
  }
  return fmt::format("at{}:{}", expression.span.begin, expression.span.end);
}

std::optional<Ratio> CaseGrid::literal(const Expr& expression) const {
  const Expr& written = unscaled(expression);
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

size_t CaseGrid::axis(const Expr& expression) {
  const std::string name = term(expression);
  for (size_t i = 0; i < axes_.size(); ++i) {
    if (axes_[i].term == name) return i;
  }
  Axis axis{.term = name, .type = program_.abi.types[unscaled(expression).type]};
  if (axis.type.kind == abi::Kind::Enum) axis.names = axis.type.values;
  if (axis.type.kind == abi::Kind::Bool) axis.names = {"no", "yes"};
  axes_.push_back(std::move(axis));
  return axes_.size() - 1;
}

// A yes/no axis for what the engine knows no more about: two equal ones share it.
Condition CaseGrid::opaque(std::string term) {
  const auto same = std::ranges::find(axes_, term, &Axis::term);
  const auto at = static_cast<size_t>(same - axes_.begin());
  if (same == axes_.end()) axes_.push_back({.term = std::move(term)});
  axes_[at].opaque = true;
  axes_[at].names = {"no", "yes"};
  return {.form = Condition::Form::OneOf, .axis = at, .choice = 1};
}

Condition CaseGrid::read(const Expr& expression) {
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
  if (operation && operation->op != Operator::IsPresent) return opaque(term(expression));
  // A yes/no fact, or presence: an axis of its own with two points.
  Condition condition{.form = Condition::Form::OneOf};
  condition.axis = axis(operation ? *operation->operands[0] : expression);
  Axis& axis = axes_[condition.axis];
  if (axis.names.empty())
    axis.names =
        operation ? std::vector<std::string>{"absent", "present"} : std::vector<std::string>{"no", "yes"};
  condition.choice = 1;
  return condition;
}

Condition CaseGrid::read_comparison(const Operation& operation) {
  const Expr* term = operation.operands[0].get();
  const Expr* value = operation.operands[1].get();
  Operator op = operation.op;
  if (literal(*term) && !literal(*value)) {
    std::swap(term, value);
    op = mirrored(op);
  }
  const bool same = op == Operator::Equal || op == Operator::NotEqual;
  if (is_text(program_.abi.types[term->type].kind) && same) {
    for (const auto& [one, other] : {std::pair(term, value), std::pair(value, term)}) {
      if (const auto* text = std::get_if<TextLiteral>(&other->node)) return read_text(*one, text->text, op);
    }
  }
  const auto number = literal(*value);
  if (!number) {
    return opaque(this->term(*operation.operands[0]) + (sign(op) ? sign(op) : " ? ") +
                  this->term(*operation.operands[1]));
  }
  const size_t at = axis(*term);
  if (axes_[at].names.empty()) {
    axes_[at].boundaries.push_back(*number);
    return {.form = Condition::Form::Compare, .axis = at, .op = op, .literal = *number};
  }
  Condition choice{
      .form = Condition::Form::OneOf, .axis = at, .choice = static_cast<size_t>(number->numerator)};
  return op == Operator::Equal ? choice : negated(std::move(choice));
}

Condition CaseGrid::read_text(const Expr& term, const std::string& text, Operator op) {
  Condition choice{.form = Condition::Form::OneOf, .axis = axis(term)};
  std::vector<std::string>& names = axes_[choice.axis].names;
  const auto known = std::ranges::find(names, '"' + text + '"');
  choice.choice = static_cast<size_t>(known - names.begin());
  if (known == names.end()) names.push_back('"' + text + '"');
  return op == Operator::Equal ? choice : negated(std::move(choice));
}

bool CaseGrid::holds(const Condition& condition, const std::vector<size_t>& point) const {
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

std::string CaseGrid::describe(const std::vector<size_t>& point) const {
  std::string text;
  for (size_t i = 0; i < axes_.size(); ++i) {
    text += fmt::format("{}{} is {}", text.empty() ? "" : ", ", axes_[i].term, axes_[i].value_text(point[i]));
  }
  return text.empty() ? "always" : text;
}

}  // namespace endcap::sema
