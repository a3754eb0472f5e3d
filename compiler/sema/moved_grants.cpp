// Grants that are given to a workflow that is run: `pricing: grant of Price.activate for Store`. There the
// name stands for the grant of whoever asked, so that each of its writes is still made once, by one or the
// other.
#include <fmt/format.h>

#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

// What a parameter wants; nothing when that can't be understood, which is told.
std::optional<WorkflowChecker::MovedGrant> WorkflowChecker::grant_parameter(const ast::Parameter& parameter) {
  const ast::TypeRef& tree = *parameter.type;
  const Symbol* symbol =
      require_symbol(context_, module_, tree.operation.text(), tree.operation.span, SymbolKind::Operation);
  if (!symbol) return std::nullopt;
  const abi::Operation& operation = context_.program.abi.operations[symbol->index];
  if (operation.operation_class != abi::OperationClass::Write) {
    context_
        .emit(DiagnosticKind::WrongClass, tree.operation.span,
              {operation.name, operation.operation_class == abi::OperationClass::Read ? "read" : "notify",
               "write"})
        .label(symbol->span, "declared here");
    return std::nullopt;
  }
  MovedGrant wanted{.operation = symbol->index};
  if (!tree.element) return wanted;
  wanted.element = resolve_type(context_, module_, tree.element.get());
  return wanted.element == abi::kNoType ? std::nullopt : std::optional(wanted);
}

// Of a workflow that is looked at alone: a grant that nobody asked for. It may well have an undo.
LocalId WorkflowChecker::declare_grant(const ast::Parameter& parameter) {
  const auto wanted = grant_parameter(parameter);
  if (!wanted) return scope_.declare(parameter.name, abi::kNoType);
  const std::string& operation = context_.program.abi.operations[wanted->operation].name;
  const LocalId proposal = scope_.hidden(operation, context_.types.simple(Kind::Proposal), parameter.span);
  scope_[proposal].proposal = Local::ProposalInfo{.operation = wanted->operation,
                                                  .undo = wanted->operation,
                                                  .for_each = wanted->for_each(),
                                                  .element = wanted->element};
  MovedGrant& moved = moved_[parameter.name.text] = *wanted;
  moved.grant = scope_.declare(parameter.name, context_.types.simple(Kind::Grant));
  scope_[moved.grant].grant_of = {proposal};
  return moved.grant;
}

// A grant, whole or for one element, for a parameter that wants it.
ExprPtr WorkflowChecker::take_grant(const ast::RunStmt& node, const ast::Argument& argument,
                                    const std::string& parameter, const MovedGrant& wanted, Run& into,
                                    MovedGrants& moved) {
  if (!argument.value) return invalid({});
  const Span span = argument.value->span;
  const std::string operation = context_.program.abi.operations[wanted.operation].name;
  const ast::ExprPtr& tree = node.targets[static_cast<size_t>(&argument - node.arguments.data())];
  ExprPtr target = tree ? expressions_.check(tree) : nullptr;
  if (target && is_invalid(*target)) return invalid(span);
  const auto* name = std::get_if<ast::NameExpr>(&argument.value->node);
  const LocalId local = name ? scope_.find(name->name.text).value_or(LocalId()) : LocalId();
  const bool grant = local.valid() && context_.types.is(scope_[local].type, Kind::Grant);
  std::vector<MovedGrant> covered;
  if (grant && moved_.contains(name->name.text)) {
    covered = {moved_.at(name->name.text)};
  } else if (grant) {
    const std::vector<LocalId>& proposals = scope_[local].grant_of;
    for (uint32_t i = 0; i < proposals.size(); ++i) {
      const Local::ProposalInfo& info = *scope_[proposals[i]].proposal;
      covered.push_back({local, i, LocalId(), info.operation, info.for_each ? info.element : abi::kNoType});
    }
  } else if (!local.valid() || scope_[local].type != abi::kNoType) {
    expressions_.check(argument.value);
  }
  std::erase_if(covered, [&](const MovedGrant& each) {
    const bool one = target ? each.for_each() && each.element == target->type : !each.for_each();
    return each.operation != wanted.operation ||
           !(wanted.for_each() ? !target && each.for_each() && each.element == wanted.element : one);
  });
  if (covered.size() != 1) {
    if (local.valid() && scope_[local].type == abi::kNoType) return invalid(span);  // told
    const std::string what =
        wanted.for_each() ? fmt::format("{} for each {}", operation, context_.type_name(wanted.element))
                          : "one " + operation;
    auto& diagnostic = context_.emit(DiagnosticKind::GrantDoesNotFit, span,
                                     {name ? "`" + name->name.text + "`" : "this", what});
    if (grant) diagnostic.label(scope_[local].span, "it is granted here");
    if (grant && !wanted.for_each() && !target)
      diagnostic.note("of a grant for many, say for which one: `" + name->name.text + " for store`");
    return invalid(span);
  }
  MovedGrant given = covered.front();
  if (target) {
    // Known by its parameter, in every version: a wait keeps it by name.
    given.target = scope_.hidden("element of " + parameter, target->type, tree->span);
    into.parameters.push_back(given.target);
    into.arguments.push_back(std::move(target));
  }
  moved[parameter] = given;
  return make_expr(span, context_.types.simple(Kind::Grant), LocalRef{given.grant});
}

bool WorkflowChecker::resolve_moved(const ast::Stmt& tree, const ast::WriteStmt& node,
                                    const MovedGrant& moved, Write& write) {
  write.moved = true;
  write.grant = moved.grant;
  write.proposal = moved.proposal;
  const std::string& operation = context_.program.abi.operations[moved.operation].name;
  if (!moved.for_each()) {
    if (node.target) {
      ExprPtr target = expressions_.check(node.target);
      if (!is_invalid(*target))
        context_
            .emit(DiagnosticKind::TargetNotCovered, node.target->span,
                  {node.grant.text, context_.type_name(target->type)})
            .note("it is for one " + operation + ": `write " + node.grant.text + "`");
      return false;
    }
    if (moved.target.valid())
      write.target = make_expr(tree.span, scope_[moved.target].type, LocalRef{moved.target});
    return true;
  }
  if (!node.target) {
    context_.emit(DiagnosticKind::TargetMissing, tree.span,
                  {node.grant.text, "each " + context_.type_name(moved.element)});
    return false;
  }
  ExprPtr target = expressions_.check(node.target);
  if (is_invalid(*target)) return false;
  if (target->type != moved.element) {
    context_.emit(DiagnosticKind::TargetNotCovered, node.target->span,
                  {node.grant.text, context_.type_name(target->type)});
    return false;
  }
  write.target = std::move(target);
  return true;
}

}  // namespace endcap::sema
