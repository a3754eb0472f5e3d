// Approvals that are decided by line: people refuse single leaves of what they approve. A leaf that one of
// them has refused stays refused, whoever else accepts it and however often is asked again.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/arguments.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

using LeafState = rows::Leaf::State;

std::unexpected<Refusal> not_so(std::string message) {
  return std::unexpected(Refusal{Refusal::Kind::Invalid, std::move(message)});
}

// `"1003"`, or `{"proposal": "prices", "target": "1003", "reason": "..."}`.
struct ExceptedLine {
  std::optional<std::string> proposal;
  std::string target, reason;
};

std::optional<ExceptedLine> excepted_line(const Json& json) {
  ExceptedLine line;
  if (json.is_string()) line.target = json.get<std::string>();
  if (json.is_string()) return line;
  if (!json.is_object() || !(json.contains("proposal") || json.contains("target"))) return std::nullopt;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) return std::nullopt;
    if (name == "proposal") {
      line.proposal = value.get<std::string>();
    } else if (name == "target") {
      line.target = value.get<std::string>();
    } else if (name == "reason") {
      line.reason = value.get<std::string>();
    } else {
      return std::nullopt;
    }
  }
  return line;
}

}  // namespace

// Whether a decision on the task decides about the leaf.
bool Partition::is_asked_about(const rows::Task& task, const rows::Leaf& leaf) {
  if (task.kind == rows::Task::Kind::Approval || leaf.state == LeafState::Refused) return true;
  return leaf.state == LeafState::Void && leaf.facts == task.void_facts;
}

std::expected<Partition::RefusedLines, Refusal> Partition::lines_excepted(const rows::Task& task,
                                                                          const DecisionRequest& request) {
  RefusedLines found;
  if (request.except.empty()) return found;
  // A list of objects of texts; an error shows what is none of these.
  const bool flat = nesting_of(request.except) <= 2;
  const Json json = flat ? Json::parse(request.except, nullptr, false) : Json();
  if (!json.is_array()) return not_so("`except` is a list of the lines that are refused");
  if (json.empty()) return found;
  if (request.what != DecisionRequest::What::Approve)
    return not_so(fmt::format("task {}: only who approves excepts lines", task.number));
  if (!task.by_line)
    return not_so(
        fmt::format("task {} is decided as a whole: its approval does not say `by line`", task.number));
  const uint64_t approval = task.kind == rows::Task::Kind::Again ? task.of : task.number;
  const auto whole = any_task(approval);
  CHECK(whole.has_value());
  const auto lines_of = [&](const std::optional<std::string>& name, const std::string& target) {
    std::vector<uint32_t> of;
    for (uint32_t p = 0; p < whole->proposals.size(); ++p) {
      if (name && *name != whole->proposals[p].name) continue;
      const auto leaf = find<rows::Leaf>(Table::Leaf, rows::leaf_key(task.root, approval, p, target));
      if (leaf && is_asked_about(task, *leaf)) of.push_back(p);
    }
    return of;
  };
  for (const Json& each : json) {
    auto line = excepted_line(each);
    if (!line)
      return not_so(fmt::format("{} is no line: say its target, or `proposal`, `target` and `reason`",
                                json_text(each)));
    auto of = lines_of(line->proposal, line->target);
    if (of.empty() && !line->proposal) {  // a proposal of one line goes by its name
      of = lines_of(line->target, "");
      if (!of.empty()) line->target.clear();
    }
    if (of.empty())
      return not_so(fmt::format("task {} has no line \"{}\"", task.number,
                                line->target.empty() ? line->proposal.value_or("") : line->target));
    if (of.size() > 1)
      return not_so(fmt::format("\"{}\" is a line of {} and of {}: say which `proposal` is meant",
                                line->target, whole->proposals[of[0]].name, whole->proposals[of[1]].name));
    found[{of.front(), line->target}] = {whole->proposals[of.front()].name, line->reason};
  }
  return found;
}

void Partition::refuse_lines(rows::Task& task, const RefusedLines& lines) {
  const uint64_t approval = task.kind == rows::Task::Kind::Again ? task.of : task.number;
  for (const auto& [line, said] : lines) {
    const std::string key = rows::leaf_key(task.root, approval, line.first, line.second);
    auto leaf = find<rows::Leaf>(Table::Leaf, key);
    CHECK(leaf.has_value());
    if (leaf->state == LeafState::Refused) continue;
    leaf->state = LeafState::Refused;
    leaf->granted_by = task.number;
    put(Table::Leaf, key, *leaf);
    ++task.refused;
  }
}

bool Partition::is_line_left(const rows::Task& task) {
  if (task.refused == 0) return true;
  if (task.kind == rows::Task::Kind::Approval) return task.leaves > task.refused;
  return std::ranges::any_of(overlay_.collect(Table::Leaf, rows::pair_key(task.root, task.of)),
                             [&](const auto& each) {
                               const auto leaf = rows::decode<rows::Leaf>(each.second);
                               return leaf.state == LeafState::Void && leaf.facts == task.void_facts;
                             });
}

Json Partition::refused_json(const RefusedLines& lines) {
  Json json = Json::array();
  for (const auto& [line, said] : lines) {
    json.push_back({{"proposal", said.proposal}, {"target", line.second}});
    if (!said.reason.empty()) json.back()["reason"] = said.reason;
  }
  return json;
}

// What is granted gets a root of its own, in the order in which it was asked: a leaf that was refused is in
// no tree that anybody granted.
void Partition::cover_accepted(rows::Task& task) {
  if (task.refused == 0) return;
  std::vector<FrozenLeaf> leaves;
  for (const auto& [key, value] : overlay_.collect(Table::Leaf, rows::pair_key(task.root, task.number))) {
    auto leaf = rows::decode<rows::Leaf>(value);
    if (leaf.state != LeafState::Open) continue;
    leaves.push_back({static_cast<uint32_t>(rows::from_big_endian(std::string_view(key).substr(16))),
                      key.substr(24), std::move(leaf)});
  }
  std::ranges::sort(leaves, {}, [](const FrozenLeaf& each) { return each.leaf.index; });
  cover(task, task, leaves);
}

}  // namespace endcap
