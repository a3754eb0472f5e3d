// People's work: tasks, decisions on approvals, and questions about calls whose outcome nobody knows.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"
#include "runtime/engine/says.h"

namespace endcap {
namespace {

using Kind = rows::Task::Kind;
using Status = rows::Task::Status;

std::string key_of(const rows::Task& task) {
  return (task.status == Status::Open ? "o" : "c") + rows::big_endian(task.number);
}

std::unexpected<Refusal> decline(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

const char* word(DecisionRequest::What what) {
  return what == DecisionRequest::What::Approve   ? "approve"
         : what == DecisionRequest::What::Reject  ? "reject"
         : what == DecisionRequest::What::Counter ? "counter"
                                                  : "done";
}

// Of an approval of which no line is left.
std::string reason_of_lines(const auto& lines, const std::string& otherwise) {
  return lines.empty() ? otherwise : lines.begin()->second.reason;
}

}  // namespace

std::optional<rows::Task> Partition::any_task(uint64_t number) {
  auto task = open_task(number);
  return task ? task : closed_task(number);
}

void Partition::put_task(const rows::Task& row) {
  rows::Task task = row;
  if (task.workflow.empty()) {
    if (const auto whole = family(task.root)) task.workflow = whole->workflow, task.key = whole->key;
  }
  const auto name = [&](const std::vector<uint32_t>& roles, std::vector<std::string>& names) {
    while (names.size() < roles.size()) names.push_back(program().roles.at(roles[names.size()]));
  };
  name(task.roles, task.role_names);
  name(task.escalated, task.escalated_names);
  if (task.is_approval() && task.policy_name.empty())
    task.policy_name = program().policies.at(task.policy).name;
  for (rows::Decision& decision : task.decisions) {
    if (!decision.role_name.empty()) continue;
    decision.role_name = program().roles.at(decision.role);
    decision.as_name = program().roles.at(decision.as);
  }
  put(Table::Task, key_of(task), task);
}

void Partition::close_task(rows::Task& task, Status status) {
  for (const std::string& timer : std::exchange(task.timers, {})) unschedule(timer);
  overlay_.erase(Table::Task, key_of(task));
  task.status = status;
  task.closed = now_;
  if (!task.reserving.empty()) return;  // nobody was asked, and no history tells of it
  put_task(task);
}

bool Partition::park_task(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  if (point.asked && !ask_for(row, point, true, problem)) return false;
  const rows::Limit limit = limit_of(*point.within);
  rows::Task task;
  task.number = next_number();
  task.kind = Kind::Task;
  task.root = row.root;
  task.instance = row.number;
  task.path = point.path;
  task.label = point.label;
  task.element = row.element;
  task.roles = {point.role};
  if (point.scope) task.scope = scope_text(point, *point.scope);
  task.created = now_;
  task.deadline = deadline(limit, now_).value_or(now_);
  task.arguments = abi::value_to_json(types(), point.operands[0], workspace_.arena(), operand(0));
  row.task = task.number;
  row.deadline = task.deadline;
  Json details = {{"task", task.number},
                  {"label", task.label},
                  {"role", program().roles[point.role]},
                  {"arguments", Json::parse(task.arguments)},
                  {"within", limit_json(limit, task.deadline)}};
  if (task.scope) details["scope"] = *task.scope;
  prefill(task, point);
  note_prefilled(task, details);
  remind_of(task, point, details);
  row.timers.push_back(schedule(task.deadline, {rows::Timer::Kind::Due, row.root, row.number}));
  put_task(task);
  note(row, "taskOpened", details);
  return true;
}

std::string Partition::scope_text(const abi::WaitPoint& point, uint32_t index) {
  return abi::scalar_text(types()[point.operands[index]], workspace_.arena(), operand(index));
}

// Reminder and escalations, before its end.
void Partition::remind_of(rows::Task& task, const abi::WaitPoint& point, Json& details) {
  const auto arm = [&](rows::Timer::Kind kind, const rows::Limit& limit, uint64_t number) {
    const Instant at = std::min(deadline(limit, now_).value_or(now_), task.deadline);
    task.timers.push_back(schedule(at, {kind, task.root, task.number, number}));
    return limit_json(limit, at);
  };
  if (point.remind) details["remind"] = arm(rows::Timer::Kind::TaskReminds, limit_of(*point.remind), 0);
  for (size_t i = 0; i < point.escalations.size(); ++i) {
    task.escalations.push_back(limit_of(point.escalations[i].after));
    task.escalations.back().role = point.escalations[i].role;
    if (point.escalations[i].scope)
      task.escalations.back().scope = scope_text(point, *point.escalations[i].scope);
    Json escalation = arm(rows::Timer::Kind::TaskEscalates, task.escalations.back(), i);
    escalation["role"] = program().roles[point.escalations[i].role];
    if (const auto& scope = task.escalations.back().scope) escalation["scope"] = *scope;
    details["escalations"].push_back(std::move(escalation));
  }
}

void Partition::task_timer(const rows::Timer& timer) {
  auto task = open_task(timer.number);
  if (!task) return;
  const auto tell = [&](const char* kind, const Json& details) {
    note(task->root, kind, task->instance, task->path, task->element, details);
  };
  if (timer.kind == rows::Timer::Kind::TaskReminds) {
    task->reminded = now_;
    put_task(*task);
    return tell("reminded", {{"task", task->number}});
  }
  if (timer.kind == rows::Timer::Kind::TaskEscalates) {
    const rows::Limit& to = task->escalations.at(timer.detail);
    task->escalated.push_back(to.role);
    task->escalated_by.push_back(static_cast<uint32_t>(timer.detail));
    task->delegations.clear();  // whom it was handed to has not answered: everybody may again
    put_task(*task);
    Json details = {{"task", task->number}, {"role", program().roles[to.role]}};
    if (to.scope) details["scope"] = *to.scope;
    return tell("escalated", details);
  }
  tell("expired", {{"task", task->number}});
  close_task(*task, Status::Expired);
  if (task->kind == Kind::Again) return answer_again(*task, abi::Expired);
  resume(task->root, task->instance, Input{abi::Expired});
}

// ---------------------------------------------------------------- decisions

void Partition::decide_now(DecisionRequest& request) {
  auto task = open_task(request.task);
  if (!task) {
    const auto closed = closed_task(request.task);
    if (!closed)
      return answer(request.reply,
                    decline(Refusal::Kind::NotFound, fmt::format("there is no task {}", request.task)));
    std::string how = "is closed already";
    if (!closed->decisions.empty()) {
      const rows::Decision& last = closed->decisions.back();
      const char* const said = last.approved ? "approved" : last.countered ? "countered" : "rejected";
      how = fmt::format("was decided already: {} by {} on {}", said, last.person, instant_to_text(last.time));
    } else if (closed->status == Status::Expired) {
      how = "expired on " + instant_to_text(closed->closed);
    } else if (closed->status == Status::Cancelled) {
      how = "is not needed any more since " + instant_to_text(closed->closed);
    }
    return answer(request.reply,
                  decline(Refusal::Kind::Conflict, fmt::format("task {} {}", request.task, how)));
  }
  if (!task->reserving.empty()) {
    return answer(request.reply,
                  decline(Refusal::Kind::Conflict,
                          fmt::format("task {} is not asked yet: its budget is looked at", task->number)));
  }
  if (task->deadline != 0 && now_ >= task->deadline) {  // its timer is due too, perhaps behind many others
    return answer(request.reply,
                  decline(Refusal::Kind::Conflict, fmt::format("task {} expired on {}", task->number,
                                                               instant_to_text(task->deadline))));
  }
  if (const Absence* away = state_.people.absence_of(request.person, now_))
    return answer(request.reply, decline(Refusal::Kind::Denied, away_text(*away)));
  if (request.what == DecisionRequest::What::Delegate) return answer(request.reply, delegate(*task, request));
  if (task->is_approval()) return answer(request.reply, decide_approval(*task, request));

  task->roles = state_.people.roles_named(
      task->role_names);  // what is asked about an undo may be older than this program
  const auto held = work_of(state_.people, *task, request.person, now_);
  if (!held) return answer(request.reply, std::unexpected(held.error()));
  const bool rejected = request.what == DecisionRequest::What::Reject;
  const bool countered = request.what == DecisionRequest::What::Counter;
  if (countered || (request.what != DecisionRequest::What::Done && task->kind != Kind::Outcome)) {
    return answer(request.reply,
                  decline(Refusal::Kind::Invalid,
                          fmt::format("task {} is {}", task->number,
                                      task->kind == Kind::Outcome
                                          ? "a question: it is approved, rejected or done, not countered"
                                      : countered ? "work to be done: it can be done, not countered"
                                      : rejected  ? "work to be done: it can be done, not rejected"
                                                  : "work to be done: it can be done, not approved")));
  }
  if (!request.except.empty()) {
    return answer(request.reply,
                  decline(Refusal::Kind::Invalid,
                          fmt::format("task {} is no approval: it has no lines", task->number)));
  }
  auto filled = filled_in(*task, request.answers);
  if (!filled)
    return answer(request.reply,
                  decline(Refusal::Kind::Invalid, fmt::format("task {}: {}", task->number, filled.error())));
  task->decisions.push_back({request.person, held->role, held->role, !rejected, request.reason, now_});
  task->decisions.back().remark = request.remark;
  if (held->whose != request.person) task->decisions.back().covers = held->whose;
  Json details = {{"task", task->number},           {"label", task->label},
                  {"person", request.person},       {"role", program().roles[held->role]},
                  {"decision", word(request.what)}, {"reason", request.reason}};
  if (held->whose != request.person) details["covers"] = held->whose;
  if (!request.remark.empty()) details["remark"] = request.remark;
  note_answers(*task, details);
  note(task->root, "taskDone", task->instance, task->path, task->element, details);
  close_task(*task, Status::Done);
  answer(request.reply, Json{{"task", task->number}, {"status", "done"}}.dump());
  if (task->kind == Kind::Task) resume(task->root, task->instance, std::move(*filled));
  if (task->kind == Kind::Outcome) outcome_decided(task->call, !rejected);
  if (task->kind == Kind::Undo) question_answered(task->root);
}

// Keeps who said what about an approval; gives what history tells of it.
Json Partition::said(rows::Task& task, const DecisionRequest& request, const Say& says, bool approved) {
  const abi::Policy& policy = program().policies[task.policy];
  const std::string& person = request.person;
  const uint32_t as =
      state_.people.acts_as(state_.people.decider(task, person, says.whose, policy), says.role, policy)
          .value_or(says.role);
  task.decisions.push_back({person, says.role, as, approved, request.reason, now_});
  task.decisions.back().remark = request.remark;
  Json details = {{"task", task.number},       {"label", task.label},
                  {"person", person},          {"role", program().roles[says.role]},
                  {"as", program().roles[as]}, {"decision", word(request.what)},
                  {"reason", request.reason}};
  if (says.whose != person) task.decisions.back().covers = says.whose, details["covers"] = says.whose;
  if (!request.remark.empty()) details["remark"] = request.remark;
  return details;
}

// Not so, but so: what was asked is not granted, and whoever asked goes on with what is offered in its place.
std::expected<std::string, Refusal> Partition::counter(rows::Task& task, const DecisionRequest& request) {
  const auto row = task.kind == Kind::Approval ? instance(task.root, task.instance) : std::nullopt;
  if (!row || wait_point(*row).offered == abi::kNoType)
    return decline(
        Refusal::Kind::Invalid,
        fmt::format("task {} {}", task.number,
                    task.kind == Kind::Again ? "was granted once and is asked again: approve or reject it"
                                             : "takes no offer: its approval does not say `counter`"));
  if (!request.except.empty())
    return decline(Refusal::Kind::Invalid,
                   fmt::format("task {}: only who approves excepts lines", task.number));
  const auto says = say_of(state_.people, program(), task, request.person, false, now_);
  if (!says) return std::unexpected(says.error());
  auto offer = filled_in(task, request.answers);
  if (!offer) return decline(Refusal::Kind::Invalid, fmt::format("task {}: {}", task.number, offer.error()));
  Json details = said(task, request, *says, false);
  task.decisions.back().countered = true;
  note_answers(task, details);
  note(task.root, "decided", task.instance, task.path, task.element, details);
  note(task.root, "countered", task.instance, task.path, task.element,
       {{"task", task.number}, {"label", task.label}, {"offer", Json::parse(task.answers)}});
  close_task(task, Status::Countered);
  offer->tag = abi::Countered;
  resume(task.root, task.instance, std::move(*offer));
  return Json{{"task", task.number}, {"status", "countered"}}.dump();
}

std::expected<std::string, Refusal> Partition::decide_approval(rows::Task& task,
                                                               const DecisionRequest& request) {
  if (request.what == DecisionRequest::What::Done) {
    return decline(Refusal::Kind::Invalid,
                   fmt::format("task {} is an approval: approve or reject it", task.number));
  }
  if (request.what == DecisionRequest::What::Counter) return counter(task, request);
  if (!request.answers.empty())
    return decline(Refusal::Kind::Invalid,
                   fmt::format("task {} is an approval: it asks for no answers", task.number));
  const bool approves = request.what == DecisionRequest::What::Approve;
  const auto says = say_of(state_.people, program(), task, request.person, approves, now_);
  if (!says) return std::unexpected(says.error());
  auto excepted = lines_excepted(task, request);
  if (!excepted) return std::unexpected(excepted.error());
  if (auto missing = why_no_reason(task, request, *excepted))
    return decline(Refusal::Kind::Invalid, std::move(*missing));
  refuse_lines(task, *excepted);
  // Asked again, those who wait for a line that is refused hear of that, and nobody of a rejection.
  const bool line_left = is_line_left(task);
  const bool approved = approves && (line_left || task.kind == Kind::Again);
  Json details = said(task, request, *says, approved);
  task.decisions.back().refused = excepted->size();
  if (!approved) task.reason = approves ? reason_of_lines(*excepted, request.reason) : request.reason;
  if (!excepted->empty()) details["except"] = refused_json(*excepted);
  note(task.root, "decided", task.instance, task.path, task.element, details);
  if (approved && line_left && !says->complete) {
    put_task(task);
    return Json{{"task", task.number}, {"status", "open"}}.dump();
  }
  if (approved && line_left) task.kind == Kind::Again ? renew(task) : cover_accepted(task);
  if (!line_left) task.leaves = 0, task.set_merkle_root("");  // of nothing there is no tree
  Json came = {{"task", task.number},
               {"label", task.label},
               {"merkleRoot", abi::hex(task.merkle_root)},
               {"leaves", task.leaves},
               {"validUntil", instant_to_text(task.valid_until)}};
  if (task.refused > 0) came["refused"] = task.refused;
  if (!line_left) came["reason"] = "no line of it is left";
  note(task.root, approved ? "granted" : "rejected", task.instance, task.path, task.element, came);
  close_task(task, approved ? Status::Granted : Status::Rejected);
  if (task.kind == Kind::Again) {
    answer_again(task, approved ? abi::Ok : abi::Rejected);
  } else {
    const auto row = instance(task.root, task.instance);
    resume(task.root, task.instance,
           !row       ? Input{approved ? abi::Ok : abi::Rejected}
           : approved ? granted_input(wait_point(*row), task.number)
                      : rejected_input(wait_point(*row), &task));
  }
  Json reply = {{"task", task.number}, {"status", approved ? "granted" : "rejected"}};
  if (task.refused > 0) reply["refused"] = task.refused;
  return reply.dump();
}

// A question about a call, for the owner of its operation. It has no deadline: nothing may be assumed in the
// answer's place.
uint64_t Partition::open_question(Kind kind, const rows::Pending& call, const std::string& text) {
  rows::Task task;
  task.number = next_number();
  task.kind = kind;
  task.root = call.root;
  task.instance = call.instance;
  task.path = call.path;
  task.label = text;
  task.element = call.element;
  task.created = now_;
  task.call = call.number;
  const abi::Operation* operation = operation_of(call);
  for (uint32_t role = 0; operation != nullptr && role < program().roles.size(); ++role) {
    if (program().roles[role] == operation->owner) task.roles = {role};
  }
  task.arguments = call_json(call).dump();
  put_task(task);
  note(call.root, "asksPerson", call.instance, call.path, call.element,
       {{"task", task.number},
        {"question", text},
        {"role", operation == nullptr ? "" : operation->owner},
        {"call", call_json(call)}});
  return task.number;
}

}  // namespace endcap
