// A walk over local days, one after the other: a rule has at most one occurrence a day.
#include "runtime/value/recurrence.h"

#include <date/date.h>

#include "runtime/value/check.h"

namespace endcap {
namespace {

constexpr int kDaysLookedAt = 3653;  // ten years

date::year_month_day civil(Date day) { return date::year_month_day{date::sys_days{date::days{day}}}; }

bool is_last_of_month(Date day) { return civil(day + 1).month() != civil(day).month(); }
unsigned day_of_month(Date day) { return static_cast<unsigned>(civil(day).day()); }

// No working day of its month lies on the way from `day` to the month's beginning or end.
bool is_outermost_working_day(const Calendar& calendar, Date day, int step) {
  if (!is_working_day(calendar, day)) return false;
  for (Date other = day + step; civil(other).month() == civil(day).month(); other += step) {
    if (is_working_day(calendar, other)) return false;
  }
  return true;
}

std::string days_to_text(const Recurrence& rule) {
  switch (rule.days) {
    case Recurrence::Days::Every:
      return "day";
    case Recurrence::Days::Business:
      return "business day";
    case Recurrence::Days::DayOfMonth:
      return "day " + std::to_string(rule.day_of_month) + " of the month";
    case Recurrence::Days::FirstOfMonth:
      return "first day of the month";
    case Recurrence::Days::LastOfMonth:
      return "last day of the month";
    case Recurrence::Days::FirstBusinessOfMonth:
      return "first business day of the month";
    case Recurrence::Days::LastBusinessOfMonth:
      return "last business day of the month";
    case Recurrence::Days::Weekdays:
      break;
  }
  std::string names;
  for (size_t i = 0; i < rule.weekdays.size(); ++i) {
    if (rule.weekdays[i]) names += (names.empty() ? "" : ", ") + std::string(kWeekdays[i]);
  }
  return names;
}

}  // namespace

bool counts_business_days(const Recurrence& rule) {
  return rule.days == Recurrence::Days::Business || rule.days == Recurrence::Days::FirstBusinessOfMonth ||
         rule.days == Recurrence::Days::LastBusinessOfMonth;
}

bool falls_on(const Recurrence& rule, const Calendar* calendar, Date day) {
  CHECK(calendar != nullptr || !counts_business_days(rule));
  switch (rule.days) {
    case Recurrence::Days::Every:
      return true;
    case Recurrence::Days::Business:
      return is_working_day(*calendar, day);
    case Recurrence::Days::Weekdays:
      return rule.weekdays[date::weekday{date::sys_days{date::days{day}}}.iso_encoding() - 1];
    case Recurrence::Days::DayOfMonth:
      return day_of_month(day) == rule.day_of_month;
    case Recurrence::Days::FirstOfMonth:
      return day_of_month(day) == 1;
    case Recurrence::Days::LastOfMonth:
      return is_last_of_month(day);
    case Recurrence::Days::FirstBusinessOfMonth:
      return is_outermost_working_day(*calendar, day, -1);
    case Recurrence::Days::LastBusinessOfMonth:
      return is_outermost_working_day(*calendar, day, 1);
  }
  return false;
}

std::expected<Occurrence, Fault> next_occurrence(const Recurrence& rule, const Calendar* calendar,
                                                 Instant after) {
  const auto local = local_time(after, rule.zone);
  if (!local) return std::unexpected(local.error());
  for (Date day = local->date; day <= local->date + kDaysLookedAt; ++day) {
    if (!falls_on(rule, calendar, day)) continue;
    const auto moment = instant_of(day, rule.at, rule.zone);
    if (!moment) return std::unexpected(moment.error());
    if (*moment > after) return Occurrence{day, *moment};
  }
  return std::unexpected(Fault{FaultKind::OutOfRange, "no such day comes in the next ten years"});
}

std::string recurrence_to_text(const Recurrence& rule) {
  return "every " + days_to_text(rule) + " at " + time_to_text(rule.at) + " zone \"" + rule.zone + "\"";
}

}  // namespace endcap
