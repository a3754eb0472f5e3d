// Writes: a leaf of a grant, checked at the door, its facts read again just before it is sent, used once.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"
#include "runtime/engine/write_keys.h"
#include "runtime/value/mutation.h"

namespace endcap {

std::string write_key(std::string_view folder, uint64_t root, std::string_view what, uint64_t approval,
                      std::string_view proposal, std::string_view target) {
  std::string bytes(folder);
  const std::string in = rows::big_endian(root), of = rows::big_endian(approval);
  for (const std::string_view part : {std::string_view(in), what, std::string_view(of), proposal, target})
    bytes.append(rows::big_endian(part.size())).append(part);
  return abi::hex(abi::sha256(bytes)).substr(0, 32);
}

std::string Partition::write_key(uint64_t root, const char* what, uint64_t approval,
                                 const std::string& proposal, const std::string& target) const {
  return endcap::write_key(state_.folder, root, what, approval, proposal, target);
}

bool Partition::park_write(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  rows::Pending call;
  call.purpose = rows::Pending::Purpose::Write;
  call.root = row.root;
  call.instance = row.number;
  call.lineage = row.lineage;
  call.flight = row.flight;
  call.approval = static_cast<uint64_t>(operand(0).bits);
  call.proposal = point.target;
  call.leaf_target = std::string(workspace_.arena().text(operand(1)));
  call.path = point.path;
  call.element = row.element;
  const auto approval = any_task(call.approval);
  if (!approval || approval->root != row.root || approval->proposals.size() <= call.proposal) {
    problem = "the write has no grant";
    return false;
  }
  const auto leaf =
      find<rows::Leaf>(Table::Leaf, rows::leaf_key(row.root, call.approval, call.proposal, call.leaf_target));
  if (!leaf) {
    problem = fmt::format("the grant does not cover the target \"{}\"", call.leaf_target);
    return false;
  }
  if (leaf->state == rows::Leaf::State::Refused) {
    note(row, "lineRefused",
         {{"task", leaf->granted_by},
          {"operation", program().operations[approval->proposals[call.proposal].operation].name},
          {"proposal", approval->proposals[call.proposal].name},
          {"target", call.leaf_target}});
    resume(row.root, row.number, Input{abi::Refused});
    return true;
  }
  if (leaf->state == rows::Leaf::State::Written || leaf->state == rows::Leaf::State::Writing) {
    problem = fmt::format("the grant for \"{}\" was used already", call.leaf_target);
    return false;
  }
  if (leaf->state == rows::Leaf::State::Open) {
    if (auto why = why_not_granted(*approval, call.proposal, call.leaf_target, *leaf)) {
      problem = fmt::format("the write of \"{}\" is refused: {}", call.leaf_target, *why);
      return false;
    }
  }
  const rows::Proposal& frozen = approval->proposals[call.proposal];
  call.what = static_cast<uint32_t>(CallRequest::What::Operation);
  call.target = frozen.operation;
  call.payload = leaf->payload;
  call.payload_type = program().operations[frozen.operation].payload;
  call.key = write_key(row.root, "write", call.approval, frozen.name, call.leaf_target);
  row.call = open_call(std::move(call));
  return true;
}

// The facts are as they were approved: the last look before the call leaves.
void Partition::send_write(rows::Pending& call) {
  const std::string key = rows::leaf_key(call.root, call.approval, call.proposal, call.leaf_target);
  const auto approval = any_task(call.approval);
  auto leaf = find<rows::Leaf>(Table::Leaf, key);
  CHECK(approval && leaf);
  if (leaf->state == rows::Leaf::State::Refused) return finish_call(call, Input{abi::Refused}, "");
  if (now_ > approval->valid_until) return finish_call(call, Input{abi::Expired}, "");
  if (leaf->state == rows::Leaf::State::Void || leaf->facts != call.facts) {
    return finish_call(
        call, Input{abi::Changed, 0, call.facts, program().policies[approval->policy].facts, {}}, "");
  }
  const bool free = leaf->state == rows::Leaf::State::Open ||
                    (leaf->state == rows::Leaf::State::Writing && leaf->call == call.number);
  if (!free && !broken(Rule::GrantsAreUsedOnce))
    return finish_call(call, Input{abi::Invalid}, "the grant was used by another write");
  if (auto why = why_not_granted(*approval, call.proposal, call.leaf_target, *leaf)) {
    return finish_call(call, Input{abi::Invalid}, "refused: " + *why);
  }
  leaf->state = rows::Leaf::State::Writing;
  leaf->call = call.number;
  put(Table::Leaf, key, *leaf);
  send(call);
}

// The leaf is used, and how to take it back is recorded, with the write's success; or it is as it was.
void Partition::finish_write(const rows::Pending& call, const Input& input) {
  const std::string key = rows::leaf_key(call.root, call.approval, call.proposal, call.leaf_target);
  auto leaf = find<rows::Leaf>(Table::Leaf, key);
  const auto approval = any_task(call.approval);
  CHECK(leaf && approval);
  if (input.tag != abi::Ok) {
    if (leaf->state == rows::Leaf::State::Writing && leaf->call == call.number) {
      leaf->state = rows::Leaf::State::Open;
      leaf->call = 0;
      put(Table::Leaf, key, *leaf);
    }
    return;
  }
  leaf->state = rows::Leaf::State::Written;
  put(Table::Leaf, key, *leaf);
  const rows::Proposal& frozen = approval->proposals[call.proposal];
  if (frozen.undo == 0 || leaf->undo.empty() || broken(Rule::UndoIsRecorded)) return;
  rows::Undo undo;
  undo.sequence = next_sequence();
  undo.root = call.root;
  undo.lineage = call.lineage;
  undo.operation = frozen.undo - 1;
  undo.payload = leaf->undo;
  undo.key = write_key(call.root, "undo", call.approval, frozen.name, call.leaf_target);
  undo.path = call.path;
  undo.element = call.element;
  undo.target = call.leaf_target;
  holds(undo.root, rows::Family::Undos);
  put(Table::Undo, rows::pair_key(undo.root, undo.sequence), undo);
}

}  // namespace endcap
