// Calendars whose days have hours of their own: breaks, late evenings, single dates, daylight saving.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "runtime/value/calendar.h"

using namespace endcap;

namespace {

constexpr const char* kSydney = "Australia/Sydney";

Date day(const char* text) { return date_from_text(text).value(); }
Instant at(const char* date, const char* time) {
  return instant_of(day(date), time_from_text(time).value(), kSydney).value();
}
std::string local(Instant instant) {
  const LocalTime shown = local_time(instant, kSydney).value();
  return date_to_text(shown.date) + " " + time_to_text(shown.time);
}

// Monday to Friday from 9 to half past 5, Thursdays until 9, Saturdays with a break.
Calendar shop() {
  constexpr TimeOfDay kHourOfDay = 3600;
  Calendar calendar;
  calendar.name = "shop";
  calendar.zone = kSydney;
  calendar.working = {true, true, true, true, true, true, false};
  for (uint8_t weekday = 0; weekday < 5; ++weekday)
    calendar.of_weekday[weekday] = {
        {9 * kHourOfDay, weekday == 3 ? 21 * kHourOfDay : 17 * kHourOfDay + 1800}};
  calendar.of_weekday[5] = {{9 * kHourOfDay, 12 * kHourOfDay}, {13 * kHourOfDay, 16 * kHourOfDay}};
  calendar.of_date[day("2026-12-24")] = {{9 * kHourOfDay, 12 * kHourOfDay}};   // a Thursday
  calendar.of_date[day("2026-12-20")] = {{10 * kHourOfDay, 16 * kHourOfDay}};  // a Sunday
  calendar.holidays = {day("2026-12-25"), day("2026-12-26")};
  return calendar;
}

constexpr BusinessDuration hours(int64_t count) { return {BusinessDuration::Unit::Time, count * kHour}; }
constexpr BusinessDuration days(int64_t count) { return {BusinessDuration::Unit::Days, count}; }

std::string after(const char* date, const char* time, BusinessDuration duration) {
  return local(add_business(shop(), at(date, time), duration).value());
}
std::string before(const char* date, const char* time, BusinessDuration duration) {
  return local(subtract_business(shop(), at(date, time), duration).value());
}

}  // namespace

TEST_CASE("hours count while the day they fall on is open") {
  CHECK(after("2026-11-25", "17:00", hours(1)) == "2026-11-26 09:30");  // Wednesday evening
  CHECK(after("2026-11-26", "17:00", hours(4)) == "2026-11-26 21:00");  // late Thursday
  CHECK(after("2026-11-28", "11:00", hours(2)) == "2026-11-28 14:00");  // over the break
  CHECK(after("2026-11-28", "12:30", hours(1)) == "2026-11-28 14:00");
  CHECK(after("2026-11-28", "15:00", hours(2)) == "2026-11-30 10:00");  // over Sunday
  CHECK(before("2026-11-28", "14:00", hours(2)) == "2026-11-28 11:00");
  CHECK(before("2026-11-26", "09:30", hours(1)) == "2026-11-25 17:00");
}

TEST_CASE("a date has the hours that are its own, and works whatever its weekday") {
  CHECK(after("2026-12-24", "11:00", hours(2)) == "2026-12-28 10:00");  // Christmas on Friday and Saturday
  CHECK(after("2026-12-19", "15:00", hours(2)) == "2026-12-20 11:00");
  CHECK(is_working_day(shop(), day("2026-12-20")));
  CHECK_FALSE(is_working_day(shop(), day("2026-12-27")));
  CHECK_FALSE(is_working_day(shop(), day("2026-12-26")));
}

TEST_CASE("one business day is the same clock time, clamped to the hours of the day it comes to") {
  CHECK(after("2026-11-25", "10:00", days(1)) == "2026-11-26 10:00");
  CHECK(after("2026-11-26", "20:00", days(1)) == "2026-11-27 17:30");
  CHECK(after("2026-11-27", "17:00", days(1)) == "2026-11-28 16:00");
  CHECK(after("2026-11-27", "12:30", days(1)) == "2026-11-28 13:00");   // a break ends
  CHECK(before("2026-11-30", "12:30", days(1)) == "2026-11-28 12:00");  // and backwards it begins
  CHECK(after("2026-12-23", "15:00", days(1)) == "2026-12-24 12:00");
  CHECK(after("2026-12-23", "15:00", days(2)) == "2026-12-28 15:00");
}

TEST_CASE("hours at night are as long as they are on a day when the clock changes") {
  Calendar night = shop();
  night.working.fill(true);
  night.of_weekday.clear();
  night.of_date.clear();
  night.of_weekday[6] = {{3600, 2 * 3600 + 1800}, {4 * 3600, 5 * 3600}};  // Sundays: 01:00-02:30, 04:00-05:00
  const auto open = [&](const char* date) {
    const Instant from = instant_of(day(date), 0, kSydney).value();
    Duration length = 0;
    for (const auto& [opens, closes] : hours_of(night, day(date)))
      length +=
          instant_of(day(date), closes, kSydney).value() - instant_of(day(date), opens, kSydney).value();
    const Instant end = add_business(night, from, {BusinessDuration::Unit::Time, length}).value();
    CHECK(local(end) == std::string(date) + " 05:00");
    return length;
  };
  CHECK(open("2026-11-29") == 2 * kHour + 30 * kMinute);
  CHECK(open("2026-10-04") == 2 * kHour);                 // 02:00 becomes 03:00
  CHECK(open("2026-04-05") == 2 * kHour + 30 * kMinute);  // 03:00 becomes 02:00: the first half past two
}

TEST_CASE("hours that are added one by one are as many as added at once, and back again") {
  const Calendar calendar = shop();
  std::mt19937_64 random(7);
  for (int round = 0; round < 400; ++round) {
    const Instant start =
        at("2026-09-01", "00:00") + static_cast<Duration>(random() % (150 * 24 * 60)) * kMinute;
    const int count = 1 + static_cast<int>(random() % 40);
    const Duration each = static_cast<Duration>(1 + random() % 150) * kMinute;
    Instant one_by_one = start;
    for (int i = 0; i < count; ++i)
      one_by_one = add_business(calendar, one_by_one, {BusinessDuration::Unit::Time, each}).value();
    const BusinessDuration all{BusinessDuration::Unit::Time, each * count};
    const Instant at_once = add_business(calendar, start, all).value();
    CHECK(one_by_one == at_once);
    // Back from there it is where its opening time began, or before a night that it waited through.
    const Instant back = subtract_business(calendar, at_once, all).value();
    CHECK(back >= start);
    CHECK(add_business(calendar, back, all).value() == at_once);
    CHECK(is_working_day(calendar, local_time(at_once, kSydney)->date));
    const auto within = [&](TimeOfDay time) {
      const auto of_day = hours_of(calendar, local_time(at_once, kSydney)->date);
      return std::ranges::any_of(of_day,
                                 [&](const auto& open) { return open.from <= time && time <= open.to; });
    };
    CHECK(within(local_time(at_once, kSydney)->time));
  }
}
