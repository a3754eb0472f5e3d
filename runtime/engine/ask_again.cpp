// A grant whose facts have changed is void, and people are asked once more, however many elements find out:
// all leaves of the approval that rest on the old facts are asked for together, and everyone who waits for
// the same new facts waits for the same answer.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"

namespace endcap {

bool Partition::park_ask_again(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  const uint64_t number = static_cast<uint64_t>(operand(0).bits);
  const std::string target(workspace_.arena().text(operand(1)));
  auto approval = any_task(number);
  const uint32_t proposal = point.target;
  const std::string leaf_key = rows::leaf_key(row.root, number, proposal, target);
  auto leaf = approval ? find<rows::Leaf>(Table::Leaf, leaf_key) : std::nullopt;
  if (!leaf || approval->root != row.root) {
    problem = "there is no such leaf to ask for again";
    return false;
  }
  const std::string facts = packed_operand(point, 2);
  const int64_t policy_row = static_cast<int64_t>(operand(3).bits);
  // Refused for good meanwhile: its write says so.
  if (leaf->state == rows::Leaf::State::Refused) {
    resume(row.root, row.number, granted_input(point, number));
    return true;
  }
  // Granted already for these facts, and not void since.
  if (leaf->state == rows::Leaf::State::Open && leaf->facts == facts) {
    resume(row.root, row.number, granted_input(point, number));
    return true;
  }
  for (const uint64_t asked : approval->asks) {
    auto again = any_task(asked);
    if (!again || again->facts != facts || again->void_facts != leaf->facts) continue;
    if (again->status == rows::Task::Status::Open) {
      leaf->state = rows::Leaf::State::Void;
      put(Table::Leaf, leaf_key, *leaf);
      again->waiters.push_back(row.number);
      row.task = asked;
      row.deadline = again->deadline;
      put_task(*again);
      return true;
    }
    if (again->status == rows::Task::Status::Rejected || again->status == rows::Task::Status::Expired) {
      resume(row.root, row.number,
             again->status == rows::Task::Status::Rejected ? rejected_input(point, &*again)
                                                           : Input{abi::Expired});
      return true;
    }
  }

  rows::Task again;
  again.number = next_number();
  again.kind = rows::Task::Kind::Again;
  again.root = row.root;
  again.instance = row.number;
  again.path = point.path;
  again.label = approval->label;
  again.created = now_;
  again.policy = approval->policy;
  again.by_advice = approval->by_advice;
  again.by_line = point.by_line;
  again.valid_until = approval->valid_until;
  again.within = approval->within;
  again.remind = approval->remind;
  again.escalations = approval->escalations;
  again.of = number;
  again.facts = facts;
  again.void_facts = leaf->facts;
  again.row = static_cast<uint64_t>(policy_row);
  again.waiters = {row.number};
  approval->asks.push_back(again.number);
  put_task(*approval);

  const abi::TypeId facts_type = program().policies[again.policy].facts;
  std::map<uint32_t, uint64_t> counts;
  uint64_t leaves = 0;  // those that are being written too: they may find out, and join
  for (const auto& [key, value] : overlay_.collect(Table::Leaf, rows::pair_key(row.root, number))) {
    auto each = rows::decode<rows::Leaf>(value);
    if (each.facts != leaf->facts || each.state == rows::Leaf::State::Written ||
        each.state == rows::Leaf::State::Refused)
      continue;
    ++leaves;
    if (each.state == rows::Leaf::State::Writing) continue;
    ++counts[static_cast<uint32_t>(rows::from_big_endian(std::string_view(key).substr(16)))];
    each.state = rows::Leaf::State::Void;
    put(Table::Leaf, key, each);
  }
  Json shown = Json::array();
  for (const auto& [index, count] : counts) {
    const rows::Proposal& frozen = approval->proposals[index];
    again.leaves += count;
    shown.push_back({{"name", frozen.name},
                     {"operation", program().operations[frozen.operation].name},
                     {"count", count},
                     {"facts", Json::parse(abi::packed_to_json(types(), facts_type, facts))},
                     {"factsBefore", Json::parse(abi::packed_to_json(types(), facts_type, leaf->facts))}});
  }
  again.arguments = Json{{"proposals", shown}}.dump();
  row.task = again.number;
  note(row, "void",
       {{"task", number},
        {"leaves", again.leaves},
        {"facts", Json::parse(abi::packed_to_json(types(), facts_type, facts))},
        {"factsBefore", Json::parse(abi::packed_to_json(types(), facts_type, leaf->facts))}});
  Verdict found = verdict(again.policy, {policy_row}, again.by_advice);
  Demands demands;
  demand(demands, again.policy, policy_row, operand(2), leaves);
  if (reserve(again, row, demands, found)) return true;
  if (settle(again, found)) {
    row.deadline = again.deadline;
  } else {
    resume(row.root, row.number, found.forbidden ? Input{abi::Rejected} : granted_input(point, number));
  }
  return true;
}

// The void leaves get the new facts and stand under the root of `again`.
void Partition::renew(rows::Task& again) {
  const auto approval = any_task(again.of);
  CHECK(approval.has_value());
  std::vector<FrozenLeaf> leaves;
  for (const auto& [key, value] : overlay_.collect(Table::Leaf, rows::pair_key(again.root, again.of))) {
    auto leaf = rows::decode<rows::Leaf>(value);
    if (leaf.state != rows::Leaf::State::Void || leaf.facts != again.void_facts) continue;
    leaf.facts = again.facts;
    leaf.state = rows::Leaf::State::Open;
    leaves.push_back({static_cast<uint32_t>(rows::from_big_endian(std::string_view(key).substr(16))),
                      key.substr(24), std::move(leaf)});
  }
  cover(again, *approval, leaves);
}

// Everyone who waited goes on.
void Partition::answer_again(const rows::Task& again, uint32_t tag) {
  for (const uint64_t waiter : again.waiters) {
    const auto row = instance(again.root, waiter);
    if (!row || row->task != again.number) continue;
    const abi::WaitPoint& point = wait_point(*row);
    resume(again.root, waiter,
           tag == abi::Ok         ? granted_input(point, again.of)
           : tag == abi::Rejected ? rejected_input(point, &again)
                                  : Input{tag});
  }
}

}  // namespace endcap
