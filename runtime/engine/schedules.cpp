// Schedules: a row each, in the partition of its name, and a timer for the next time only. When that has
// come, the start goes as a message to where its key is at home, in the record that sets the time after it: a
// crash leaves both or neither. What came of it is told back in the same way.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"
#include "runtime/engine/views.h"

namespace endcap {
namespace {

using Came = rows::Schedule::Came;
using Argument = abi::Schedule::Argument;

// The engine comes to a time a little after it, and a restart takes seconds. docs/reference/language.md
// states it.
constexpr Duration kOnTime = kMinute;

const abi::Schedule* schedule_named(const abi::Program& program, const EngineOptions& options,
                                    const std::string& name) {
  if (options.schedules && !options.schedules->contains(name)) return nullptr;
  const auto found = std::ranges::find(program.schedules, name, &abi::Schedule::name);
  return found == program.schedules.end() ? nullptr : &*found;
}

const Calendar* calendar_of(const abi::Program& program, const abi::Schedule& schedule) {
  return schedule.calendar ? &program.calendars[*schedule.calendar] : nullptr;
}

std::string start_arguments_json(const abi::Workflow& workflow, const abi::Schedule& schedule,
                                 const Occurrence& occurrence) {
  Json arguments = Json::object();
  for (size_t i = 0; i < schedule.arguments.size(); ++i) {
    const Argument& given = schedule.arguments[i];
    arguments[workflow.parameters[i].name] =
        given.what == Argument::What::Day      ? Json(date_to_text(occurrence.day))
        : given.what == Argument::What::Moment ? Json(instant_to_text(occurrence.moment))
                                               : Json::parse(given.json);
  }
  return json_text(arguments);
}

}  // namespace

// ---------------------------------------------------------------- those of this program

bool Partition::schedules_wanted() {
  const auto at_home = [&](const abi::Schedule& each) {
    return partition_of_key(each.name, state_.options.partitions) == number_;
  };
  return std::ranges::any_of(program().schedules, at_home) ||
         !overlay_.collect(Table::Schedule, {}, 1).empty();
}

// Once a process, at the time of its first drain: a schedule that is gone is taken away, one that is new
// begins, and the others go by their rule and calendar as they are now. One whose time has come already is
// left to its timer.
void Partition::take_schedules() {
  for (const auto& [key, value] : overlay_.collect(Table::Schedule, {})) {
    if (schedule_named(program(), state_.options, key) != nullptr) continue;
    unschedule(rows::decode<rows::Schedule>(value).timer);
    overlay_.erase(Table::Schedule, key);
  }
  for (const abi::Schedule& each : program().schedules) {
    if (partition_of_key(each.name, state_.options.partitions) != number_) continue;
    if (schedule_named(program(), state_.options, each.name) == nullptr) continue;
    auto row = find<rows::Schedule>(Table::Schedule, each.name);
    if (!row) {
      rows::Schedule fresh;
      fresh.name = each.name;
      fresh.since = now_;
      set_next(fresh, each, now_ - 1);  // this very moment counts
    } else if (row->next == 0 || row->next > now_) {
      set_next(*row, each, now_);
    }
  }
}

void Partition::set_next(rows::Schedule& row, const abi::Schedule& declared, Instant after) {
  const auto next = next_occurrence(declared.rule, calendar_of(program(), declared), after);
  const Instant moment = next ? next->moment : 0;
  std::string rule = recurrence_to_text(declared.rule);
  if (!row.timer.empty() && row.next == moment && row.rule == rule) return;
  unschedule(row.timer);
  row.rule = std::move(rule);
  row.next = moment;
  row.day = next ? next->day : 0;
  row.timer.clear();
  if (next) {
    rows::Timer timer{.kind = rows::Timer::Kind::ScheduleIsDue};
    timer.schedule = row.name;
    row.timer = schedule(moment, std::move(timer));
  }
  put(Table::Schedule, row.name, row);
}

// ---------------------------------------------------------------- its time has come

void Partition::schedule_is_due(const std::string& name) {
  auto row = find<rows::Schedule>(Table::Schedule, name);
  const abi::Schedule* declared = schedule_named(program(), state_.options, name);
  if (!row || declared == nullptr) return;
  row->timer.clear();
  const Calendar* calendar = calendar_of(program(), *declared);
  Occurrence newest{row->day, row->next};
  row->passed_over = 0;
  // What an older rule would have had after this time is as the new one says, from the next day on.
  const bool same_rule = row->rule == recurrence_to_text(declared->rule);
  for (Instant after = newest.moment;;) {
    const auto later = next_occurrence(declared->rule, calendar, after);
    if (!later || later->moment > now_) break;
    after = later->moment;
    if (!same_rule && later->day == row->day) continue;
    newest = *later;
    ++row->passed_over;
  }
  row->missed += row->passed_over;
  state_.counters.schedules_missed += row->passed_over;
  row->last = newest.moment;
  row->last_day = newest.day;
  row->instance = 0;
  row->key.clear();
  row->reason.clear();
  if (now_ - newest.moment > kOnTime && !declared->starts_late) {
    row->came = Came::Late;
    ++row->missed;
    ++state_.counters.schedules_missed;
  } else {
    start_scheduled(*row, *declared, newest);
  }
  set_next(*row, *declared, now_);
}

void Partition::start_scheduled(rows::Schedule& row, const abi::Schedule& declared,
                                const Occurrence& occurrence) {
  const abi::Workflow& workflow = program().workflows[declared.workflow];
  rows::Message message;
  message.kind = rows::Message::Kind::Scheduled;
  message.source = declared.name;
  message.type = workflow.name;
  message.data = start_arguments_json(workflow, declared, occurrence);
  message.stored = now_;
  message.moment = occurrence.moment;
  const auto parsed = parse_start(state_, workflow, message.data);
  if (!parsed) {
    row.came = Came::Refused;
    row.reason = parsed.error();
    ++row.not_started;
    return;
  }
  row.came = Came::Asked;
  row.key = message.id = parsed->key;
  ++state_.counters.scheduled;
  send_message(message);
}

// ---------------------------------------------------------------- where its key is at home

void Partition::deliver_scheduled(const rows::Message& message) {
  const std::string key = rows::workflow_key(message.type, message.id);
  if (partition_of_key(key, state_.options.partitions) != number_) return;
  rows::Message came = message;
  came.kind = rows::Message::Kind::Came;
  came.data.clear();
  came.stored = now_;
  const auto known = find<rows::Key>(Table::Key, key);
  const abi::Workflow* workflow = program().find_workflow(message.type);
  if (known && known->live) {
    came.came = Came::RunsAlready;
    came.waiter.root = known->instance;
    note(known->instance, "notStarted", known->instance, "", "", {{"by", asker_json(message)}});
    return send_message(came);
  }
  std::expected<ParsedStart, std::string> start =
      std::unexpected(fmt::format("there is no {} any more", message.type));
  if (workflow != nullptr && !workflow->severity) start = parse_start(state_, *workflow, message.data);
  if (start && start->key != message.id) start = std::unexpected("its key is made of other values now");
  if (!start) {  // only a program that changed since can get here
    came.came = Came::Refused;
    came.data = start.error();
    return send_message(came);
  }
  start->asked = message;
  start_instance(*start);
  came.came = Came::Started;
  came.waiter.root = find<rows::Key>(Table::Key, key)->instance;
  send_message(came);
  run_ready();
}

void Partition::deliver_came(const rows::Message& message) {
  if (partition_of_key(message.source, state_.options.partitions) != number_) return;
  auto row = find<rows::Schedule>(Table::Schedule, message.source);
  if (!row) return;
  ++(message.came == Came::Started ? row->started : row->not_started);
  if (row->last == message.moment) {  // and not one that came later
    row->came = message.came;
    row->instance = message.waiter.root;
    row->reason = message.data;
  }
  put(Table::Schedule, row->name, *row);
}

}  // namespace endcap
