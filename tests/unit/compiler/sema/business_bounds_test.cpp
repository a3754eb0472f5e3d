// How long business time takes on the clock: bounds that hold whenever it begins, and that are reached.
#include "compiler/sema/passes/business_bounds.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace endcap::sema {
namespace {

using Unit = BusinessDuration::Unit;

constexpr TimeOfDay at(int hour, int minute = 0) { return hour * 3600 + minute * 60; }
constexpr BusinessDuration days(int64_t count) { return {Unit::Days, count}; }
constexpr BusinessDuration hours(int64_t count) { return {Unit::Time, count * kHour}; }

Calendar office(const std::string& zone = "UTC") {
  Calendar calendar;
  calendar.zone = zone;
  return calendar;
}

// Thursdays are long, Saturdays have a break, and one Sunday and two holidays are as no other.
Calendar shop(const std::string& zone) {
  Calendar calendar = office(zone);
  calendar.working = {true, true, true, true, true, true, false};
  calendar.of_weekday[3] = {{at(9), at(21)}};
  calendar.of_weekday[5] = {{at(9), at(12)}, {at(13), at(16)}};
  calendar.of_date[date_from_text("2026-11-22").value()] = {{at(8), at(20)}};
  calendar.holidays = {date_from_text("2026-12-25").value(), date_from_text("2026-12-28").value()};
  return calendar;
}

Calendar around_the_clock() {
  Calendar calendar = office("Australia/Sydney");
  calendar.working.fill(true);
  calendar.open = 0;
  calendar.close = at(23, 59);
  return calendar;
}

// Of each half an hour of fourteen months, and the last second of it.
Duration shortest(const Calendar& calendar, BusinessDuration duration, Walk walk) {
  const Instant first = Instant{date_from_text("2026-01-01").value()} * kDay;
  Duration least = kNever;
  for (Instant each = first; each < first + 425 * kDay; each += kHour / 2) {
    for (const Instant moment : {each, each + kHour / 2 - kSecond}) {
      const auto other = walk == Walk::Forwards ? add_business(calendar, moment, duration)
                                                : subtract_business(calendar, moment, duration);
      REQUIRE(other);
      least = std::min(least, walk == Walk::Forwards ? *other - moment : moment - *other);
    }
  }
  return least;
}

}  // namespace

TEST_CASE("business days count the weekends that they can't do without") {
  // From the end of a Sunday to the close of the Wednesday after next, less the hour that a clock may lose.
  CHECK(least_on_clock(office(), days(8)) == 10 * kDay - 7 * kHour - kHour);
  CHECK(least_on_clock(office(), days(5)) == 5 * kDay - 7 * kHour - kHour);
  CHECK(least_on_clock(office(), days(6)) == 8 * kDay - 7 * kHour - kHour);
  // Backwards from the beginning of a Saturday to the opening of a Monday.
  CHECK(least_on_clock(office(), days(5), Walk::Backwards) == 5 * kDay - 9 * kHour - kHour);
  CHECK(least_on_clock(office(), days(6), Walk::Backwards) == 8 * kDay - 9 * kHour - kHour);
}

TEST_CASE("business hours count nights and weekends, and none that is not needed") {
  CHECK(least_on_clock(office(), hours(8)) == 8 * kHour);
  CHECK(least_on_clock(office(), hours(9)) == 25 * kHour - kHour);
  CHECK(least_on_clock(office(), hours(40)) == 4 * kDay + 8 * kHour - kHour);
  CHECK(least_on_clock(office(), hours(48)) == 7 * kDay + 8 * kHour - kHour);
}

TEST_CASE("nothing takes less, and something takes no more than an hour more") {
  for (const std::string zone : {"UTC", "Australia/Sydney"}) {
    for (const Calendar& calendar : {office(zone), shop(zone)}) {
      for (const Walk walk : {Walk::Forwards, Walk::Backwards}) {
        for (const BusinessDuration duration : {days(1), days(3), days(7), hours(3), hours(13), hours(50)}) {
          const Duration least = least_on_clock(calendar, duration, walk);
          const Duration seen = shortest(calendar, duration, walk);
          INFO(zone << " " << duration.amount << ": " << least / kHour << " h, seen " << seen / kHour);
          CHECK(least <= seen);
          CHECK(seen <= least + kHour + kMinute);
        }
      }
    }
  }
}

TEST_CASE("an opening in which the clock is moved is longer or shorter") {
  for (const int64_t count : {1, 5, 23, 24, 30}) {
    const BusinessDuration duration = hours(count);
    CHECK(least_on_clock(around_the_clock(), duration) <=
          shortest(around_the_clock(), duration, Walk::Forwards));
  }
}

TEST_CASE("holidays make it longer, so they are left out; a date with hours of its own is not") {
  Calendar calendar = office();
  calendar.holidays = {date_from_text("2026-12-25").value()};
  CHECK(least_on_clock(calendar, days(5)) == least_on_clock(office(), days(5)));
  calendar.of_date[date_from_text("2026-12-20").value()] = {{at(9), at(17)}};  // a Sunday
  // From the end of that Saturday to the close of the next but one Monday, were there no Saturday between.
  CHECK(least_on_clock(calendar, days(6)) == 6 * kDay - 7 * kHour - kHour);
  CHECK(least_on_clock(calendar, days(8)) == 9 * kDay - 7 * kHour - kHour);
}

TEST_CASE("days in parts are clamped to the earliest close on their way") {
  CHECK(least_in_parts(office(), days(8)) == least_on_clock(office(), days(8)));
  CHECK(least_in_parts(shop("UTC"), days(8)) == least_on_clock(shop("UTC"), days(8)) - 5 * kHour);
  CHECK(least_in_parts(shop("UTC"), hours(30)) == least_on_clock(shop("UTC"), hours(30)));
}

TEST_CASE("what has no end that can be seen takes as long as was looked") {
  CHECK(least_on_clock(office(), days(1'000'000)) > 900 * kDay);
  CHECK(least_on_clock(office(), hours(1'000'000)) >= 1'000'000 * kHour);
  CHECK(least_on_clock(office(), days(0)) == 0);
}

TEST_CASE("at most it takes what the holidays that are known make of it") {
  Calendar calendar = office();
  CHECK(most_on_clock(calendar, days(1)) >= 3 * kDay);
  calendar.holidays = {date_from_text("2026-12-25").value(), date_from_text("2026-12-28").value()};
  CHECK(most_on_clock(calendar, days(1)) >= 5 * kDay);
}

}  // namespace endcap::sema
