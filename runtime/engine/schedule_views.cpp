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

Json schedule_json(const abi::Program& program, const rows::Schedule& row) {
  Json json = {{"schedule", row.name}, {"rule", row.rule}};
  const auto declared = std::ranges::find(program.schedules, row.name, &abi::Schedule::name);
  if (declared != program.schedules.end()) {
    json["workflow"] = program.workflows[declared->workflow].name;
    if (declared->calendar) json["calendar"] = program.calendars[*declared->calendar].name;
    json["ifLate"] = declared->starts_late ? "start" : "skip";
  }
  json["since"] = instant_to_text(row.since);
  json["next"] = row.next != 0 ? Json(instant_to_text(row.next)) : Json();
  json["last"] = row.last != 0 ? last_json(row) : Json();
  json["started"] = row.started;
  json["notStarted"] = row.not_started;
  json["missed"] = row.missed;
  return json;
}

}  // namespace

Views::Reply Views::schedules() {
  std::vector<rows::Schedule> found;
  for (PartitionId partition = 0; partition < options_.partitions; ++partition) {
    auto scanned =
        store_.scan(partition, Table::Schedule, "", "", [&](std::string_view, std::string_view value) {
          found.push_back(rows::decode<rows::Schedule>(value));
          return true;
        });
    if (!scanned) return std::unexpected(Refusal{Refusal::Kind::Overloaded, scanned.error().message});
  }
  std::ranges::sort(found, {}, &rows::Schedule::name);
  Json schedules = Json::array();
  for (const rows::Schedule& row : found) schedules.push_back(schedule_json(program_, row));
  return Json{{"schedules", std::move(schedules)}}.dump();
}

}  // namespace endcap
