// Values over a list: count, first, sum, minimum, maximum, any, all.
#include "compiler/sema/expressions.h"

namespace endcap::sema {

ExprPtr Expressions::of(const Tree& tree, const ast::AggregateExpr& node, TypeId) {
  ExprPtr list = infer(node.list, abi::kNoType);
  if (is_invalid(*list) || unanswered(*list)) return invalid(tree.span);
  if (!context_.types.is(list->type, Kind::List)) {
    context_.emit(DiagnosticKind::NotAList, list->span, {context_.type_name(list->type)});
    return invalid(tree.span);
  }
  const TypeId element = context_.types[list->type].element;
  const Span list_span = list->span;
  if (node.where) {
    list = filtered(std::move(list), *node.variable, node.where);
    if (is_invalid(*list)) return invalid(tree.span);
  }
  Operation operation{};
  operation.operands.push_back(std::move(list));
  const auto finish = [&](Operator op, TypeId type) {
    operation.op = op;
    return make_expr(tree.span, type, std::move(operation));
  };
  if (node.op == ast::AggregateOp::Count && !node.value)
    return finish(Operator::Count, context_.types.int_type());

  scope_.open("the aggregate");
  operation.variable =
      node.variable ? scope_.declare(*node.variable, element) : scope_.hidden("", element, list_span);
  ExprPtr body = node.value ? check(node.value) : make_expr(list_span, element, LocalRef{operation.variable});
  scope_.close();
  if (is_invalid(*body) || unanswered(*body)) return invalid(tree.span);
  const TypeId type = body->type;
  const Kind kind = context_.types.kind(type);
  const Span body_span = body->span;
  operation.operands.push_back(std::move(body));
  switch (node.op) {
    case ast::AggregateOp::First:
      return finish(Operator::First, context_.types.optional(type));
    case ast::AggregateOp::Sum:
      if (is_scaled(kind))
        return finish(Operator::Sum,
                      kind == Kind::Decimal ? context_.types.decimal(context_.types[type].scale) : type);
      break;
    case ast::AggregateOp::Minimum:
    case ast::AggregateOp::Maximum:
      // Of an empty list there is none.
      if (is_scaled(kind) || kind == Kind::Date || kind == Kind::Time || kind == Kind::Instant)
        return finish(node.op == ast::AggregateOp::Minimum ? Operator::ListMinimum : Operator::ListMaximum,
                      context_.types.optional(type));
      break;
    case ast::AggregateOp::Any:
    case ast::AggregateOp::All:
      if (kind == Kind::Bool)
        return finish(node.op == ast::AggregateOp::Any ? Operator::Any : Operator::All, type);
      context_.emit(DiagnosticKind::TypeMismatch, body_span, {"Bool", context_.type_name(type)});
      return invalid(tree.span);
    case ast::AggregateOp::Count:
      if (kind != Kind::Bool) return finish(Operator::Count, context_.types.int_type());
      break;
  }
  context_.emit(DiagnosticKind::TypeMismatch, body_span, {"a number", context_.type_name(type)});
  return invalid(tree.span);
}

ExprPtr Expressions::filtered(ExprPtr list, const ast::Name& variable, const ast::ExprPtr& where) {
  const Span span = list->span;
  const TypeId type = list->type;
  Operation filter{.op = Operator::Filter};
  scope_.open("the aggregate");
  filter.variable = scope_.declare(variable, context_.types[type].element);
  ExprPtr holds = condition(where);
  scope_.close();
  if (is_invalid(*holds)) return holds;
  filter.operands.push_back(std::move(list));
  filter.operands.push_back(std::move(holds));
  return make_expr(span, type, std::move(filter));
}

}  // namespace endcap::sema
