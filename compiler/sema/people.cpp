// `task`: work for a person, with a deadline, what happens when it passes, and the form that is filled in.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::TaskStmt& node) {
  Task task{.name = node.name.text};
  const std::string what = "task " + node.name.text;
  const auto role = require_role(context_, module_, node.role);
  task.role = role.value_or(0);
  task.scope = scope(role, node.role, node.scope);
  task.calendar = calendar_of(role);
  task.arguments = expressions_.record_of(node.name.text, node.arguments, tree.span);
  task.within = deadline(node.within, node.name.span, what, task.calendar.has_value());
  if (node.answers) task.form = form(*node.answers);
  std::string identity = path("task." + node.name.text, node.name.span);
  ++waits_;
  Site site{.what = what,
            .causes = {Cause::Expired},
            .required = {Cause::Expired},
            .nexts = {Next::Retry, Next::Continue}};
  // Going on without an answer would leave its name without a value.
  if (node.result && task.form) site.result = task.form->record;
  task.handlers = handlers(node.handlers, site, node.name.span);
  if (node.result) {
    if (!node.answers)
      context_
          .emit(DiagnosticKind::TaskWithoutAnswers, node.result->span, {node.name.text, node.result->text})
          .note("say what is filled in: `answers` and a record, in the braces of the task");
    task.answer = bind_leaving(*node.result, task.form ? task.form->record : abi::kNoType);
  }
  return make(tree.span, std::move(task), std::move(identity));
}

// The role's own, or the one of the module. Who it goes on to then keeps it: handing it on starts no new
// time.
std::optional<uint32_t> WorkflowChecker::calendar_of(std::optional<uint32_t> role) const {
  const auto own = role ? context_.role_calendars[*role] : std::nullopt;
  return own ? own : context_.modules[module_].calendar;
}

// Those of the role who answer for this value; null: all of them.
ExprPtr WorkflowChecker::scope(std::optional<uint32_t> role, const ast::Name& name,
                               const ast::ExprPtr& tree) {
  if (!tree) return nullptr;
  const TypeId by = role ? context_.role_scopes[*role] : abi::kNoType;
  if (role && by == abi::kNoType)
    context_.emit(DiagnosticKind::RoleNotNarrowed, tree->span, {name.text})
        .note("say by what: `role " + name.text + " by Text(3)`, or another type");
  ExprPtr value = expressions_.check(tree, by, {name.span, "the role is narrowed by that"});
  return by == abi::kNoType || is_invalid(*value) ? nullptr : std::move(value);
}

std::optional<TaskForm> WorkflowChecker::form(const ast::Form& tree) {
  const Symbol* symbol =
      require_symbol(context_, module_, tree.record.text, tree.record.span, SymbolKind::Record);
  if (!symbol || context_.named[symbol->index].type == abi::kNoType) {
    for (const ast::Argument& argument : tree.prefilled) expressions_.check(argument.value);
    return std::nullopt;
  }
  TaskForm form{context_.named[symbol->index].type, {}};
  // What a system holds comes from that system: a person fills in values, and can't make an entity up.
  if (const auto view = context_.entity_in(form.record)) {
    const ast::Name& entity = context_.views[*view].tree->name;
    context_.emit(DiagnosticKind::FormHoldsEntity, tree.record.span, {tree.record.text, entity.text})
        .label(entity.span, "it is read from a system")
        .note("let the key be answered, and read the rest where it is needed");
  }
  if (context_.types.holds_map(form.record))
    context_.emit(DiagnosticKind::MapFromOutside, tree.record.span, {"what a person fills in"})
        .note("let a list be filled in, and make a map of that");
  for (const ast::Argument& argument : tree.prefilled) prefill(tree, argument, form);
  return form;
}

void WorkflowChecker::prefill(const ast::Form& tree, const ast::Argument& argument, TaskForm& form) {
  const std::vector<abi::Field> fields = context_.types[form.record].fields;
  const auto found =
      argument.name ? std::ranges::find(fields, argument.name->text, &abi::Field::name) : fields.end();
  if (found == fields.end()) {
    std::vector<std::string> known;
    for (const abi::Field& field : fields) known.push_back(field.name);
    if (argument.name) {
      with_suggestion(context_.emit(DiagnosticKind::UnknownField, argument.name->span,
                                    {tree.record.text, argument.name->text}),
                      argument.name->span, argument.name->text, known);
    } else {
      context_
          .emit(DiagnosticKind::PrefilledUnnamed, argument.value ? argument.value->span : tree.span,
                {tree.record.text})
          .note(fmt::format("name it: {}", fmt::join(known, ", ")));
    }
    expressions_.check(argument.value);
    return;
  }
  const auto field = static_cast<uint32_t>(found - fields.begin());
  if (std::ranges::find(form.prefilled, field, &TaskForm::Prefilled::field) != form.prefilled.end())
    context_.emit(DiagnosticKind::GivenTwice, argument.name->span, {argument.name->text});
  ExprPtr value = expressions_.check(argument.value, found->type, {tree.record.span, "the form says so"});
  if (!is_invalid(*value)) form.prefilled.push_back({field, std::move(value)});
}

}  // namespace endcap::sema
