// Reasons that an approval demands of who decides: one that the workflow lists, or a text.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

bool is_blank(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
}

// Which there are, in words: "one of offer, margin", "a text of at most 200 characters".
std::string choices(const abi::Type& wanted) {
  if (wanted.kind == abi::Kind::Enum) return fmt::format("one of {}", fmt::join(wanted.values, ", "));
  if (wanted.max_length == 0) return "a text";
  return fmt::format("a text of at most {} characters", wanted.max_length);
}

bool fits(const abi::Types& types, abi::TypeId wanted, const std::string& reason) {
  abi::Arena arena;
  const std::string json = Json(reason).dump(-1, ' ', false, Json::error_handler_t::replace);
  return !is_blank(reason) && abi::value_from_json(types, wanted, json, arena).has_value();
}

}  // namespace

// Where whoever asked waits: what is asked for is as the program says now, whoever had asked under another
// one. Null: nobody waits any more.
const abi::WaitPoint* Partition::asked_at(const rows::Task& task) {
  const bool again = task.kind == rows::Task::Kind::Again;
  for (const uint64_t waiter : again ? task.waiters : std::vector{task.instance}) {
    const auto row = instance(task.root, waiter);
    if (row && (!again || row->task == task.number)) return &wait_point(*row);
  }
  return nullptr;
}

// Why the decision can't be taken with the reasons that are given; nothing: it can. A line that is refused
// without a reason of its own has that of the decision.
std::optional<std::string> Partition::why_no_reason(const rows::Task& task, const DecisionRequest& request,
                                                    RefusedLines& lines) {
  const abi::WaitPoint* const point = asked_at(task);
  if (point == nullptr) return std::nullopt;
  const auto missing = [&](abi::TypeId wanted, const std::string& reason, const std::string& what) {
    std::optional<std::string> told;
    if (wanted == abi::kNoType || fits(types(), wanted, reason)) return told;
    const std::string all = choices(types()[wanted]);
    told = is_blank(reason) ? fmt::format("{} needs a reason: {}", what, all)
                            : fmt::format("{} needs another reason than \"{}\": {}", what, reason, all);
    return told;
  };
  const bool approves = request.what == DecisionRequest::What::Approve;
  if (auto told = missing(approves ? point->reasons.approval : point->reasons.rejection, request.reason,
                          fmt::format("{} task {}", approves ? "approving" : "rejecting", task.number)))
    return told;
  for (auto& [line, said] : lines) {
    if (point->reasons.rejection == abi::kNoType) break;
    if (is_blank(said.reason)) said.reason = request.reason;
    if (auto told = missing(point->reasons.rejection, said.reason,
                            fmt::format("task {}: refusing line \"{}\"", task.number,
                                        line.second.empty() ? said.proposal : line.second)))
      return told;
  }
  return std::nullopt;
}

// What whoever waits for an approval goes on with when it is not granted. A policy that forbids gives no
// reason that a person could have chosen, and one that was given under an older version may be none any more.
Input Partition::rejected_input(const abi::WaitPoint& point, const rows::Task* task) {
  Input input{abi::Rejected};
  if (point.reasons.rejected == abi::kNoType) return input;
  Json record = Json::object();
  if (task && !task->forbidden && fits(types(), point.reasons.rejection, task->reason))
    record["reason"] = task->reason;
  abi::Arena arena;
  const auto cell = abi::value_from_json(types(), point.reasons.rejected, record.dump(), arena);
  CHECK(cell.has_value());
  input.type = point.reasons.rejected;
  input.value = abi::pack_value(types(), input.type, arena, *cell, nullptr);
  return input;
}

}  // namespace endcap
