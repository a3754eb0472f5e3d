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
std::expected<Opening, Fault> opening(const Calendar& calendar, Date date) {
  auto from = instant_of(date, calendar.open, calendar.zone);
  if (!from) return std::unexpected(from.error());
  auto to = instant_of(date, calendar.close, calendar.zone);
  if (!to) return std::unexpected(to.error());
  return Opening{*from, *to};
}

// Walks the opening time from `start`, forwards or backwards, until `remaining` of it has passed.
std::expected<Instant, Fault> walk_time(const Calendar& calendar, Instant start, Duration remaining,
                                        bool forwards) {
  auto local = local_time(start, calendar.zone);
  if (!local) return std::unexpected(local.error());
  Date date = local->date;
  for (int day = 0; day <= kDaysMax; ++day, date += forwards ? 1 : -1) {
    if (!is_working_day(calendar, date)) continue;
    auto hours = opening(calendar, date);
    if (!hours) return std::unexpected(hours.error());
    const Instant from = forwards ? std::max(start, hours->from) : hours->from;
    const Instant to = forwards ? hours->to : std::min(start, hours->to);
    if (from >= to) continue;
    if (remaining <= to - from) return forwards ? from + remaining : to - remaining;
    remaining -= to - from;
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
  return instant_of(date, std::clamp(local->time, calendar.open, calendar.close), calendar.zone);
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
  const int64_t weekday = ((int64_t{date} + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  return calendar.working[static_cast<size_t>(weekday)] && !calendar.holidays.contains(date);
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
