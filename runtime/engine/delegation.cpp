// Delegation: who could decide a task for a role hands it to one other person of that role.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"
#include "runtime/engine/says.h"

namespace endcap {

// Deadline, reminders and escalations stay as they are. Handing it to whom it is handed already changes
// nothing: a request may come twice.
std::expected<std::string, Refusal> Partition::delegate(rows::Task& task, const DecisionRequest& request) {
  const std::string& person = request.person;
  if (task.deadline == 0)  // nothing would ever take it back from who does not answer
    return std::unexpected(
        Refusal{Refusal::Kind::Conflict,
                fmt::format("task {} has no deadline: it stays with everybody it is put to", task.number)});
  std::optional<People::Held> own;
  if (task.is_approval()) {
    const auto says = say_of(state_.people, program(), task, person, true, now_);
    if (!says) return std::unexpected(says.error());
    own = {says->role, says->whose};
  } else {
    task.roles = state_.people.roles_named(task.role_names);  // it may be older than this program
    const auto held = work_of(state_.people, task, person, now_);
    if (!held) return std::unexpected(held.error());
    own = *held;
  }
  const auto given = can_be_given(state_.people, program(), task, own->role, request.to, now_);
  if (!given) return std::unexpected(given.error());
  const std::string& role = state_.people.name(own->role);
  const rows::Delegation* before = task.delegation_of(role);
  if (before == nullptr || before->to != request.to) {
    task.delegate({role, request.to, person, now_});
    put_task(task);
    Json details = {{"task", task.number}, {"label", task.label}, {"person", person},
                    {"role", role},        {"to", request.to},    {"reason", request.reason}};
    if (own->whose != person) details["covers"] = own->whose;
    note(task.root, "delegated", task.instance, task.path, task.element, details);
  }
  return Json{{"task", task.number}, {"status", "open"}, {"role", role}, {"to", request.to}}.dump();
}

}  // namespace endcap
