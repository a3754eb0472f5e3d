// Comparisons, membership, presence and choices.
#include <fmt/format.h>

#include "compiler/sema/expressions.h"
#include "compiler/sema/mends.h"

namespace endcap::sema {
namespace {

bool has_order(Kind kind) {
  return is_number(kind) || kind == Kind::Date || kind == Kind::Time || kind == Kind::Instant;
}

bool has_equality(Kind kind) {
  return has_order(kind) || kind == Kind::Bool || kind == Kind::Text || kind == Kind::Zone ||
         kind == Kind::Enum;
}

Operator operator_of(ast::CompareOp op) {
  switch (op) {
    case ast::CompareOp::Equal:
      return Operator::Equal;
    case ast::CompareOp::NotEqual:
      return Operator::NotEqual;
    case ast::CompareOp::Less:
      return Operator::Less;
    case ast::CompareOp::LessEqual:
      return Operator::LessEqual;
    case ast::CompareOp::Greater:
      return Operator::Greater;
    case ast::CompareOp::GreaterEqual:
      return Operator::GreaterEqual;
  }
  return Operator::Equal;
}

}  // namespace

ExprPtr Expressions::compare(Span span, ast::CompareOp op, ExprPtr left, ExprPtr right) {
  if (is_invalid(*left) || is_invalid(*right)) return invalid(span);
  if (unanswered(*left) || unanswered(*right)) return invalid(span);
  const std::string left_name = context_.type_name(left->type), right_name = context_.type_name(right->type);
  const abi::Type a = context_.types[left->type], b = context_.types[right->type];
  const bool equality = op == ast::CompareOp::Equal || op == ast::CompareOp::NotEqual;
  if (a.kind == Kind::Money && b.kind == Kind::Money && a.name != b.name) {
    context_.emit(DiagnosticKind::CurrencyMismatch, span, {left_name, right_name})
        .note("an exchange needs a rate: multiply by it and `round`");
    return invalid(span);
  }
  if (a.kind == Kind::Quantity && b.kind == Kind::Quantity && a.name != b.name) {
    context_.emit(DiagnosticKind::UnitMismatch, span, {left_name, right_name});
    return invalid(span);
  }
  if (!(equality ? has_equality(a.kind) : has_order(a.kind)) || !unify(left, right)) {
    auto& diagnostic = context_.emit(DiagnosticKind::NotComparable, span, {left_name, right_name});
    if (a.kind == Kind::Record) diagnostic.note("compare their keys");
    if (!equality && !has_order(a.kind)) diagnostic.note(left_name + " has no order");
    if (a.kind == Kind::Date && b.kind == Kind::Instant)
      diagnostic.note("a day is not a moment: say `at 06:00 zone ...`");
    return invalid(span);
  }
  return make_operation(span, context_.types.bool_type(), operator_of(op), std::move(left), std::move(right));
}

// Where neither is there, what stands for both is the same.
ExprPtr Expressions::equal(Span span, ExprPtr left, ExprPtr right) {
  const auto optional = [&](const Expr& value) { return context_.types.is(value.type, Kind::Optional); };
  if (!optional(*left) && !optional(*right))
    return compare(span, ast::CompareOp::Equal, std::move(left), std::move(right));
  const TypeId boolean = context_.types.bool_type();
  const auto is_there = [&](const Expr& value) {
    if (!optional(value)) return make_expr(span, boolean, Literal{abi::Cell{1}});
    return make_operation(span, boolean, Operator::IsPresent, clone(value));
  };
  const auto answered = [&](ExprPtr value) {
    if (!optional(*value)) return value;
    const TypeId inside = context_.types.inside(value->type);
    const bool text = context_.types.is(inside, Kind::Text) || context_.types.is(inside, Kind::Zone);
    ExprPtr nothing = text ? make_expr(span, inside, TextLiteral{}) : make_expr(span, inside, Literal{});
    return make_operation(span, inside, Operator::OrElse, std::move(value), std::move(nothing));
  };
  ExprPtr both = make_operation(span, boolean, Operator::Equal, is_there(*left), is_there(*right));
  ExprPtr same = compare(span, ast::CompareOp::Equal, answered(std::move(left)), answered(std::move(right)));
  if (is_invalid(*same)) return same;
  return make_operation(span, boolean, Operator::And, std::move(both), std::move(same));
}

ExprPtr Expressions::compare_written(LocalId name, ast::CompareOp op, const ast::ExprPtr& value) {
  const TypeId type = context_.types.base(scope_[name].type);
  ExprPtr written = infer(value, type);
  if (is_invalid(*written) || type == abi::kNoType) return invalid(written->span);
  const Span span = written->span;
  const bool literal = std::holds_alternative<Literal>(written->node) ||
                       std::holds_alternative<RatioLiteral>(written->node) ||
                       std::holds_alternative<TextLiteral>(written->node);
  if (!literal) {
    context_.emit(DiagnosticKind::TableCellComputed, span)
        .note("compute it before and give it to the table as one more input");
    return invalid(span);
  }
  return compare(span, op, make_expr(span, type, LocalRef{name}), std::move(written));
}

// `8% <= m < 12%` is two comparisons, and m is the same in both.
ExprPtr Expressions::of(const Tree& tree, const ast::CompareExpr& node, TypeId) {
  std::vector<ExprPtr> operands(node.operands.size());
  // Literals take the type of the first operand that is none.
  TypeId hint = abi::kNoType;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!node.operands[i] || is_literal(*node.operands[i])) continue;
    operands[i] = infer(node.operands[i], hint);
    if (hint == abi::kNoType) hint = operands[i]->type;
  }
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i]) operands[i] = infer(node.operands[i], hint);
    if (is_invalid(*operands[i])) return invalid(tree.span);
  }
  for (size_t i = 1; i < node.ops.size(); ++i) {
    if (!can_be_copied(*operands[i])) return invalid(tree.span);
  }
  ExprPtr result;
  for (size_t i = 0; i < node.ops.size(); ++i) {
    const bool last = i + 1 == node.ops.size();
    ExprPtr right = last ? std::move(operands[i + 1]) : clone(*operands[i + 1]);
    const Span span = node.ops.size() == 1 ? tree.span : cover(operands[i]->span, right->span);
    ExprPtr one = compare(span, node.ops[i], std::move(operands[i]), std::move(right));
    if (is_invalid(*one)) return invalid(tree.span);
    result = result ? make_operation(tree.span, context_.types.bool_type(), Operator::And, std::move(result),
                                     std::move(one))
                    : std::move(one);
  }
  return result ? std::move(result) : invalid(tree.span);
}

// The middle of `8% <= m < 12%` is compared twice. A middle with such a middle doubles again, and so on.
bool Expressions::can_be_copied(const Expr& middle) {
  size_t nodes = 0;
  const std::function<void(const Expr&)> count = [&](const Expr& expr) {
    if (++nodes <= kCopiedNodesMax) visit_parts(expr, count);
  };
  count(middle);
  if (nodes <= kCopiedNodesMax) return true;
  context_.emit(DiagnosticKind::MiddleTooLarge, middle.span, {std::to_string(kCopiedNodesMax)})
      .note("it is compared with what stands on either side: give it a name with `let` and compare that");
  return false;
}

ExprPtr Expressions::of(const Tree& tree, const ast::MembershipExpr& node, TypeId) {
  // In a list that is written down, enum values and texts are those of what is looked for.
  ExprPtr element;
  TypeId hint = abi::kNoType;
  if (node.list && std::holds_alternative<ast::ListExpr>(node.list->node) && node.element &&
      !is_literal(*node.element)) {
    element = infer(node.element, abi::kNoType);
    if (is_invalid(*element) || unanswered(*element)) return invalid(tree.span);
    if (context_.types.is(element->type, Kind::Enum) || context_.types.is(element->type, Kind::Text))
      hint = context_.types.list_of(element->type);
  }
  ExprPtr list = infer(node.list, hint);
  if (is_invalid(*list) || unanswered(*list)) return invalid(tree.span);
  if (!context_.types.is(list->type, Kind::List)) {
    context_.emit(DiagnosticKind::NotAList, list->span, {context_.type_name(list->type)});
    return invalid(tree.span);
  }
  const TypeId element_type = context_.types.base(context_.types[list->type].element);
  if (!element) element = infer(node.element, element_type);
  if (is_invalid(*element) || unanswered(*element)) return invalid(tree.span);
  const std::string element_name = context_.type_name(element->type);
  ExprPtr model = make_expr(list->span, element_type, Invalid{});
  if (!has_equality(context_.types.kind(element_type)) || element->type != element_type) {
    element = has_equality(context_.types.kind(element_type)) ? convert(std::move(element), element_type, {})
                                                              : nullptr;
    if (element && is_invalid(*element)) return invalid(tree.span);
    if (!element) {
      context_
          .emit(DiagnosticKind::NotComparable, tree.span, {element_name, context_.type_name(element_type)})
          .note("compare their keys");
      return invalid(tree.span);
    }
  }
  ExprPtr contains = make_operation(tree.span, context_.types.bool_type(), Operator::Contains,
                                    std::move(list), std::move(element));
  return node.negated
             ? make_operation(tree.span, context_.types.bool_type(), Operator::Not, std::move(contains))
             : std::move(contains);
}

ExprPtr Expressions::of(const Tree& tree, const ast::PresenceExpr& node, TypeId) {
  ExprPtr operand = infer(node.operand, abi::kNoType);
  if (is_invalid(*operand)) return invalid(tree.span);
  if (!context_.types.is(operand->type, Kind::Optional)) {
    context_.emit(DiagnosticKind::AlwaysPresent, operand->span, {context_.type_name(operand->type)});
    return invalid(tree.span);
  }
  ExprPtr present =
      make_operation(tree.span, context_.types.bool_type(), Operator::IsPresent, std::move(operand));
  return node.present
             ? std::move(present)
             : make_operation(tree.span, context_.types.bool_type(), Operator::Not, std::move(present));
}

ExprPtr Expressions::of(const Tree& tree, const ast::DefaultExpr& node, TypeId hint) {
  ExprPtr operand = infer(node.operand, hint);
  if (is_invalid(*operand)) return invalid(tree.span);
  if (!context_.types.is(operand->type, Kind::Optional)) {
    suggest_if(
        context_.emit(DiagnosticKind::AlwaysPresent, operand->span, {context_.type_name(operand->type)}),
        take_out_with(context_, "or else", node.fallback->span, "leave `or else` out"));
    return invalid(tree.span);
  }
  const TypeId type = context_.types.inside(operand->type);
  ExprPtr fallback = check(node.fallback, type,
                           {operand->span, fmt::format("stands in for this {}", context_.type_name(type))});
  if (is_invalid(*fallback)) return invalid(tree.span);
  return make_operation(tree.span, type, Operator::OrElse, std::move(operand), std::move(fallback));
}

ExprPtr Expressions::of(const Tree& tree, const ast::ConditionalExpr& node, TypeId hint) {
  ExprPtr decides = condition(node.condition);
  auto [then, otherwise] = infer_pair(node.then, node.otherwise, hint);
  if (is_invalid(*decides) || is_invalid(*then) || is_invalid(*otherwise)) return invalid(tree.span);
  const std::string then_name = context_.type_name(then->type),
                    other_name = context_.type_name(otherwise->type);
  if (context_.types.is(then->type, Kind::Optional) != context_.types.is(otherwise->type, Kind::Optional)) {
    const TypeId type = context_.types.is(then->type, Kind::Optional) ? then->type : otherwise->type;
    then = convert(std::move(then), type, {});
    otherwise = convert(std::move(otherwise), type, {});
    if (is_invalid(*then) || is_invalid(*otherwise)) return invalid(tree.span);
  }
  if (!unify(then, otherwise)) {
    context_.emit(DiagnosticKind::TypeMismatch, otherwise->span, {then_name, other_name})
        .label(then->span, "because this is " + then_name);
    return invalid(tree.span);
  }
  TypeId type = then->type;
  if (context_.types.is(type, Kind::Text) && otherwise->type != type) {
    const uint32_t one = context_.types[then->type].max_length,
                   other = context_.types[otherwise->type].max_length;
    type = context_.types.text(one && other ? std::max(one, other) : 0);
  }
  Operation operation{.op = Operator::Conditional};
  operation.operands.push_back(std::move(decides));
  operation.operands.push_back(std::move(then));
  operation.operands.push_back(std::move(otherwise));
  return make_expr(tree.span, type, std::move(operation));
}

}  // namespace endcap::sema
