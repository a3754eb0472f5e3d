// Approvals: proposals are frozen into leaves, a Merkle root stands for all of them, and people of the
// policy's roles decide on it.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/merkle.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

void put_part(std::string& out, std::string_view part) {
  out += rows::big_endian(part.size());
  out += part;
}

}  // namespace

// The canonical bytes of a leaf: everything that was approved, each part led by its length.
std::string Partition::leaf_hash(const rows::Task& approval, uint32_t proposal, const std::string& target,
                                 const rows::Leaf& leaf) const {
  const rows::Proposal& frozen = approval.proposals.at(proposal);
  std::string bytes;
  put_part(bytes, "endcap leaf 1");
  put_part(bytes, rows::big_endian(approval.root));
  put_part(bytes, frozen.name);
  put_part(bytes, program().operations[frozen.operation].name);
  put_part(bytes, target);
  put_part(bytes, leaf.payload);
  put_part(bytes, frozen.undo == 0 ? "" : program().operations[frozen.undo - 1].name);
  put_part(bytes, leaf.undo);
  put_part(bytes, leaf.facts);
  return merkle::leaf_hash(bytes);
}

// Builds the tree of `task` over the leaves and puts them down. `approval` is what their proposals belong to:
// the task itself, or the one that is asked again.
void Partition::cover(rows::Task& task, const rows::Task& approval, std::vector<FrozenLeaf>& leaves) {
  std::vector<std::string> hashes;
  for (const FrozenLeaf& each : leaves)
    hashes.push_back(leaf_hash(approval, each.proposal, each.target, each.leaf));
  merkle::Tree tree = merkle::build(hashes);
  if (!leaves.empty()) holds(approval.root, rows::Family::Leaves);
  task.leaves = leaves.size();
  task.set_merkle_root(std::move(tree.root));
  for (size_t i = 0; i < leaves.size(); ++i) {
    rows::Leaf& leaf = leaves[i].leaf;
    leaf.granted_by = task.number;
    leaf.index = i;
    leaf.size = leaves.size();
    leaf.proof = std::move(tree.proofs[i]);
    put(Table::Leaf, rows::leaf_key(approval.root, approval.number, leaves[i].proposal, leaves[i].target),
        leaf);
  }
}

Partition::Verdict Partition::verdict(uint32_t policy_index, const std::vector<int64_t>& row_of_leaf,
                                      bool by_advice) const {
  const abi::Policy& policy = program().policies[policy_index];
  Verdict verdict;
  for (const int64_t row : row_of_leaf) {
    if (row < 0 || static_cast<size_t>(row) >= policy.rows.size()) {
      verdict.forbidden = true;
      verdict.reason = "the policy could not be computed";
      return verdict;
    }
    const abi::PolicyRow& matched = policy.rows[static_cast<size_t>(row)];
    if (matched.verdict == abi::PolicyRow::Verdict::Forbid) {
      verdict.forbidden = true;
      verdict.reason = matched.reason;
      return verdict;
    }
    if (matched.verdict == abi::PolicyRow::Verdict::PermitAdvice && matched.budgets.empty()) {
      verdict.forbidden = true;
      verdict.reason = "the policy permits it without a budget";
      return verdict;
    }
    // The compiler refuses it; here nothing rests on that.
    if (matched.verdict == abi::PolicyRow::Verdict::Permit && by_advice) {
      verdict.forbidden = true;
      verdict.reason = "a model had a hand in it, and the policy permits that to nobody but people";
      return verdict;
    }
    if (matched.verdict != abi::PolicyRow::Verdict::Approval) continue;
    for (const uint32_t role : matched.roles) {
      if (std::find(verdict.roles.begin(), verdict.roles.end(), role) == verdict.roles.end())
        verdict.roles.push_back(role);
    }
  }
  return verdict;
}

bool Partition::park_approval(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  rows::Task task;
  task.number = next_number();
  task.kind = rows::Task::Kind::Approval;
  task.root = row.root;
  task.instance = row.number;
  task.path = point.path;
  task.label = point.label;
  task.element = row.element;
  task.created = now_;
  task.policy = point.policy;
  task.by_advice = point.by_advice;
  task.by_line = point.by_line;
  task.valid_until = static_cast<Instant>(operand(point.valid_until_operand).bits);
  task.within = {limit_of(*point.within)};
  if (point.remind) task.remind = {limit_of(*point.remind)};
  for (const auto& escalation : point.escalations) {
    task.escalations.push_back(limit_of(escalation.after));
    task.escalations.back().role = escalation.role;
  }
  abi::Arena& arena = workspace_.arena();
  std::vector<FrozenLeaf> leaves;
  std::vector<int64_t> matched;
  Demands demands;
  Json shown = Json::array();
  size_t bytes = 0;
  for (uint32_t p = 0; p < point.proposals.size(); ++p) {
    const auto& proposal = point.proposals[p];
    const abi::TypeId leaf_type = types()[proposal.type].element;
    const auto& fields = types()[leaf_type].fields;
    task.proposals.push_back(
        {proposal.name, proposal.operation, proposal.undo ? *proposal.undo + 1 : 0, leaf_type});
    auto list = abi::find_list_cells(arena, types(), proposal.type, operand(2 * p), &blobs_);
    auto row_list =
        abi::find_list_cells(arena, types(), point.operands[2 * p + 1], operand(2 * p + 1), &blobs_);
    if (!list || !row_list || list->count != row_list->count) {
      problem = "the policy has not looked at every leaf of " + proposal.name;
      return false;
    }
    std::set<std::string> targets;
    for (uint32_t i = 0; i < list->count; ++i) {
      const abi::Reference record = abi::reference_of(arena.cells(list->first)[i]);
      FrozenLeaf frozen{p, std::string(arena.text(arena.cells(record)[0])), {}};
      frozen.leaf.payload = abi::pack_value(types(), fields[1].type, arena, arena.cells(record)[1], &blobs_);
      const abi::Cell undo = arena.cells(record)[2];
      if (undo.bits != 0) {
        frozen.leaf.undo = abi::pack_value(types(), types()[fields[2].type].element, arena,
                                           *arena.cells(abi::reference_of(undo)), &blobs_);
      }
      frozen.leaf.facts = abi::pack_value(types(), fields[3].type, arena, arena.cells(record)[3], &blobs_);
      bytes += frozen.leaf.payload.size() + frozen.leaf.undo.size() + frozen.leaf.facts.size();
      if (!targets.insert(frozen.target).second) {
        problem = fmt::format("{} has two leaves for the target \"{}\"", proposal.name, frozen.target);
        return false;
      }
      matched.push_back(static_cast<int64_t>(arena.cells(row_list->first)[i].bits));
      demand(demands, point.policy, matched.back(), arena.cells(record)[3]);
      leaves.push_back(std::move(frozen));
    }
    Json summary = {{"name", proposal.name},
                    {"operation", program().operations[proposal.operation].name},
                    {"count", list->count}};
    if (list->count > 0) {
      const FrozenLeaf& first = leaves[leaves.size() - list->count];
      summary["first"] = Json::parse(abi::packed_to_json(types(), fields[1].type, first.leaf.payload));
      summary["facts"] = Json::parse(abi::packed_to_json(types(), fields[3].type, first.leaf.facts));
    }
    shown.push_back(std::move(summary));
  }
  if (bytes > 4 * size_t{abi::kPayloadBytesMax}) {
    problem = fmt::format("an approval over {} bytes is too large", bytes);
    return false;
  }
  // Each leaf carries its way to the root (RFC 9162 section 2.1.3): one hash a level.
  bytes += leaves.size() * 32 * static_cast<size_t>(std::bit_width(leaves.size()));
  if (bytes > 8 * size_t{abi::kPayloadBytesMax}) {
    problem = fmt::format("an approval over {} leaves is too large", leaves.size());
    return false;
  }
  task.arguments = Json{{"proposals", shown}}.dump();
  prefill(task, point);
  cover(task, task, leaves);
  row.task = task.number;
  Verdict found = verdict(point.policy, matched, point.by_advice);
  if (reserve(task, row, demands, found)) return true;
  if (settle(task, found)) {
    row.deadline = task.deadline;
  } else {
    resume(row.root, row.number, found.forbidden ? Input{abi::Rejected} : granted_input(point, task.number));
  }
  return true;
}

// What the rows say: people are asked, or nobody is, and it is granted or refused at once. True: asked.
bool Partition::settle(rows::Task& task, const Verdict& found) {
  if (!found.forbidden && !found.roles.empty()) {
    task.roles = found.roles;
    ask(task);
    return true;
  }
  const bool again = task.kind == rows::Task::Kind::Again;
  Json details = {{"task", task.number},
                  {"label", task.label},
                  {"policy", program().policies[task.policy].name},
                  {"proposals", Json::parse(task.arguments).at("proposals")},
                  {"leaves", task.leaves}};
  if (again) {
    details["again"] = task.of;
  } else {
    details["merkleRoot"] = abi::hex(task.merkle_root);
  }
  const auto row = instance(task.root, task.instance);
  const auto tell = [&](const char* kind, const Json& what) {
    note(task.root, kind, task.instance, task.path, row ? row->element : task.element, what);
  };
  put_task(task);
  tell(found.forbidden ? "forbidden" : "permitted", details);
  if (found.forbidden) tell("rejected", {{"task", task.number}, {"reason", found.reason}});
  if (again && !found.forbidden) renew(task);
  close_task(task, found.forbidden ? rows::Task::Status::Rejected : rows::Task::Status::Granted);
  return false;
}

// What whoever waits for an approval goes on with.
Input Partition::granted_input(const abi::WaitPoint& point, uint64_t approval) {
  if (point.input == abi::kNoType) return Input{};
  const abi::Cell grant{static_cast<Int128>(approval)};
  return Input{
      abi::Ok, 0, abi::pack_value(types(), point.input, workspace_.arena(), grant, nullptr), point.input, {}};
}

// Puts an approval to the people of its roles: deadline, reminder, escalations.
void Partition::ask(rows::Task& task) {
  const auto due = [&](const rows::Limit& limit) {
    return std::min(deadline(limit, now_).value_or(now_), task.valid_until);
  };
  const auto arm = [&](rows::Timer::Kind kind, Instant at, uint64_t detail) {
    if (at <= task.deadline) task.timers.push_back(schedule(at, {kind, task.root, task.number, detail}));
  };
  task.deadline = due(task.within.front());
  Json details = {
      {"task", task.number}, {"label", task.label}, {"policy", program().policies[task.policy].name}};
  Json roles = Json::array();
  for (const uint32_t role : task.roles) roles.push_back(program().roles[role]);
  details["roles"] = roles;
  details["leaves"] = task.leaves;
  if (task.by_line) details["byLine"] = true;
  details["merkleRoot"] = abi::hex(task.merkle_root);
  details["proposals"] = Json::parse(task.arguments).at("proposals");
  details["within"] = limit_json(task.within.front(), task.deadline);
  details["validUntil"] = instant_to_text(task.valid_until);
  if (task.of != 0) details["again"] = task.of;
  note_prefilled(task, details);
  // Earlier moments first: with the same due time a reminder must not come after the end.
  if (!task.remind.empty()) {
    const Instant at = due(task.remind.front());
    details["remind"] = limit_json(task.remind.front(), at);
    arm(rows::Timer::Kind::TaskReminds, at, 0);
  }
  for (size_t i = 0; i < task.escalations.size(); ++i) {
    const Instant at = due(task.escalations[i]);
    Json escalation = limit_json(task.escalations[i], at);
    escalation["role"] = program().roles[task.escalations[i].role];
    details["escalations"].push_back(std::move(escalation));
    arm(rows::Timer::Kind::TaskEscalates, at, i);
  }
  arm(rows::Timer::Kind::TaskExpires, task.deadline, 0);
  put_task(task);
  note(task.root, task.of == 0 ? "asked" : "askedAgain", task.instance, task.path, task.element, details);
}

// What stands between this leaf and its write, whatever the compiler proved. Expiry is not among it: that has
// a path of its own.
std::optional<std::string> Partition::why_not_granted(const rows::Task& approval, uint32_t proposal,
                                                      const std::string& target, const rows::Leaf& leaf) {
  if (leaf.state == rows::Leaf::State::Refused) return "a person refused it";
  const auto grant = leaf.granted_by == approval.number ? std::optional(approval) : any_task(leaf.granted_by);
  if (!grant || grant->status != rows::Task::Status::Granted) return "its approval was not granted";
  const std::string hash = leaf_hash(approval, proposal, target, leaf);
  if (leaf.size != grant->leaves ||
      !merkle::verify(hash, leaf.index, leaf.size, leaf.proof, grant->merkle_root)) {
    return "it is not what was approved";
  }
  return std::nullopt;
}

}  // namespace endcap
