// Comparison of calendars: see calendar_breaking.h.
#include "compiler/ir/calendar_breaking.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace endcap::ir {
namespace {

bool same_hours(const Calendar::DayHours& before, const Calendar::DayHours& after) {
  return std::ranges::equal(before, after, [](const Calendar::Hours& one, const Calendar::Hours& other) {
    return one.from == other.from && one.to == other.to;
  });
}

bool same_dates(const std::map<Date, Calendar::DayHours>& before,
                const std::map<Date, Calendar::DayHours>& after) {
  return std::ranges::equal(before, after, [](const auto& one, const auto& other) {
    return one.first == other.first && same_hours(one.second, other.second);
  });
}

// Whether the weekdays that are working days in both are open as before.
bool same_weekdays(Calendar before, Calendar after) {
  constexpr Date kSomeMonday = 4;  // 1970-01-05
  before.of_date.clear(), after.of_date.clear();
  for (Date day = 0; day < 7; ++day) {
    const auto index = static_cast<size_t>(day);
    if (before.working[index] && after.working[index] &&
        !same_hours(hours_of(before, kSomeMonday + day), hours_of(after, kSomeMonday + day)))
      return false;
  }
  return true;
}

std::vector<std::string> changed(const Calendar& before, const Calendar& after) {
  std::vector<std::string> parts;
  if (before.zone != after.zone) parts.emplace_back("zone");
  if (before.working != after.working) parts.emplace_back("working days");
  if (!same_weekdays(before, after)) parts.emplace_back("opening hours");
  if (!same_dates(before.of_date, after.of_date)) parts.emplace_back("dates with hours of their own");
  if (before.holidays != after.holidays) parts.emplace_back("holidays");
  return parts;
}

}  // namespace

std::vector<CalendarFinding> compare(const std::vector<Calendar>& before,
                                     const std::vector<Calendar>& after) {
  std::vector<CalendarFinding> findings;
  for (const Calendar& old_one : before) {
    const auto now = std::ranges::find(after, old_one.name, &Calendar::name);
    if (now == after.end() || now->version > old_one.version) continue;
    auto parts = changed(old_one, *now);
    if (!parts.empty()) findings.push_back({old_one.name, old_one.version, now->version, std::move(parts)});
  }
  std::ranges::sort(findings, {}, &CalendarFinding::calendar);
  return findings;
}

std::string describe(const CalendarFinding& finding) {
  const std::string version =
      finding.before == finding.after
          ? fmt::format("version {} as before", finding.after)
          : fmt::format("version {}, and it was {} before", finding.after, finding.before);
  return fmt::format("it is another one, with {}: changed {} {}", version,
                     finding.changed.size() == 1 && finding.changed.front() == "zone" ? "is its" : "are its",
                     fmt::join(finding.changed, ", "));
}

std::string remedy(const CalendarFinding& finding) {
  return fmt::format(
      "give it a new version, {} or higher: a deadline is kept with the version that it was counted by",
      finding.before + 1);
}

}  // namespace endcap::ir
