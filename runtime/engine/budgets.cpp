// Budgets of `permit advice`. An account is at home where its key says, so that instances of any partition
// use the same one: an approval asks for what it needs by a message, and is granted, asked of people or
// forbidden when all accounts have answered. What is used is never given back.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"
#include "runtime/engine/views.h"

namespace endcap {
namespace {

bool add_to(Int128& sum, Int128 amount) { return !__builtin_add_overflow(sum, amount, &sum); }

void join_roles(std::vector<uint32_t>& roles, const std::vector<uint32_t>& more) {
  for (const uint32_t role : more) {
    if (std::ranges::find(roles, role) == roles.end()) roles.push_back(role);
  }
}

}  // namespace

// ---------------------------------------------------------------- where it is asked for

// Adds what `leaves` writes with these facts need, when `row` lets them through on a budget.
void Partition::demand(Demands& demands, uint32_t policy_index, int64_t row, abi::Cell facts,
                       uint64_t leaves) {
  const abi::Policy& policy = program().policies[policy_index];
  if (row < 0 || static_cast<size_t>(row) >= policy.rows.size()) return;
  const auto& fields = types()[policy.facts].fields;
  for (const abi::PolicyRow::Budget& budget : policy.rows[static_cast<size_t>(row)].budgets) {
    const abi::Cell* cells = workspace_.arena().cells(abi::reference_of(facts));
    const std::string key = abi::key_text(workspace_.arena(), types(), fields[budget.account].type,
                                          cells[budget.account], &blobs_);
    const auto [found, fresh] = demands.try_emplace(rows::workflow_key(budget.name, key));
    Demand& on = found->second;
    if (fresh) on.wanted.limit = budget.limit, on.beyond.budget = budget.name, on.beyond.key = key;
    on.wanted.limit = std::min(on.wanted.limit, budget.limit);
    const Verdict then = verdict(policy_index, {int64_t{budget.beyond}}, true);
    if (then.forbidden && !on.beyond.forbidden) on.beyond.forbidden = true, on.beyond.reason = then.reason;
    // A compiled policy ends in a row that asks or forbids.
    if (!then.forbidden && then.roles.empty()) on.beyond.forbidden = true;
    join_roles(on.beyond.roles, then.roles);
    const Int128 amount = cells[budget.amount].bits;
    Int128 all = 0;
    on.impossible = on.impossible || amount < 0 ||
                    __builtin_mul_overflow(amount, static_cast<Int128>(leaves), &all) ||
                    !add_to(on.wanted.amount, all);
  }
}

// Asks the accounts; false when there is nothing to ask, and `found` is what counts.
bool Partition::reserve(rows::Task& task, const rows::Instance& row, const Demands& demands, Verdict& found) {
  if (demands.empty() || found.forbidden) return false;
  for (const auto& [key, each] : demands) {
    if (!each.impossible) continue;
    if (each.beyond.forbidden && !found.forbidden) found.forbidden = true, found.reason = each.beyond.reason;
    join_roles(found.roles, each.beyond.roles);
  }
  if (found.forbidden) return false;
  task.roles = found.roles;
  const auto whole = family(task.root);
  for (const auto& [key, each] : demands) {
    if (each.impossible) continue;
    task.reserving.push_back(each.beyond);
    rows::Message message;
    message.kind = rows::Message::Kind::Reserve;
    message.type = each.beyond.budget;
    message.id = each.beyond.key;
    message.data = rows::encode(each.wanted);
    message.stored = now_;
    message.waiter = {task.root, row.number, task.number};
    if (whole) message.source = whole->workflow, message.source_key = whole->key;
    send_message(message);
  }
  if (task.reserving.empty()) return false;
  put_task(task);
  return true;
}

// ---------------------------------------------------------------- where the account is at home

void Partition::deliver_reserve(const rows::Message& message) {
  const std::string key = rows::workflow_key(message.type, message.id);
  if (partition_of_key(key, state_.options.partitions) != number_) return;
  auto account = find<rows::Account>(Table::Account, key).value_or(rows::Account{});
  auto wanted = rows::decode<rows::Reservation>(message.data);
  Int128 used = account.used;
  const bool fits = wanted.amount >= 0 && add_to(used, wanted.amount) && used <= wanted.limit;
  if (fits) {
    account.used = used;
    ++account.grants;
    put(Table::Account, key, account);
  }
  wanted.used = account.used;
  rows::Message answer = message;
  answer.kind = rows::Message::Kind::Reserved;
  answer.data = rows::encode(wanted);
  answer.stored = now_;
  answer.failure = !fits;
  send_message(answer);
}

// ---------------------------------------------------------------- the answer

// Amounts as the program that runs now writes them.
Json Partition::reservation_json(const rows::Message& message) const {
  const auto wanted = rows::decode<rows::Reservation>(message.data);
  abi::TypeId type = abi::kNoType;
  for (const abi::Policy& policy : program().policies) {
    for (const abi::PolicyRow& row : policy.rows) {
      const auto budget = std::ranges::find(row.budgets, message.type, &abi::PolicyRow::Budget::name);
      if (budget != row.budgets.end()) type = types()[policy.facts].fields[budget->amount].type;
    }
  }
  const abi::Arena none;
  const auto amount = [&](Int128 units) -> Json {
    return type == abi::kNoType ? Json(decimal_to_text(units, 0))
                                : Json::parse(abi::value_to_json(types(), type, none, abi::Cell{units}));
  };
  return {{"budget", message.type},
          {"for", message.id},
          {"amount", amount(wanted.amount)},
          {"used", amount(wanted.used)},
          {"limit", amount(wanted.limit)}};
}

// Whoever does not wait any more has ended; what it was given stays used.
void Partition::deliver_reserved(const rows::Message& message) {
  if (message.waiter.root % state_.options.partitions != number_) return;
  auto task = open_task(message.waiter.wait);
  if (!task) return;
  const auto asked = std::ranges::find_if(task->reserving, [&](const rows::Beyond& each) {
    return each.budget == message.type && each.key == message.id;
  });
  if (asked == task->reserving.end()) return;
  Json details = {{"task", task->number}};
  details.update(reservation_json(message));
  note(task->root, message.failure ? "beyondBudget" : "reserved", task->instance, task->path, task->element,
       details);
  if (message.failure) {
    if (asked->forbidden && !task->forbidden) task->forbidden = true, task->reason = asked->reason;
    join_roles(task->roles, asked->roles);
  }
  task->reserving.erase(asked);
  if (!task->reserving.empty()) return put_task(*task);
  budgets_answered(*task);
}

void Partition::budgets_answered(rows::Task& task) {
  const Verdict found{task.forbidden, task.reason, task.roles};
  const bool again = task.kind == rows::Task::Kind::Again;
  const std::vector<uint64_t> waiters = again ? task.waiters : std::vector<uint64_t>{task.instance};
  const bool asked = settle(task, found);
  for (const uint64_t waiter : waiters) {
    auto row = instance(task.root, waiter);
    if (!row || row->task != task.number) continue;
    if (asked) {
      row->deadline = task.deadline;
      put(*row);
    } else {
      resume(row->root, row->number,
             found.forbidden ? Input{abi::Rejected}
                             : granted_input(wait_point(*row), again ? task.of : task.number));
    }
  }
  run_ready();
}

}  // namespace endcap
