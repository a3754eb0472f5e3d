// What a parked machine waits for: calls and moments here, the rest in files of their own.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"

namespace endcap {

using abi::WaitKind;

bool Partition::park(rows::Instance& row, std::string& problem) {
  const abi::WaitPoint& point = wait_point(row);
  switch (point.kind) {
    case WaitKind::ReadOperation:
    case WaitKind::ReadView:
    case WaitKind::ReadNavigation:
    case WaitKind::Notify:
      return park_call(row, point, problem);
    case WaitKind::Ask:
      return park_ask(row, point, problem);
    case WaitKind::Approve:
      return park_approval(row, point, problem);
    case WaitKind::AskAgain:
      return park_ask_again(row, point, problem);
    case WaitKind::Write:
      return park_write(row, point, problem);
    case WaitKind::Task:
      return park_task(row, point, problem);
    case WaitKind::Until:
    case WaitKind::AwaitEvent:
      park_until(row, point);
      return true;
    case WaitKind::ForEach:
    case WaitKind::Sweep:
    case WaitKind::Together:
    case WaitKind::Run:
      return park_fan_out(row, point, problem);
    case WaitKind::Throughout:
      return park_throughout(row, point, problem);
    case WaitKind::Raise:
    case WaitKind::RaiseAndWait:
      return park_raise(row, point, problem);
    case WaitKind::Due:
      return park_due(row, point, problem);
  }
  problem = "unknown kind of wait";
  return false;
}

std::string Partition::packed_operand(const abi::WaitPoint& point, uint32_t index) {
  return abi::pack_value(types(), point.operands[index], workspace_.arena(), operand(index), &blobs_);
}

bool Partition::park_call(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  rows::Pending call;
  call.purpose =
      point.kind == WaitKind::Notify ? rows::Pending::Purpose::Notify : rows::Pending::Purpose::Read;
  call.root = row.root;
  call.instance = row.number;
  call.flight = row.flight;
  call.target = point.target;
  call.result = point.input;
  call.path = point.path;
  call.element = row.element;
  if (point.kind == WaitKind::ReadOperation || point.kind == WaitKind::Notify) {
    call.what = static_cast<uint32_t>(CallRequest::What::Operation);
    call.payload_type = program().operations[point.target].payload;
    call.payload = packed_operand(point, 0);
  } else {
    const bool is_view = point.kind == WaitKind::ReadView;
    call.what = static_cast<uint32_t>(is_view ? CallRequest::What::View : CallRequest::What::Navigation);
    const uint32_t view = is_view ? point.target : program().navigations[point.target].from_view;
    abi::Arena& arena = workspace_.arena();
    const uint32_t count = static_cast<uint32_t>(point.operands.size());
    CHECK(types()[state_.view_keys[view]].fields.size() == count);
    const abi::Reference record = arena.allocate(count * static_cast<uint32_t>(sizeof(abi::Cell)));
    std::copy_n(workspace_.context().operands, count, arena.cells(record));
    call.payload = abi::pack_value(types(), state_.view_keys[view], arena, abi::Cell{record}, &blobs_);
  }
  if (call.payload.size() > abi::kPayloadBytesMax) {
    problem = fmt::format("a payload of {} bytes is too large to send", call.payload.size());
    return false;
  }
  row.call = open_call(std::move(call));
  return true;
}

void Partition::park_until(rows::Instance& row, const abi::WaitPoint& point) {
  packed::Members details(now_);
  if (point.kind == WaitKind::Until) {
    row.deadline = static_cast<Instant>(operand(0).bits);
    details.put("until", instant_to_text(row.deadline));
  } else {
    const rows::Limit limit = limit_of(*point.within);
    row.deadline = deadline(limit, now_).value_or(now_);
    details.put("within", limit_json(limit, row.deadline));
  }
  row.timers.push_back(schedule(row.deadline, {rows::Timer::Kind::Due, row.root, row.number}));
  for (uint32_t i = 0; i < point.events.size(); ++i) subscribe(row, point, i, false);
  note(row, "waits", std::move(details));
}

// Takes away what the wait of `row` holds. While its family ends, calls stay with the family: they settle
// first.
void Partition::clear_wait(rows::Instance& row, bool ending) {
  for (const std::string& timer : std::exchange(row.timers, {})) unschedule(timer);
  for (const std::string& key : std::exchange(row.subscriptions, {}))
    overlay_.erase(Table::Subscription, key);
  if (ending) {
    for (const std::string& key : std::exchange(row.scopes, {})) overlay_.erase(Table::Subscription, key);
    leave_dues(row, {});
  }
  if (const uint64_t number = std::exchange(row.task, 0)) {
    if (auto task = open_task(number)) {
      if (task->kind == rows::Task::Kind::Again) {
        std::erase(task->waiters, row.number);
        put_task(*task);
        if (ending && task->waiters.empty()) close_task(*task, rows::Task::Status::Cancelled);
      } else {
        close_task(*task, rows::Task::Status::Cancelled);
      }
    }
  }
  row.call = row.fan_out = row.asked = 0;
}

// ---------------------------------------------------------------- time limits

rows::Limit Partition::limit_of(const abi::TimeLimit& limit) {
  rows::Limit kept;
  const abi::Cell cell = operand(limit.operand);
  kept.amount = static_cast<int64_t>(cell.bits);
  if (limit.calendar) {
    kept.business = true;
    kept.days = static_cast<uint64_t>(cell.bits >> 64) == static_cast<uint64_t>(BusinessDuration::Unit::Days);
    kept.calendar = *limit.calendar + 1;
  }
  return kept;
}

std::expected<Instant, Fault> Partition::deadline(const rows::Limit& limit, Instant from) const {
  if (!limit.business) return from + limit.amount;
  const auto unit = limit.days ? BusinessDuration::Unit::Days : BusinessDuration::Unit::Time;
  return add_business(program().calendars.at(limit.calendar - 1), from, {unit, limit.amount});
}

// A deadline as people and auditors need it: the rule, the calendar it was computed by, and the moment.
Json Partition::limit_json(const rows::Limit& limit, Instant at) const {
  Json json = {{"rule", limit.days
                            ? fmt::format("{} business day{}", limit.amount, limit.amount == 1 ? "" : "s")
                            : (limit.business ? "business time " : "") + duration_to_text(limit.amount)}};
  if (limit.business) {
    const Calendar& calendar = program().calendars.at(limit.calendar - 1);
    json["calendar"] = calendar.name;
    json["calendarVersion"] = calendar.version;
  }
  json["at"] = instant_to_text(at);
  return json;
}

}  // namespace endcap
