// Steps that should be over: one timer a step, armed where its `due` stands. A machine that comes to a wait
// outside of the step has left it, by whatever way.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"

namespace endcap {
namespace {

// The step around: "gate.due" is of "gate".
std::string step_of(const std::string& due) { return due.substr(0, due.rfind('.')); }

}  // namespace

bool Partition::park_due(rows::Instance& row, const abi::WaitPoint& point, std::string&) {
  rows::Due due;
  due.number = next_sequence();
  due.path = point.path;
  due.at = static_cast<Instant>(operand(0).bits);
  for (const abi::Branch& handler : point.branches) {
    for (uint32_t i = 0; i < handler.capture_count; ++i)
      due.captures.push_back(packed_operand(point, handler.first_capture + i));
  }
  // The step may begin again without having been left: in a loop, or when its approval is asked anew.
  std::vector<std::string> others = point.dues;
  std::erase(others, point.path);
  leave_dues(row, others);
  due.timer = schedule(due.at, {rows::Timer::Kind::StepIsLate, row.root, row.number, due.number});
  note(row.root, "due", row.number, step_of(point.path), row.element, {{"due", instant_to_text(due.at)}});
  row.dues.push_back(std::move(due));
  resume(row.root, row.number, Input{});
  return true;
}

// Of the steps that the machine stands in, those that it has left.
void Partition::leave_dues(rows::Instance& row, const std::vector<std::string>& stays) {
  uint64_t late = 0;
  std::erase_if(row.dues, [&](const rows::Due& due) {
    if (std::ranges::find(stays, due.path) != stays.end()) return false;
    unschedule(due.timer);
    if (due.late) {
      ++late;
      note(row.root, "doneLate", row.number, step_of(due.path), row.element,
           {{"due", instant_to_text(due.at)}});
    }
    return true;
  });
  if (late == 0) return;
  auto whole = family(row.root);
  if (!whole) return;
  whole->late -= std::min(late, whole->late);
  put(*whole);
}

void Partition::step_is_late(const rows::Timer& timer) {
  auto row = instance(timer.root, timer.number);
  if (!row) return;
  const auto due = std::ranges::find(row->dues, timer.detail, &rows::Due::number);
  if (due == row->dues.end()) return;
  due->timer.clear();
  due->late = true;
  const rows::Due kept = *due;
  put(*row);
  if (auto whole = family(row->root)) {
    ++whole->late;
    put(*whole);
  }
  note(row->root, "late", row->number, step_of(kept.path), row->element, {{"due", instant_to_text(kept.at)}});
  const abi::Machine& machine = program().machines[row->machine];
  const auto point = std::ranges::find(machine.states, kept.path, &abi::WaitPoint::path);
  if (point == machine.states.end() || point->branches.empty()) return;
  const abi::Branch& late = point->branches.front();
  if (kept.captures.size() != late.capture_count) return;  // it is new since the step began
  auto handler = handler_row(*row, late.machine, kept.captures);
  if (!handler) return;
  handler->number = next_number();
  start_beside(std::move(*handler), *row);
}

}  // namespace endcap
