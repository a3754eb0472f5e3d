// `allocate AMOUNT over LIST by WEIGHT`: shares that add up to the amount.
#include <fmt/format.h>

#include "compiler/sema/expressions.h"

namespace endcap::sema {

ExprPtr Expressions::of(const Tree& tree, const ast::AllocateExpr& node, TypeId) {
  ExprPtr amount = infer(node.amount, abi::kNoType), list = infer(node.list, abi::kNoType);
  const bool is_list = context_.types.is(list->type, Kind::List);
  if (!is_invalid(*list) && !unanswered(*list) && !is_list)
    context_.emit(DiagnosticKind::NotAList, list->span, {context_.type_name(list->type)});
  const TypeId element = is_list ? context_.types[list->type].element : abi::kNoType;
  scope_.open("its `allocate`");
  const LocalId it = scope_.declare({"it", tree.span}, element);
  ExprPtr weight = infer(node.weight, abi::kNoType);
  scope_.close();
  if (is_invalid(*amount) || unanswered(*amount) || is_invalid(*weight) || unanswered(*weight) || !is_list)
    return invalid(tree.span);
  const Kind kind = context_.types.kind(amount->type);
  if (kind != Kind::Money && kind != Kind::Quantity) {
    context_.emit(DiagnosticKind::TypeMismatch, amount->span,
                  {"an amount of money or a quantity", context_.type_name(amount->type)});
    return invalid(tree.span);
  }
  if (!is_scaled(context_.types.kind(weight->type))) {
    auto& diagnostic = context_.emit(DiagnosticKind::TypeMismatch, weight->span,
                                     {"a number", context_.type_name(weight->type)});
    if (context_.types.is(weight->type, Kind::Ratio))
      diagnostic.note("round it: `round ... to 4 places half even`");
    return invalid(tree.span);
  }
  // Lowering makes lists of both.
  context_.types.list_of(weight->type);
  context_.types.list_of(amount->type);
  const TypeId pair =
      context_.types.record(fmt::format("share of {}", context_.type_name(element)),
                            {{.name = "element", .type = element}, {.name = "amount", .type = amount->type}});
  Operation operation{.op = Operator::Allocate};
  operation.variable = it;
  operation.operands.push_back(std::move(list));
  operation.operands.push_back(std::move(amount));
  operation.operands.push_back(std::move(weight));
  return make_expr(tree.span, context_.types.list_of(pair), std::move(operation));
}

}  // namespace endcap::sema
