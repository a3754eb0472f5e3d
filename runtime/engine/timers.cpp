// Due times: rows in the order of their due time, claimed and acted on in the same record. A watermark stands
// in every record; a timer for before it is put at it, so that a scan after a restart begins there and never
// walks over what is long gone.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

constexpr size_t kTimersPerDrain = 64;  // a midnight herd must not starve people's decisions
const std::string kBehindAllTimers(sizeof(Instant), '\xff');

}  // namespace

std::string Partition::schedule(Instant due, rows::Timer timer) {
  // Not at the watermark: it moves while others fire that were due before now.
  if (!broken(Rule::TimersStandAboveTheWatermark)) due = std::max({due, now_, meta_.watermark});
  std::string key = rows::time_key(due) + rows::big_endian(next_sequence());
  put(Table::Timer, key, timer);
  first_timer_ = std::min(first_timer_, key);
  if (next_due_known_ && (!next_due_ || due < *next_due_)) next_due_ = due;
  return key;
}

void Partition::unschedule(const std::string& key) {
  if (key.empty()) return;
  overlay_.erase(Table::Timer, key);
  if (key == first_timer_) next_due_known_ = false;
}

std::optional<Instant> Partition::next_due() {
  const auto timer = next_timer();
  return timer && drop_at_ ? std::min(*timer, *drop_at_) : timer ? timer : drop_at_;
}

// A scan walks over what was taken away from where it begins: it begins behind what others have walked over.
Rows Partition::first_timers(size_t limit) {
  auto timers =
      overlay_.collect(Table::Timer, {}, limit, std::max(first_timer_, rows::time_key(meta_.watermark)));
  first_timer_ = timers.empty() ? kBehindAllTimers : timers.front().first;
  return timers;
}

std::optional<Instant> Partition::next_timer() {
  if (!next_due_known_) {
    const auto first = first_timers(1);
    next_due_ = first.empty() ? std::nullopt : std::optional(rows::time_of_key(first.front().first));
    next_due_known_ = true;
  }
  return next_due_;
}

bool Partition::fire_timers() {
  const auto first = next_timer();
  if (!first || *first > now_) return false;
  bool fired = false;
  Rows due = first_timers(kTimersPerDrain + 1);  // the last of them is next, unless firing changes that
  size_t count = 0;
  while (count < std::min(due.size(), kTimersPerDrain) && rows::time_of_key(due[count].first) <= now_)
    ++count;
  next_due_.reset();
  if (count < due.size()) next_due_ = rows::time_of_key(due[count].first);
  first_timer_ = count < due.size() ? due[count].first : kBehindAllTimers;
  due.resize(count);
  std::vector<rows::Timer> timers;
  for (const auto& [key, value] : due) timers.push_back(rows::decode<rows::Timer>(value));
  read_ahead(timers);
  for (size_t i = 0; i < count; ++i) {
    const auto& [key, value] = due[i];
    if (overlay_.full()) {
      first_timer_ = std::min(first_timer_, key);
      next_due_known_ = false;
      break;
    }
    if (!overlay_.now(Table::Timer, key, value)) continue;  // what fired before it took it away
    overlay_.erase(Table::Timer, key);
    meta_.watermark = rows::time_of_key(key);
    ++state_.counters.timers_fired;
    fire(timers[i]);
    run_ready();
    fired = true;
  }
  return fired;
}

// What all of these will need, in one go: a herd wakes families that nobody has looked at for weeks.
void Partition::read_ahead(const std::vector<rows::Timer>& due) {
  std::vector<std::string> instances, tasks;
  for (const rows::Timer& timer : due) {
    switch (timer.kind) {
      case rows::Timer::Kind::Due:
        instances.push_back(rows::pair_key(timer.root, timer.number));
        instances.push_back(rows::pair_key(timer.root, 0));
        break;
      case rows::Timer::Kind::TaskExpires:
      case rows::Timer::Kind::TaskReminds:
      case rows::Timer::Kind::TaskEscalates:
        instances.push_back(rows::pair_key(timer.root, 0));
        instances.push_back(rows::pair_key(timer.root, timer.root));  // most are asked by the main machine
        tasks.push_back("o" + rows::big_endian(timer.number));
        break;
      default:
        break;
    }
  }
  overlay_.read_ahead(Table::Instance, std::move(instances));
  overlay_.read_ahead(Table::Task, std::move(tasks));
}

void Partition::fire(const rows::Timer& timer) {
  switch (timer.kind) {
    case rows::Timer::Kind::Due: {
      const auto row = instance(timer.root, timer.number);
      if (!row) return;
      const abi::WaitPoint& point = wait_point(*row);
      if (point.kind == abi::WaitKind::Raise) return resume(timer.root, timer.number, Input{});
      if (point.kind != abi::WaitKind::Until) {
        if (row->task != 0) {
          if (auto task = open_task(row->task)) close_task(*task, rows::Task::Status::Expired);
        }
        note(*row, "expired", {});
        return resume(timer.root, timer.number, Input{abi::Expired});
      }
      Input input;
      if (point.input != abi::kNoType) {
        input.type = point.input;
        input.value =
            abi::pack_value(types(), point.input, workspace_.arena(), abi::Cell{row->deadline}, nullptr);
      }
      return resume(timer.root, timer.number, std::move(input));
    }
    case rows::Timer::Kind::TaskExpires:
    case rows::Timer::Kind::TaskReminds:
    case rows::Timer::Kind::TaskEscalates:
      return task_timer(timer);
    case rows::Timer::Kind::CallRetries:
      return retry_timer(timer.number);
    case rows::Timer::Kind::StepIsLate:
      return step_is_late(timer);
    case rows::Timer::Kind::FanOutGoesOn:
      return fan_out_goes_on(timer.root, timer.number);
    case rows::Timer::Kind::RereadBegins:
      return reread_timer(timer);
    case rows::Timer::Kind::ScheduleIsDue:
      return schedule_is_due(timer.schedule);
    case rows::Timer::Kind::ReconciliationIsDue:
      return reconciliation_is_due(timer.schedule);
  }
}

}  // namespace endcap
