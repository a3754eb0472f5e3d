// Views as JSON: see views.h.
#include "runtime/engine/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/abi/frame.h"
#include "runtime/engine/form_view.h"
#include "runtime/engine/history.h"
#include "runtime/engine/page.h"
#include "runtime/engine/sealing.h"

namespace endcap {
namespace {

using Json = nlohmann::ordered_json;
constexpr size_t kWaitsShown = 200;
constexpr size_t kListedMost = 1000;
constexpr size_t kChildrenWalkedOver = 16;  // of a family, one by one

std::unexpected<Refusal> no_view(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

const char* status_name(const rows::Family& family) {
  switch (family.status) {
    case rows::Family::Status::Running:
      return family.suspended > 0 ? "suspended" : "running";
    case rows::Family::Status::Ending:
      return "ending";
    case rows::Family::Status::Compensating:
      return "compensating";
    case rows::Family::Status::Finished:
      return "finished";
    case rows::Family::Status::Failed:
      return "failed";
  }
  return "";
}

const char* status_name(rows::Task::Status status) {
  constexpr const char* kNames[] = {"",         "open",    "done",      "granted",
                                    "rejected", "expired", "cancelled", "countered"};
  return kNames[static_cast<size_t>(status)];
}

const char* kind_name(rows::Task::Kind kind) {
  constexpr const char* kNames[] = {"", "task", "approval", "approvalAgain", "outcome", "undo"};
  return kNames[static_cast<size_t>(kind)];
}

const char* wait_name(abi::WaitKind kind) {
  constexpr const char* kNames[] = {"read",          "read",     "read",       "notify",  "approval",
                                    "approvalAgain", "write",    "task",       "until",   "event",
                                    "elements",      "branches", "throughout", "run",     "raise",
                                    "exception",     "ask",      "due",        "elements"};
  return kNames[static_cast<size_t>(kind)];
}

std::optional<uint64_t> number_of(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

struct Filter {
  std::string workflow, status, key, role, person;
  uint64_t instance = 0, after = 0;
  size_t limit = 100;
  bool late = false;  // only those with a step that should be over
};

std::expected<Filter, Refusal> parse_filter(const std::string& text) {
  const Json json = Json::parse(text.empty() ? "{}" : text, nullptr, false);
  if (!json.is_object()) return no_view(Refusal::Kind::Invalid, "the filter must be a JSON object");
  Filter filter;
  for (const auto& [name, value] : json.items()) {
    std::string* text_member = name == "workflow" ? &filter.workflow
                               : name == "status" ? &filter.status
                               : name == "key"    ? &filter.key
                               : name == "role"   ? &filter.role
                               : name == "person" ? &filter.person
                                                  : nullptr;
    if (text_member != nullptr && value.is_string()) {
      *text_member = value.get<std::string>();
    } else if (name == "instance" && value.is_number_unsigned()) {
      filter.instance = value.get<uint64_t>();
    } else if (name == "late" && value.is_boolean()) {
      filter.late = value.get<bool>();
    } else if (name == "after" && value.is_number_unsigned()) {
      filter.after = value.get<uint64_t>();
    } else if (name == "limit" && value.is_number_unsigned() && value.get<uint64_t>() > 0) {
      filter.limit = std::min<uint64_t>(value.get<uint64_t>(), kListedMost);
    } else {
      return no_view(Refusal::Kind::Invalid, fmt::format("the filter can't be read at \"{}\"", name));
    }
  }
  return filter;
}

bool is_workflow(const std::string& full, const std::string& wanted) {
  return full == wanted || full.substr(full.rfind('.') + 1) == wanted;
}

// A name that can't match anything is a mistake, not an empty list.
std::optional<std::string> unknown_name(const Filter& filter, const abi::Program& program,
                                        std::initializer_list<std::string_view> statuses) {
  const auto listed = [](const auto& names) { return fmt::format("{}", fmt::join(names, ", ")); };
  if (!filter.status.empty() && std::ranges::count(statuses, std::string_view(filter.status)) == 0)
    return fmt::format("there is no status \"{}\"; there are {}", filter.status, listed(statuses));
  const auto wanted = [&](const abi::Workflow& each) { return is_workflow(each.name, filter.workflow); };
  if (!filter.workflow.empty() && std::ranges::none_of(program.workflows, wanted)) {
    std::vector<std::string> names;
    for (const abi::Workflow& each : program.workflows) {
      if (!each.only_run) names.push_back(each.name);
    }
    return fmt::format("there is no workflow \"{}\"; there are {}", filter.workflow, listed(names));
  }
  if (!filter.role.empty() && std::ranges::count(program.roles, filter.role) == 0)
    return fmt::format("there is no role \"{}\"; there are {}", filter.role, listed(program.roles));
  return std::nullopt;
}

}  // namespace

Json Views::summary(const rows::Family& family) const {
  Json json = {
      {"id", family.root}, {"workflow", family.workflow},   {"version", family.version},
      {"key", family.key}, {"status", status_name(family)}, {"started", instant_to_text(family.started)}};
  if (family.ended != 0) json["ended"] = instant_to_text(family.ended);
  if (!family.outcome.empty()) {
    json["outcome"] = {
        {"name", family.outcome}, {"failure", family.failure}, {"value", Json::parse(family.value)}};
  }
  if (family.suspended > 0) json["suspended"] = family.suspended;
  if (!family.severity.empty()) {
    json["severity"] = family.severity;
    json["raised"] = family.raised;
    json["lastRaised"] = instant_to_text(family.last_raised);
  }
  if (family.late > 0) json["late"] = family.late;
  return json;
}

Json Views::waiting(const rows::Instance& row) const {
  const abi::WaitPoint& point = program_.machines[row.machine].states[row.state];
  Json json = {{"instance", row.number}, {"path", point.path}, {"waitsFor", wait_name(point.kind)}};
  if (!row.element.empty()) json["element"] = row.element;
  if (row.is_over()) {
    const bool undoing = row.compensate && row.leaving == 0;
    json["waitsFor"] = row.status == rows::Instance::Status::Failing    ? "undo"
                       : row.status == rows::Instance::Status::Stopping ? "settling"
                       : undoing                                        ? "compensating"
                                                                        : "ending";
    if (!row.outcome.empty()) json["outcome"] = row.outcome;
  } else if (row.is_lost()) {
    json["waitsFor"] = row.status == rows::Instance::Status::Suspended ? "suspended" : "quarantined";
    json["reason"] = row.reason;
  } else if (row.status == rows::Instance::Status::Rereading) {
    json["waitsFor"] = "rereading";
  }
  json["since"] = instant_to_text(row.since);
  if (row.deadline != 0) json["until"] = instant_to_text(row.deadline);
  for (const rows::Due& due : row.dues)
    json["due"].push_back({{"step", due.path.substr(0, due.path.rfind('.'))},
                           {"at", instant_to_text(due.at)},
                           {"late", due.late}});
  if (row.task != 0) json["task"] = row.task;
  if (row.asked != 0 && point.asked) json["for"] = program_.workflows[point.asked->workflow].name;
  if (row.call != 0) {
    json["call"] = row.call;
    if (const auto call =
            find<rows::Pending>(partition_of(row.call), Table::Pending, rows::big_endian(row.call))) {
      constexpr const char* kStages[] = {"", "queued", "rechecking", "sent", "backoff", "person"};
      json["stage"] = kStages[static_cast<size_t>(call->stage)];
      json["attempt"] = call->attempt;
      if (!call->message.empty()) json["message"] = call->message;
    }
  }
  if (row.fan_out != 0) {
    if (const auto group =
            find<rows::Group>(partition_of(row.root), Table::Group, rows::pair_key(row.root, row.fan_out))) {
      json["elements"] = {{"total", group->count},
                          {"started", group->created},
                          {"done", group->done},
                          {"skipped", group->skipped},
                          {"failed", group->failed}};
      if (point.kind == abi::WaitKind::Sweep)
        json["sweep"] = {{"combinations", group->combinations},
                         {"lookedAt", group->looked_at},
                         {"matching", group->count}};
    }
  }
  return json;
}

Views::Reply Views::show(const std::string& workflow_or_id, const std::string& key) {
  uint64_t id = 0;
  if (key.empty()) {
    const auto number = number_of(workflow_or_id);
    if (!number)
      return no_view(Refusal::Kind::Invalid,
                     fmt::format("\"{}\" is not an instance id; name a workflow and a key", workflow_or_id));
    id = *number;
  } else {
    const abi::Workflow* workflow = program_.find_workflow(workflow_or_id);
    if (workflow == nullptr)
      return no_view(Refusal::Kind::NotFound, fmt::format("there is no workflow \"{}\"", workflow_or_id));
    const std::string full = rows::workflow_key(workflow->name, key);
    const auto known = find<rows::Key>(partition_of_key(full, options_.partitions), Table::Key, full);
    if (!known)
      return no_view(Refusal::Kind::NotFound,
                     fmt::format("there is no {} with the key \"{}\"", workflow->name, key));
    id = known->instance;
  }
  const auto family = find<rows::Family>(partition_of(id), Table::Instance, rows::pair_key(id, 0));
  if (!family) return no_view(Refusal::Kind::NotFound, fmt::format("there is no instance {}", id));
  Json json = summary(*family);
  json["program"] = abi::hex(family->program).substr(0, 16);
  json["arguments"] = Json::parse(family->arguments, nullptr, false);
  Json waits = Json::array();
  size_t count = 0;
  const std::string first = rows::pair_key(id, 1), end = rows::big_endian(id + 1);
  std::vector<rows::Instance> shown;
  auto scanned = store_.scan(partition_of(id), Table::Instance, first, end,
                             [&](std::string_view row_key, std::string_view value) {
                               if (++count <= kWaitsShown)
                                 shown.push_back(rows::decode<rows::Instance>(row_key, value));
                               return true;
                             });
  if (!scanned) return no_view(Refusal::Kind::Unreadable, scanned.error().message);
  for (const rows::Instance& row : shown) waits.push_back(waiting(row));
  json["waiting"] = count;
  json["waits"] = std::move(waits);
  return json.dump();
}

Views::Reply Views::list(const std::string& filter_json) {
  const auto filter = parse_filter(filter_json);
  if (!filter) return std::unexpected(filter.error());
  if (auto problem = unknown_name(*filter, program_,
                                  {"running", "suspended", "ending", "compensating", "finished", "failed"}))
    return no_view(Refusal::Kind::Invalid, std::move(*problem));
  Page<rows::Family> page(filter->limit, options_.partitions);
  for (PartitionId partition = 0; partition < options_.partitions; ++partition) {
    page.begin_partition();
    std::string from = rows::big_endian(filter->after + 1);
    for (bool passes = true; std::exchange(passes, false);) {
      size_t children = 0;
      const auto take = [&](std::string_view key, std::string_view value) {
        const uint64_t root = rows::from_big_endian(key);
        if (rows::from_big_endian(key.substr(8)) != 0) {
          if (++children <= kChildrenWalkedOver) return true;
          from = rows::big_endian(root + 1);
          passes = true;  // the others of this family
          return false;
        }
        children = 0;
        auto family = rows::decode<rows::Family>(key, value);
        if ((filter->workflow.empty() || is_workflow(family.workflow, filter->workflow)) &&
            (filter->status.empty() || filter->status == status_name(family)) &&
            (filter->key.empty() || filter->key == family.key) && (!filter->late || family.late > 0))
          page.take(root, std::move(family));
        return page.goes_on(root);
      };
      auto scanned = store_.scan(partition, Table::Instance, from, "", take);
      if (!scanned) return no_view(Refusal::Kind::Unreadable, scanned.error().message);
    }
  }
  const auto next = page.end();
  Json instances = Json::array();
  for (const auto& [root, family] : page.rows()) instances.push_back(summary(family));
  Json json = {{"instances", std::move(instances)}};
  json["next"] = next ? Json(*next) : Json();
  return json.dump();
}

Views::Reply Views::history(uint64_t instance, uint64_t from, uint32_t limit) {
  const PartitionId partition = partition_of(instance);
  const auto family = find<rows::Family>(partition, Table::Instance, rows::pair_key(instance, 0));
  if (!family) return no_view(Refusal::Kind::NotFound, fmt::format("there is no instance {}", instance));
  const size_t most = limit == 0 ? kListedMost : std::min<size_t>(limit, 10 * kListedMost);
  Json entries = Json::array();
  std::optional<uint64_t> next;
  const auto identity = find<rows::Identity>(0, Table::Meta, "identity");
  const history::Home home{instance, identity ? identity->folder : ""};
  const auto root_of_task = [&](uint64_t number, bool at_first) -> std::optional<std::string> {
    const auto task = find_task(number);
    if (!task) return std::nullopt;
    return at_first && !task->first_root.empty() ? task->first_root : task->merkle_root;
  };
  const auto take = [&](const history::Entry& entry) {
    if (entries.size() == most) {
      next = entry.number;
      return false;
    }
    entries.push_back(history::json_of(home, entry, root_of_task));
    return true;
  };
  // What is sealed comes before what is not: it is sealed in the order in which it happened.
  std::expected<void, StoreError> scanned;
  if (family->has_ended()) {
    scanned = store_.scan(partition, Table::Sealed, sealed_keys::of(family->ended, instance, from),
                          sealed_keys::of(family->ended, instance + 1, 0),
                          [&](std::string_view, std::string_view value) {
                            const auto sealed = rows::decode<rows::Sealed>(value);
                            return history::each_packed(instance, sealed.entries, from, take);
                          });
  }
  if (!scanned) return no_view(Refusal::Kind::Unreadable, scanned.error().message);
  if (!next) {
    scanned = store_.scan(partition, Table::History, rows::pair_key(instance, from),
                          rows::big_endian(instance + 1), [&](std::string_view key, std::string_view value) {
                            const uint64_t number = rows::from_big_endian(key.substr(8));
                            return take(history::entry_of_row(instance, number, value));
                          });
  }
  if (!scanned) return no_view(Refusal::Kind::Unreadable, scanned.error().message);
  Json json = {{"id", instance}, {"entries", std::move(entries)}};
  json["next"] = next ? Json(*next) : Json();
  return json.dump();
}

// Where whoever asked waits, while it is open.
const abi::WaitPoint* Views::asked_at(const rows::Task& row) const {
  using Kind = rows::Task::Kind;
  const bool again = row.kind == Kind::Again;
  if (row.status != rows::Task::Status::Open || row.kind == Kind::Outcome || row.kind == Kind::Undo)
    return nullptr;
  for (const uint64_t waiter : again ? row.waiters : std::vector{row.instance}) {
    const auto waits =
        find<rows::Instance>(partition_of(row.root), Table::Instance, rows::pair_key(row.root, waiter));
    if (waits && (!again || waits->task == row.number))
      return &program_.machines[waits->machine].states[waits->state];
  }
  return nullptr;
}

Json Views::task(const rows::Task& row) const {
  Json json = {{"task", row.number},
               {"kind", kind_name(row.kind)},
               {"status", status_name(row.status)},
               {"label", row.label},
               {"instance", row.root},
               {"workflow", row.workflow},
               {"key", row.key},
               {"path", row.path}};
  if (!row.element.empty()) json["element"] = row.element;
  json["roles"] = row.role_names;
  if (row.scope) json["scope"] = *row.scope;
  if (!row.escalated_names.empty()) json["escalatedTo"] = row.escalated_names;
  json["created"] = instant_to_text(row.created);
  if (row.deadline != 0) json["deadline"] = instant_to_text(row.deadline);
  if (row.reminded != 0) json["reminded"] = instant_to_text(row.reminded);
  if (row.closed != 0) json["closed"] = instant_to_text(row.closed);
  if (row.is_approval()) {
    json["policy"] = row.policy_name;
    json["leaves"] = row.leaves;
    if (row.by_line) json["byLine"] = true;
    if (row.refused > 0) json["refused"] = row.refused;
    if (!row.merkle_root.empty()) json["merkleRoot"] = abi::hex(row.merkle_root);
    json["validUntil"] = instant_to_text(row.valid_until);
    if (row.of != 0) json["again"] = row.of;
  }
  Json delegations = Json::array();
  for (const rows::Delegation& given : row.delegations) {
    delegations.push_back(
        {{"role", given.role}, {"to", given.to}, {"by", given.by}, {"time", instant_to_text(given.time)}});
  }
  if (!delegations.empty()) json["delegated"] = std::move(delegations);
  Json decisions = Json::array();
  for (const rows::Decision& decision : row.decisions) {
    Json one = {{"person", decision.person}};
    if (!decision.covers.empty()) one["covers"] = decision.covers;
    one["role"] = decision.role_name;
    one["as"] = decision.as_name;
    one["approved"] = decision.approved;
    if (decision.refused > 0) one["refused"] = decision.refused;
    if (decision.countered) one["countered"] = true;
    one["reason"] = decision.reason;
    if (!decision.remark.empty()) one["remark"] = decision.remark;
    one["time"] = instant_to_text(decision.time);
    decisions.push_back(std::move(one));
  }
  if (!decisions.empty()) json["decisions"] = std::move(decisions);
  if (const abi::WaitPoint* point = asked_at(row)) {
    if (point->form() != abi::kNoType) json["form"] = form_json(program_.types, *point, row);
    if (auto reasons = reasons_json(program_.types, *point); !reasons.empty()) json["reasons"] = reasons;
  }
  if (!row.answers.empty()) json["answers"] = Json::parse(row.answers);
  if (row.status != rows::Task::Status::Open && !row.prefilled.empty()) {
    json["prefilled"] = Json::parse(row.prefilled);
    json["advised"] = row.advised;
  }
  json["arguments"] = Json::parse(row.arguments.empty() ? "{}" : row.arguments);
  return json;
}

const abi::Policy* Views::policy_of(const rows::Task& approval) const {
  const auto found = std::ranges::find(program_.policies, approval.policy_name, &abi::Policy::name);
  return found == program_.policies.end() ? nullptr : &*found;
}

bool Views::may_see(const rows::Task& row, const std::string& person) const {
  if (!row.is_approval()) return people_.may_do(row, person, now_).has_value();
  const auto roles = people_.roles_named(row.role_names);
  const abi::Policy* policy = policy_of(row);
  return std::ranges::any_of(people_.decides_for(person, now_), [&](const std::string& whose) {
    return std::ranges::any_of(roles, [&](uint32_t role) {
      return policy != nullptr
                 ? people_.acts_as(people_.decider(row, person, whose, *policy), role, *policy).has_value()
                 : people_.holds(whose, role);
    });
  });
}

Views::Reply Views::tasks(const std::string& filter_json) {
  auto filter = parse_filter(filter_json);
  if (!filter) return std::unexpected(filter.error());
  if (auto problem = unknown_name(
          *filter, program_,
          {"open", "closed", "done", "granted", "rejected", "expired", "cancelled", "countered"}))
    return no_view(Refusal::Kind::Invalid, std::move(*problem));
  if (filter->status.empty()) filter->status = "open";
  const std::string from = filter->status == "open" ? "o" : "c", end = filter->status == "open" ? "p" : "d";
  Page<rows::Task> page(filter->limit, options_.partitions);
  for (PartitionId partition = 0; partition < options_.partitions; ++partition) {
    page.begin_partition();
    auto scanned = store_.scan(
        partition, Table::Task, from + rows::big_endian(filter->after + 1), end,
        [&](std::string_view key, std::string_view value) {
          auto row = rows::decode<rows::Task>(key, value);
          const uint64_t number = row.number;
          const bool wanted = row.reserving.empty() &&  // nobody is asked yet
                              (filter->status == "closed" || filter->status == status_name(row.status)) &&
                              (filter->workflow.empty() || is_workflow(row.workflow, filter->workflow)) &&
                              (filter->key.empty() || filter->key == row.key) &&
                              (filter->instance == 0 || filter->instance == row.root) &&
                              (filter->role.empty() || std::ranges::count(row.role_names, filter->role) > 0 ||
                               std::ranges::count(row.escalated_names, filter->role) > 0) &&
                              (filter->person.empty() || may_see(row, filter->person));
          if (wanted) page.take(number, std::move(row));
          return page.goes_on(number);
        });
    if (!scanned) return no_view(Refusal::Kind::Unreadable, scanned.error().message);
  }
  const auto next = page.end();
  Json rows_shown = Json::array();
  for (const auto& [number, row] : page.rows()) rows_shown.push_back(task(row));
  Json json = {{"tasks", std::move(rows_shown)}};
  json["next"] = next ? Json(*next) : Json();
  return json.dump();
}

std::vector<std::string> Views::undecidable() {
  std::vector<std::string> found;
  const auto look = [&](std::string_view key, std::string_view value) {
    const auto row = rows::decode<rows::Task>(key, value);
    const abi::Policy* policy = row.is_approval() && row.reserving.empty() ? policy_of(row) : nullptr;
    if (policy == nullptr) return true;
    std::vector<std::string> without;
    for (const size_t role : people_.without_decider(row, *policy, people_.decided(row, *policy), now_))
      without.push_back(row.role_names[role]);
    if (!without.empty())
      found.push_back(fmt::format("approval {} ({} of {} \"{}\") needs {}", row.number, row.label,
                                  row.workflow, row.key, fmt::join(without, " and ")));
    return true;
  };
  for (PartitionId partition = 0; partition < options_.partitions; ++partition) {
    auto scanned = store_.scan(partition, Table::Task, "o", "p", look);
    if (!scanned) unreadable_ = scanned.error().message;
  }
  return found;
}

}  // namespace endcap
