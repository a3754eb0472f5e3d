// Exceptions: what one does when it is raised, and `raise`.
#include "compiler/sema/names.h"
#include "compiler/sema/starts.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

// ---------------------------------------------------------------- the exception

// It is a workflow of one task, its owner's, behind which it has been resolved.
Block WorkflowChecker::exception_body(const ast::ExceptionDecl& tree) {
  Block body;
  body.span = workflow().span;
  const std::string identity = path("respond", tree.name.span);
  body.statements.push_back(make(tree.name.span, response(tree), identity));
  const ast::Name resolved{"Resolved", tree.name.span};
  if (auto outcome = this->outcome(resolved, {}, false, tree.name.span))
    body.statements.push_back(make(tree.name.span, Finish{outcome->first, std::move(outcome->second)}));
  return body;
}

Task WorkflowChecker::response(const ast::ExceptionDecl& tree) {
  Task task{.name = tree.name.text};
  const std::string what = "exception " + tree.name.text;
  if (tree.owner) {
    const auto owner = require_role(context_, module_, *tree.owner);
    task.role = owner.value_or(0);
    task.calendar = calendar_of(owner);
    task.scope = scope(owner, *tree.owner, tree.owner_scope);
  } else {
    context_.emit(DiagnosticKind::ExceptionIncomplete, tree.name.span, {tree.name.text, "who responds to it"})
        .note("write `owner` and a role");
  }
  MakeRecord told;
  for (const StartParameter& parameter : workflow().parameters)
    told.fields.push_back(
        make_expr(tree.name.span, locals_[parameter.local.index].type, LocalRef{parameter.local}));
  task.arguments = make_expr(tree.name.span, info().start, std::move(told));
  if (tree.within) {
    task.within = deadline(tree.within, tree.name.span, what, task.calendar.has_value());
  } else {
    context_.emit(DiagnosticKind::DeadlineMissing, tree.name.span, {what})
        .note("every wait has an end: say `respond within 4 business hours`, or another time");
    task.within = invalid(tree.name.span);
  }
  const bool kept = task.calendar.has_value();
  if (tree.remind_after)
    task.remind = before_deadline(tree.remind_after, task.within.get(), "the reminder", kept);
  for (const auto& escalation : tree.escalations) {
    const auto role = require_role(context_, module_, escalation.role);
    ExprPtr after = before_deadline(escalation.after, task.within.get(),
                                    "the escalation to " + escalation.role.text, kept);
    ExprPtr for_whom = scope(role, escalation.role, escalation.scope);
    if (role) task.escalations.push_back({*role, std::move(after), std::move(for_whom)});
  }
  if (tree.resolve_by) task.resolver = resolver(*tree.resolve_by);
  task.renewed = true;
  ++waits_;
  task.handlers = handlers(
      tree.handlers, {.what = what, .causes = {Cause::Expired}, .required = {Cause::Expired}, .nexts = {}},
      tree.name.span);
  return task;
}

std::optional<Resolver> WorkflowChecker::resolver(const ast::Call& tree) {
  const std::string name = tree.operation.text();
  const Symbol* symbol = require_symbol(context_, module_, name, tree.operation.span, SymbolKind::Workflow);
  if (!symbol) return std::nullopt;
  const ast::WorkflowDecl* const started = context_.workflows[symbol->index].tree;
  if (started && started->key.empty()) {
    if (context_.program.abi.workflows[symbol->index].only_run)
      context_.emit(DiagnosticKind::NotStartable, tree.operation.span, {name})
          .label(symbol->span, "declared here, without a key");
    return std::nullopt;  // else that it has no key is told where it stands
  }
  ExprPtr arguments = start_record(symbol->index, tree.arguments, name, tree.span);
  if (is_invalid(*arguments)) return std::nullopt;
  return Resolver{symbol->index, std::move(arguments), tree.span};
}

// The record of the cells that start it.
ExprPtr WorkflowChecker::start_record(uint32_t workflow, const std::vector<ast::Argument>& given,
                                      const std::string& name, Span span) {
  const WorkflowInfo& started = context_.workflows[workflow];
  MakeRecord record{
      expressions_.arguments(name, span, given, start_values(context_, workflow), started.name().span)};
  for (const ExprPtr& value : record.fields) {
    if (is_invalid(*value)) return invalid(span);
  }
  return make_expr(span, started.start, std::move(record));
}

// ---------------------------------------------------------------- raise

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::RaiseStmt& node) {
  const std::string name = node.exception.text();
  const Symbol* symbol = require_symbol(context_, module_, name, node.exception.span, SymbolKind::Exception);
  Raise raise{.waits = node.waits};
  if (symbol) {
    raise.exception = symbol->index;
    raise.arguments = start_record(symbol->index, node.arguments, name, tree.span);
  } else {
    for (const ast::Argument& argument : node.arguments) expressions_.check(argument.value);
  }
  const auto goes_on = [&](Span span, const char* what) {
    context_.emit(DiagnosticKind::RaiseGoesOn, span, {name, what})
        .note("to wait for its end, write `raise and wait " + name + "(...)`");
  };
  const std::string what = "the wait for " + name;
  if (node.waits) {
    raise.within = deadline(node.within, node.exception.span, what);
  } else {
    if (node.within) goes_on(node.within->span, "deadline");
    if (!node.handlers.empty()) goes_on(node.handlers.front().span, "handlers");
  }
  const std::string leaf = node.result ? node.result->text : "raise." + name;
  std::string identity = node.waits ? path(leaf, tree.span) : passing_path(leaf, tree.span);
  ++waits_;
  if (node.waits)
    raise.handlers = handlers(
        node.handlers,
        {.what = what, .causes = {Cause::Expired}, .required = {Cause::Expired}, .nexts = {Next::Continue}},
        node.exception.span);
  if (!raise.arguments || is_invalid(*raise.arguments)) return std::nullopt;
  return make(tree.span, std::move(raise), std::move(identity));
}

}  // namespace endcap::sema
