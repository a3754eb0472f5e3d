// `propose`: freezing what is to be written, its undo, and the facts its policy will see.
#include <fmt/format.h>

#include "compiler/sema/names.h"
#include "compiler/sema/policies.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

WorkflowChecker::Made WorkflowChecker::propose(const ast::Stmt& tree, const ast::Propose& node,
                                               const ast::Name& name) {
  Propose result{};
  const auto give_up = [&]() -> Made {
    scope_.declare(name, abi::kNoType);
    return std::nullopt;
  };
  TypeId element = abi::kNoType;
  scope_.open("the proposal");
  if (node.variable) {
    result.list = expressions_.check(node.list);
    if (!is_invalid(*result.list) && !context_.types.is(result.list->type, Kind::List)) {
      context_.emit(DiagnosticKind::NotAList, result.list->span, {context_.type_name(result.list->type)});
    } else if (!is_invalid(*result.list)) {
      element = context_.types[result.list->type].element;
    }
    result.variable = scope_.declare(*node.variable, element);
    if (node.where) result.where = expressions_.condition(node.where);
  }
  const auto close = [&]() -> Made {
    scope_.close();
    return give_up();
  };

  const Symbol* symbol = require_symbol(context_, module_, node.call.operation.text(),
                                        node.call.operation.span, SymbolKind::Operation);
  if (!symbol) return close();
  const OperationInfo& operation = context_.operations[symbol->index];
  const std::string& operation_name = context_.program.abi.operations[symbol->index].name;
  std::vector<ExprPtr> arguments;
  result.operation = symbol->index;
  result.payload = payload(symbol->index, node.call.span, node.call.arguments, arguments);
  if (operation.tree->operation_class != ast::OperationDecl::Class::Write) {
    if (operation.tree->operation_class != ast::OperationDecl::Class::Missing)
      context_
          .emit(DiagnosticKind::WrongClass, node.call.operation.span,
                {operation_name,
                 operation.tree->operation_class == ast::OperationDecl::Class::Read ? "read" : "notify",
                 "write"})
          .label(operation.tree->name.span, "declared here");
    return close();
  }
  if (!operation.policy) {
    context_.emit(DiagnosticKind::UngovernedWrite, node.call.operation.span, {operation_name})
        .label(operation.tree->name.span, "declared here as a write")
        .note("name it in the `governs` of a policy: who may let it happen, and when");
    return close();
  }
  result.policy = *operation.policy;

  TypeId undo_type = abi::kNoType;
  std::vector<ExprPtr> undo_arguments;
  if (node.undo) {
    const Symbol* undo = require_symbol(context_, module_, node.undo->operation.text(),
                                        node.undo->operation.span, SymbolKind::Operation);
    if (!undo) return close();
    result.undo = undo->index;
    result.undo_payload = payload(undo->index, node.undo->span, node.undo->arguments, undo_arguments);
    if (context_.operations[undo->index].tree->operation_class != ast::OperationDecl::Class::Write) {
      context_.emit(DiagnosticKind::UndoNoWrite, node.undo->operation.span, {undo->name})
          .label(undo->span, "declared here");
      return close();
    }
    undo_type = result.undo_payload->type;
  }
  if (is_invalid(*result.payload) || (result.undo_payload && is_invalid(*result.undo_payload)))
    return close();
  result.facts = facts_of(context_, *operation.policy, operation, arguments, node.call.span);
  if (is_invalid(*result.facts)) return close();
  if (node.undo && !check_undo(context_, result, undo_arguments, node.undo->operation.span)) return close();
  if (result.variable.valid())
    result.target = make_expr(node.variable->span, element, LocalRef{result.variable});
  scope_.close();

  const TypeId type = context_.types.proposal(result.payload->type, undo_type, result.facts->type);
  result.local = scope_.declare(name, type);
  scope_[result.local].proposal = Local::ProposalInfo{.operation = result.operation,
                                                      .undo = result.undo,
                                                      .keep = node.keep,
                                                      .for_each = result.variable.valid(),
                                                      .element = element};
  return make(tree.span, std::move(result));
}

}  // namespace endcap::sema
