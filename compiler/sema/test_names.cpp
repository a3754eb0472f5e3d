// What a test can name: see test_names.h.
#include "compiler/sema/test_names.h"

#include "compiler/sema/passes/walk.h"
#include "compiler/sema/tests.h"

namespace endcap::sema {
namespace {

void add_path(WorkflowNames& names, const std::string& path) {
  const std::string written = written_path(path);
  for (size_t dot = written.find('.'); dot != std::string::npos; dot = written.find('.', dot + 1))
    names.waits.insert(written.substr(0, dot));
  names.waits.insert(written);
}

void add_form(WorkflowNames::Asked& asked, const TaskForm& form) {
  auto& known = asked.forms.emplace_back();
  known.record = form.record;
  for (const TaskForm::Prefilled& each : form.prefilled) known.prefilled.insert(each.field);
}

void add_approval(Context& context, WorkflowNames& names, const Stmt& stmt, const Approve& approve) {
  const abi::Policy& policy =
      context.program.abi.policies[context.program.policies[approve.policy.index].index];
  auto& asked = names.approvals[written_path(stmt.path)];
  for (const abi::PolicyRow& row : policy.rows) asked.roles.insert(row.roles.begin(), row.roles.end());
  for (const Escalation& escalation : approve.escalations) asked.roles.insert(escalation.role);
  asked.deciders.insert(asked.roles.begin(), asked.roles.end());
  asked.by_line = asked.by_line || approve.by_line;
  if (approve.counter) add_form(asked, *approve.counter);
  if (approve.reasons.rejection != abi::kNoType) asked.reasons.rejection = approve.reasons.rejection;
  if (approve.reasons.approval != abi::kNoType) asked.reasons.approval = approve.reasons.approval;
  for (const auto& [stand_in, role] : policy.stand_ins) {
    if (asked.roles.contains(role)) asked.deciders.insert(stand_in);
  }
}

// What people are asked in it, and in the exceptions that it raises and what resolves them.
void add_people(Context& context, WorkflowNames& names, uint32_t workflow, std::set<uint32_t>& seen) {
  if (!seen.insert(workflow).second) return;
  visit_statements(context.program.workflows[workflow].body, [&](Stmt& stmt) {
    if (const auto* approve = std::get_if<Approve>(&stmt.node)) add_approval(context, names, stmt, *approve);
    if (const auto* raise = std::get_if<Raise>(&stmt.node)) {
      names.exceptions.insert(raise->exception);
      add_people(context, names, raise->exception, seen);
    }
    const auto* task = std::get_if<Task>(&stmt.node);
    if (!task) return;
    for (const std::string& name : task_names(task->name, stmt.path)) {
      auto& asked = names.tasks[name];
      asked.roles.insert(task->role);
      asked.deciders.insert(task->role);
      asked.arguments = task->arguments->type;
      for (const Escalation& escalation : task->escalations) asked.deciders.insert(escalation.role);
      if (task->form) add_form(asked, *task->form);
    }
    if (task->resolver) add_people(context, names, task->resolver->workflow, seen);
  });
}

}  // namespace

std::string written_path(std::string_view path) {
  std::string written;
  size_t depth = 0;
  for (const char c : path) {
    if (c == '[') ++depth;
    const bool first = written.empty() && c == '.';  // of a loop that stands in no step
    if (depth == 0 && !first) written += c;
    if (c == ']' && depth > 0) --depth;
  }
  return written;
}

std::vector<std::string> task_names(const std::string& name, std::string_view path) {
  std::vector<std::string> names{name};
  const std::string written = written_path(path), leaf = "task." + name;
  if (written.size() <= leaf.size() || !written.ends_with("." + leaf)) return names;
  names.push_back(written);
  names.push_back(written.substr(0, written.size() - leaf.size()) + name);
  return names;
}

WorkflowNames names_of(Context& context, uint32_t workflow) {
  WorkflowNames names;
  std::set<uint32_t> seen;
  add_people(context, names, workflow, seen);
  visit_statements(context.program.workflows[workflow].body, [&](Stmt& stmt) {
    if (const bool due = std::holds_alternative<Due>(stmt.node); !stmt.path.empty()) {
      const std::string written = written_path(stmt.path);
      due ? void(names.dues.insert(written.substr(0, written.rfind('.')))) : add_path(names, stmt.path);
    }
  });
  // A view that starts a workflow is read before anything else.
  const Workflow& typed = context.program.workflows[workflow];
  for (const StartParameter& parameter : typed.parameters) {
    if (parameter.view) add_path(names, "start." + typed.locals[parameter.local.index].name);
  }
  for (const abi::Outcome& outcome : context.program.abi.workflows[workflow].outcomes)
    names.outcomes[outcome.name] = {outcome.failure, outcome.record};
  return names;
}

}  // namespace endcap::sema
