// Schedules as JSON: docs/reference/api.md, "Schedules".
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/views.h"

namespace endcap {
namespace {

using Json = nlohmann::ordered_json;

const char* came_name(rows::Schedule::Came came) {
  constexpr const char* kNames[] = {"", "asked", "started", "runsAlready", "refused", "late"};
  return kNames[static_cast<size_t>(came)];
}

Json last_json(const rows::Schedule& row) {
  Json last = {{"moment", instant_to_text(row.last)},
               {"day", date_to_text(row.last_day)},
               {"came", came_name(row.came)}};
  if (!row.key.empty()) last["key"] = row.key;
  if (row.instance != 0) last["instance"] = row.instance;
  if (!row.reason.empty()) last["reason"] = row.reason;
  if (row.passed_over > 0) last["missedBefore"] = row.passed_over;
  return last;
}

Json schedule_json(const abi::Program& program, const abi::Schedule& declared, const rows::Schedule& row) {
  Json json = {{"schedule", declared.name}, {"rule", recurrence_to_text(declared.rule)}};
  json["workflow"] = program.workflows[declared.workflow].name;
  if (declared.calendar) json["calendar"] = program.calendars[*declared.calendar].name;
  json["ifLate"] = declared.starts_late ? "start" : "skip";
  json["since"] = row.since != 0 ? Json(instant_to_text(row.since)) : Json();
  json["next"] = row.next != 0 ? Json(instant_to_text(row.next)) : Json();
  json["last"] = row.last != 0 ? last_json(row) : Json();
  json["started"] = row.started;
  json["notStarted"] = row.not_started;
  json["missed"] = row.missed;
  return json;
}

}  // namespace

// Those of the program, whatever rows the one before it left: both are one only after the first drain.
Views::Reply Views::schedules() {
  std::vector<const abi::Schedule*> declared;
  for (const abi::Schedule& each : program_.schedules) {
    if (!options_.schedules || options_.schedules->contains(each.name)) declared.push_back(&each);
  }
  std::ranges::sort(declared, {}, &abi::Schedule::name);
  Json schedules = Json::array();
  for (const abi::Schedule* each : declared) {
    const PartitionId home = partition_of_key(each->name, options_.partitions);
    const auto row = find<rows::Schedule>(home, Table::Schedule, each->name);
    schedules.push_back(schedule_json(program_, *each, row.value_or(rows::Schedule{})));
  }
  return Json{{"schedules", std::move(schedules)}}.dump();
}

}  // namespace endcap
