// Reading conditions into axes.
#include "compiler/sema/passes/case_grid.h"

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

bool is_text(abi::Kind kind) { return kind == abi::Kind::Text || kind == abi::Kind::Zone; }

Condition constant(bool value) { return {.constant = value}; }

Condition one_of(size_t axis, size_t choice) {
  return {.form = Condition::Form::OneOf, .axis = axis, .choice = choice};
}

}  // namespace

Condition negated(Condition condition) {
  Condition result{.form = Condition::Form::Not};
  result.inner.push_back(std::move(condition));
  return result;
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

CaseGrid::CaseGrid(const Program& program, Cases cases)
    : program_(program), cases_(std::move(cases)), terms_(program, cases_) {
  for (const Expr* row : cases_.rows) rows_.push_back(row ? std::optional(read(*row)) : std::nullopt);
  place_points();
}

size_t CaseGrid::axis(const std::string& key, const std::function<Axis()>& make) {
  const auto known = std::ranges::find(axes_, key, &Axis::key);
  if (known != axes_.end()) return static_cast<size_t>(known - axes_.begin());
  axes_.push_back(make());
  axes_.back().key = key;
  return axes_.size() - 1;
}

size_t CaseGrid::axis_of(const Expr& expression) {
  const Expr& term = terms_.resolved(expression);
  return axis(terms_.key(term), [&] {
    Axis axis{.term = terms_.readable(term),
              .type = program_.abi.types[term.type],
              .sources = terms_.sources(term)};
    const auto* operation = std::get_if<Operation>(&term.node);
    axis.counted = operation && operation->op == Operator::Count;
    if (axis.type.kind == abi::Kind::Enum) axis.names = axis.type.values;
    if (axis.type.kind == abi::Kind::Bool) axis.names = {"no", "yes"};
    return axis;
  });
}

Condition CaseGrid::yes_no(const Expr& expression, bool opaque) {
  const size_t at = axis_of(expression);
  axes_[at].opaque = opaque;
  return one_of(at, 1);
}

Condition CaseGrid::present(const Expr& optional) {
  const size_t at = axis("is present " + terms_.key(optional), [&] {
    return Axis{.term = terms_.readable(optional),
                .sources = terms_.sources(optional),
                .names = {"absent", "present"}};
  });
  return one_of(at, 1);
}

Condition CaseGrid::read_all(Condition::Form form, std::initializer_list<const Expr*> parts) {
  Condition condition{.form = form};
  for (const Expr* part : parts) condition.inner.push_back(read(*part));
  return condition;
}

Condition CaseGrid::read(const Expr& given) {
  if (!terms_.spend()) return constant(false);
  const Expr& expression = terms_.resolved(given);
  if (const auto* cell = std::get_if<Literal>(&expression.node)) return constant(cell->cell.bits != 0);
  if (const auto* operation = std::get_if<Operation>(&expression.node))
    return read_operation(expression, *operation);
  return yes_no(expression, std::holds_alternative<CallFunction>(expression.node));
}

Condition CaseGrid::read_operation(const Expr& expression, const Operation& operation) {
  const auto operand = [&](size_t index) -> const Expr& { return *operation.operands[index]; };
  if (is_comparison(operation.op)) return read_comparison(operand(0), operation.op, operand(1));
  switch (operation.op) {
    case Operator::And:
      return read_all(Condition::Form::And, {&operand(0), &operand(1)});
    case Operator::Or:
      return read_all(Condition::Form::Or, {&operand(0), &operand(1)});
    case Operator::Not:
      return negated(read(operand(0)));
    case Operator::IsPresent:
      return present(operand(0));
    case Operator::Conditional:
      return read_all(Condition::Form::Choose, {&operand(0), &operand(1), &operand(2)});
    case Operator::Contains:
      if (std::holds_alternative<MakeList>(terms_.resolved(operand(0)).node)) return read_list(operation);
      return yes_no(expression, true);
    case Operator::OrElse:
      return yes_no(expression, false);
    default:
      return yes_no(expression, true);
  }
}

// `x in [a, b]` is `x == a or x == b`.
Condition CaseGrid::read_list(const Operation& operation) {
  Condition any{.form = Condition::Form::Or};
  for (const ExprPtr& element : std::get<MakeList>(terms_.resolved(*operation.operands[0]).node).elements)
    any.inner.push_back(read_comparison(*operation.operands[1], Operator::Equal, *element));
  return any;
}

Condition CaseGrid::read_comparison(const Expr& given_left, Operator op, const Expr& given_right) {
  const Expr& left = terms_.resolved(given_left);
  const Expr& right = terms_.resolved(given_right);
  const abi::Kind kind = program_.abi.types[left.type].kind;
  if (kind == abi::Kind::Bool) {
    Condition same = read_all(Condition::Form::Same, {&left, &right});
    return op == Operator::Equal ? same : negated(std::move(same));
  }
  if (is_text(kind)) {
    const auto* one = std::get_if<TextLiteral>(&left.node);
    const auto* other = std::get_if<TextLiteral>(&right.node);
    if (one && other) return constant((one->text == other->text) == (op == Operator::Equal));
    if (one || other) return read_text(one ? right : left, (one ? one : other)->text, op);
    return read_pair(left, op, right);
  }
  if (const auto value = terms_.literal(right)) return read_literal(left, op, *value);
  if (const auto value = terms_.literal(left)) return read_literal(right, mirrored(op), *value);
  return read_pair(left, op, right);
}

// factor * base + offset OP value, with only the base left standing.
Condition CaseGrid::read_literal(const Expr& term, Operator op, const Ratio& value) {
  LinearTerm linear = terms_.linear(term);
  const auto rest = ratio_subtract(value, linear.offset);
  const auto bound = rest ? ratio_divide(*rest, linear.factor) : rest;
  if (!bound) linear = {&term};
  const Ratio boundary = reduced(bound ? *bound : value);
  if (linear.factor.numerator < 0) op = mirrored(op);
  if (const auto known = terms_.literal(*linear.base))
    return constant(satisfies(compare(*known, boundary), op));
  const size_t at = axis_of(*linear.base);
  if (axes_[at].names.empty()) {
    axes_[at].boundaries.push_back(boundary);
    return {.form = Condition::Form::Compare, .axis = at, .op = op, .literal = boundary};
  }
  Condition choice = one_of(at, static_cast<size_t>(boundary.numerator));
  return op == Operator::Equal ? choice : negated(std::move(choice));
}

Condition CaseGrid::read_text(const Expr& term, const std::string& text, Operator op) {
  Condition choice = one_of(axis_of(term), 0);
  std::vector<std::string>& names = axes_[choice.axis].names;
  const auto known = std::ranges::find(names, '"' + text + '"');
  choice.choice = static_cast<size_t>(known - names.begin());
  if (known == names.end()) names.push_back('"' + text + '"');
  return op == Operator::Equal ? choice : negated(std::move(choice));
}

// Two terms that both vary: how they stand to each other is one axis, whichever stands on the left.
Condition CaseGrid::read_pair(const Expr& given_left, Operator op, const Expr& given_right) {
  const Expr* left = &given_left;
  const Expr* right = &given_right;
  std::string left_key = terms_.key(*left), right_key = terms_.key(*right);
  if (left_key == right_key) return constant(satisfies(std::strong_ordering::equal, op));
  if (right_key < left_key) {
    std::swap(left, right);
    std::swap(left_key, right_key);
    op = mirrored(op);
  }
  const abi::Kind kind = program_.abi.types[left->type].kind;
  const bool ordered = !is_text(kind) && kind != abi::Kind::Enum;
  const size_t at = axis("order of " + left_key + " and " + right_key, [&] {
    const std::string other = terms_.readable(*right);
    Axis axis{.term = terms_.readable(*left), .sources = terms_.sources(*left)};
    axis.sources.merge(terms_.sources(*right));
    axis.names = {"equal to " + other, ordered ? "less than " + other : "not " + other};
    if (ordered) axis.names.push_back("greater than " + other);
    return axis;
  });
  if (!ordered) return op == Operator::Equal ? one_of(at, 0) : one_of(at, 1);
  Condition any{.form = Condition::Form::Or};
  if (satisfies(std::strong_ordering::equal, op)) any.inner.push_back(one_of(at, 0));
  if (satisfies(std::strong_ordering::less, op)) any.inner.push_back(one_of(at, 1));
  if (satisfies(std::strong_ordering::greater, op)) any.inner.push_back(one_of(at, 2));
  return any;
}

}  // namespace endcap::sema
