// Business time on the clock: see business_bounds.h.
#include "compiler/sema/passes/business_bounds.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <vector>

namespace endcap::sema {
namespace {

constexpr Date kSomeMonday = 4;        // 1970-01-05
constexpr Date kDaysLookedAt = 1'000;  // what takes longer takes at least so long

// Of working days, whatever the day.
std::vector<Calendar::DayHours> all_hours(const Calendar& calendar) {
  Calendar weekly = calendar;
  weekly.holidays.clear();
  weekly.of_date.clear();
  std::vector<Calendar::DayHours> all;
  for (Date day = kSomeMonday; day < kSomeMonday + 7; ++day) {
    if (is_working_day(weekly, day)) all.push_back(hours_of(weekly, day));
  }
  for (const auto& [date, hours] : calendar.of_date) all.push_back(hours);
  return all;
}

// By a clock that is never moved.
struct Taken {
  Duration clock = 0;
  Date days = 0;  // it goes over
};

// From a day to the n-th working day before or after it. It is shortest when it begins at the end of the day
// and the end is clamped to the close; backwards, from the beginning to the opening.
Taken days_from(const Calendar& calendar, Date from, int64_t days, Walk walk) {
  Date away = 0, day = from;
  for (int64_t left = days; left > 0 && away < kDaysLookedAt;) {
    ++away;
    day = walk == Walk::Forwards ? from + away : from - away;
    left -= is_working_day(calendar, day);
  }
  const Calendar::DayHours hours = hours_of(calendar, day);
  const Duration saved = walk == Walk::Forwards ? kDay - Duration{hours.back().to} * kSecond
                                                : Duration{hours.front().from} * kSecond;
  return {away * kDay - saved, away};
}

// From an opening of that day, counted from 0. When it begins later, or while it is closed, it takes no less.
Taken time_from(const Calendar& calendar, Date from, size_t opening, Duration remaining) {
  const Duration start = Duration{hours_of(calendar, from)[opening].from} * kSecond;
  for (Date away = 0; away < kDaysLookedAt; ++away, opening = 0) {
    if (!is_working_day(calendar, from + away)) continue;
    const Calendar::DayHours hours = hours_of(calendar, from + away);
    for (size_t i = opening; i < hours.size(); ++i) {
      const Duration open = Duration{hours[i].to - hours[i].from} * kSecond;
      if (remaining <= open)
        return {away * kDay + Duration{hours[i].from} * kSecond + remaining - start, away};
      remaining -= open;
    }
  }
  return {kDaysLookedAt * kDay - start, kDaysLookedAt};
}

class Least {
 public:
  Least(BusinessDuration duration, Walk walk) : duration_(duration), walk_(walk) {}

  Duration of(Calendar calendar) {
    calendar.holidays.clear();
    Calendar weekly = calendar;
    weekly.of_date.clear();
    for (Date day = kSomeMonday; day < kSomeMonday + 7; ++day) look(weekly, day);
    // Whatever meets such a date begins within so many days of it.
    std::set<Date> around;
    for (const auto& [date, hours] : calendar.of_date) {
      for (Date away = 0; away <= longest_; ++away)
        around.insert(walk_ == Walk::Forwards ? date - away : date + away);
    }
    for (const Date day : around) look(calendar, day);
    return least_;
  }

 private:
  void look(const Calendar& calendar, Date day) {
    if (duration_.unit == BusinessDuration::Unit::Days)
      return note(days_from(calendar, day, duration_.amount, walk_));
    if (!is_working_day(calendar, day)) return;
    const size_t openings = hours_of(calendar, day).size();
    for (size_t i = 0; i < openings; ++i) note(time_from(calendar, day, i, duration_.amount));
  }
  void note(Taken taken) {
    least_ = std::min(least_, taken.clock);
    longest_ = std::max(longest_, taken.days);
  }

  BusinessDuration duration_;
  Walk walk_;
  Duration least_ = kNever;
  Date longest_ = 0;
};

// Clocks are moved at night: between 21:00 and 04:00 everywhere in the tz database.
bool opens_at_night(const Calendar& calendar) {
  return std::ranges::any_of(all_hours(calendar), [](const Calendar::DayHours& hours) {
    return hours.front().from < 4 * 3600 || hours.back().to > 21 * 3600;
  });
}

}  // namespace

Duration least_on_clock(const Calendar& calendar, BusinessDuration duration, Walk walk) {
  if (duration.amount <= 0 || all_hours(calendar).empty()) return 0;
  // An hour goes by where the clock goes forward.
  const Duration least = Least(duration, walk).of(calendar) - kHour;
  if (duration.unit == BusinessDuration::Unit::Days) return std::max<Duration>(least, 0);
  // Opening time passes as the clock does. An opening in which the clock goes back is an hour longer.
  if (!opens_at_night(calendar) || duration.amount <= kHour) return std::max(least, duration.amount);
  const BusinessDuration rest{duration.unit, duration.amount - kHour};
  return std::max(std::min(least, Least(rest, walk).of(calendar) + kHour), duration.amount);
}

// Hours go on where they stopped. Days are clamped to the close of each day that a part ends on, and the
// earliest of them stays.
Duration least_in_parts(const Calendar& calendar, BusinessDuration together) {
  const Duration least = least_on_clock(calendar, together);
  if (together.unit == BusinessDuration::Unit::Time || least == 0) return least;
  const auto close = [](const Calendar::DayHours& hours) { return Duration{hours.back().to} * kSecond; };
  const auto all = all_hours(calendar);
  const auto [earliest, latest] = std::ranges::minmax(all, {}, close);
  return std::max<Duration>(least - (close(latest) - close(earliest)), 0);
}

// Tried from each hour of the weeks around the holidays: between two hours it takes less than an hour more.
Duration most_on_clock(const Calendar& calendar, BusinessDuration duration) {
  constexpr Date kWeeks = 21;
  std::set<Date> days;
  const auto around = [&](Date day) {
    for (Date each = day - kWeeks; each <= day + 1; ++each) days.insert(each);
  };
  around(calendar.holidays.empty() ? kSomeMonday + kWeeks : *calendar.holidays.begin() - 2 * kWeeks);
  for (const Date holiday : calendar.holidays) around(holiday);
  Duration most = 0;
  for (const Date day : days) {
    for (Duration hour = 0; hour < kDay; hour += kHour) {
      const Instant from = Instant{day} * kDay + hour;
      const auto until = add_business(calendar, from, duration);
      if (!until) return kNever;
      most = std::max(most, *until - from);
    }
  }
  return most + kHour;
}

}  // namespace endcap::sema
