// Business time: a walk over the days of a calendar, in the calendar's zone.
#include "runtime/value/calendar.h"

#include <algorithm>

namespace endcap {
namespace {

constexpr int kDaysMax = 3653;  // ten years

Fault out_of_range(const Calendar& calendar) {
  return {FaultKind::OutOfRange, "business time of calendar " + calendar.name + " goes past ten years"};
}

struct Opening {
  Instant from, to;
};
std::expected<Opening, Fault> opening(const Calendar& calendar, Date date, const Calendar::Hours& hours) {
  auto from = instant_of(date, hours.from, calendar.zone);
  if (!from) return std::unexpected(from.error());
  auto to = instant_of(date, hours.to, calendar.zone);
  if (!to) return std::unexpected(to.error());
  return Opening{*from, *to};
}

size_t weekday_of(Date date) {
  return static_cast<size_t>(((int64_t{date} + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
}

TimeOfDay clamp_to(const Calendar::DayHours& hours, TimeOfDay time, bool forwards) {
  for (size_t i = 0; i < hours.size(); ++i) {
    if (time < hours[i].from) return forwards || i == 0 ? hours[i].from : hours[i - 1].to;
    if (time <= hours[i].to) return time;
  }
  return hours.back().to;
}

// Walks the opening time from `start`, forwards or backwards, until `remaining` of it has passed.
std::expected<Instant, Fault> walk_time(const Calendar& calendar, Instant start, Duration remaining,
                                        bool forwards) {
  auto local = local_time(start, calendar.zone);
  if (!local) return std::unexpected(local.error());
  Date date = local->date;
  for (int day = 0; day <= kDaysMax; ++day, date += forwards ? 1 : -1) {
    if (!is_working_day(calendar, date)) continue;
    Calendar::DayHours all = hours_of(calendar, date);
    if (!forwards) std::ranges::reverse(all);
    for (const Calendar::Hours& each : all) {
      auto hours = opening(calendar, date, each);
      if (!hours) return std::unexpected(hours.error());
      const Instant from = forwards ? std::max(start, hours->from) : hours->from;
      const Instant to = forwards ? hours->to : std::min(start, hours->to);
      if (from >= to) continue;
      if (remaining <= to - from) return forwards ? from + remaining : to - remaining;
      remaining -= to - from;
    }
  }
  return std::unexpected(out_of_range(calendar));
}

std::expected<Instant, Fault> walk_days(const Calendar& calendar, Instant start, int64_t days,
                                        bool forwards) {
  auto local = local_time(start, calendar.zone);
  if (!local) return std::unexpected(local.error());
  Date date = local->date;
  for (int day = 0; days > 0; ++day) {
    if (day > kDaysMax) return std::unexpected(out_of_range(calendar));
    date += forwards ? 1 : -1;
    if (is_working_day(calendar, date)) --days;
  }
  return instant_of(date, clamp_to(hours_of(calendar, date), local->time, forwards), calendar.zone);
}

std::expected<Instant, Fault> walk(const Calendar& calendar, Instant start, BusinessDuration duration,
                                   bool forwards) {
  if (duration.amount == 0) return start;
  if (duration.amount < 0) {
    forwards = !forwards;
    if (__builtin_sub_overflow(int64_t{0}, duration.amount, &duration.amount))
      return std::unexpected(out_of_range(calendar));
  }
  return duration.unit == BusinessDuration::Unit::Days
             ? walk_days(calendar, start, duration.amount, forwards)
             : walk_time(calendar, start, duration.amount, forwards);
}

std::expected<Date, Fault> nearest_working_day(const Calendar& calendar, Date date, int step) {
  for (int day = 0; day <= kDaysMax; ++day, date += step) {
    if (is_working_day(calendar, date)) return date;
  }
  return std::unexpected(out_of_range(calendar));
}

}  // namespace

bool is_working_day(const Calendar& calendar, Date date) {
  if (calendar.holidays.contains(date)) return false;
  return calendar.of_date.contains(date) || calendar.working[weekday_of(date)];
}

Calendar::DayHours hours_of(const Calendar& calendar, Date date) {
  if (const auto single = calendar.of_date.find(date); single != calendar.of_date.end())
    return single->second;
  const auto weekday = calendar.of_weekday.find(static_cast<uint8_t>(weekday_of(date)));
  return weekday != calendar.of_weekday.end() ? weekday->second
                                              : Calendar::DayHours{{calendar.open, calendar.close}};
}

std::expected<Instant, Fault> add_business(const Calendar& calendar, Instant from,
                                           BusinessDuration duration) {
  return walk(calendar, from, duration, true);
}

std::expected<Instant, Fault> subtract_business(const Calendar& calendar, Instant until,
                                                BusinessDuration duration) {
  return walk(calendar, until, duration, false);
}

std::expected<Date, Fault> business_day(const Calendar& calendar, Date date, DayConvention convention) {
  if (convention == DayConvention::Preceding) return nearest_working_day(calendar, date, -1);
  const auto following = nearest_working_day(calendar, date, 1);
  const auto month = [](Date of) { return date_to_text(of).substr(0, 7); };
  if (convention == DayConvention::Following || !following || month(*following) == month(date))
    return following;
  return nearest_working_day(calendar, date, -1);
}

}  // namespace endcap
