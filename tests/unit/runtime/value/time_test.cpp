// Dates, zones and business calendars.
// Compiled apart: its short words (hours, days, at) are others' too.
#include "runtime/value/time.h"

#include <doctest/doctest.h>

#include "runtime/value/calendar.h"

using namespace endcap;

namespace {

constexpr const char* kSydney = "Australia/Sydney";

Instant at(const char* text) { return instant_from_text(text).value(); }

std::string local(const char* date, const char* time, const char* zone = kSydney) {
  return instant_to_text(
      instant_of(date_from_text(date).value(), time_from_text(time).value(), zone).value());
}

Calendar trading() {
  Calendar calendar;
  calendar.name = "au.trading";
  calendar.zone = kSydney;
  calendar.holidays = {date_from_text("2026-01-26").value()};  // Australia Day, a Monday
  return calendar;
}

std::string after(const char* from, BusinessDuration duration) {
  return instant_to_text(add_business(trading(), at(from), duration).value());
}
std::string before(const char* until, BusinessDuration duration) {
  return instant_to_text(subtract_business(trading(), at(until), duration).value());
}
constexpr BusinessDuration hours(int64_t count) { return {BusinessDuration::Unit::Time, count * kHour}; }
constexpr BusinessDuration days(int64_t count) { return {BusinessDuration::Unit::Days, count}; }

}  // namespace

TEST_CASE("six in the morning in Sydney is another instant in summer than in winter") {
  CHECK(local("2026-12-01", "06:00") == "2026-11-30T19:00:00Z");
  CHECK(local("2026-07-01", "06:00") == "2026-06-30T20:00:00Z");
  CHECK(local("2026-12-01", "06:00", "Australia/Perth") == "2026-11-30T22:00:00Z");
}

TEST_CASE("a local time in the gap of spring is the first instant after it") {
  // 2026-10-04: 02:00 becomes 03:00
  CHECK(local("2026-10-04", "01:59") == "2026-10-03T15:59:00Z");
  CHECK(local("2026-10-04", "02:00") == "2026-10-03T16:00:00Z");
  CHECK(local("2026-10-04", "02:30") == "2026-10-03T16:00:00Z");
  CHECK(local("2026-10-04", "03:00") == "2026-10-03T16:00:00Z");
}

TEST_CASE("a local time that exists twice in autumn is the first of the two") {
  // 2026-04-05: 03:00 becomes 02:00
  CHECK(local("2026-04-05", "02:30") == "2026-04-04T15:30:00Z");
  CHECK(local("2026-04-05", "03:00") == "2026-04-04T17:00:00Z");
}

TEST_CASE("local time and instant are inverse outside gaps and folds") {
  for (Date date = date_from_text("2026-01-01").value(); date < date_from_text("2028-01-01").value();
       ++date) {
    const Instant instant = instant_of(date, 12 * 3600 + 34 * 60 + 56, kSydney).value();
    const LocalTime back = local_time(instant, kSydney).value();
    CHECK(back.date == date);
    CHECK(back.time == 12 * 3600 + 34 * 60 + 56);
  }
}

TEST_CASE("an unknown zone is NoSuchTime") {
  for (const char* zone : {"", "Mars/Olympus", "../../etc/passwd", "australia/sydney"}) {
    CAPTURE(zone);
    CHECK_FALSE(is_zone(zone));
    CHECK(instant_of(0, 0, zone).error().kind == FaultKind::NoSuchTime);
    CHECK(local_time(0, zone).error().kind == FaultKind::NoSuchTime);
  }
  CHECK(is_zone(kSydney));
}

TEST_CASE("dates outside the years 1 to 9999 are Overflow") {
  CHECK(instant_of(date_from_text("9999-12-31").value() + 1, 0, "UTC").error().kind == FaultKind::Overflow);
  CHECK(local_time(INT64_MAX, "UTC").error().kind == FaultKind::Overflow);
  CHECK(local_time(INT64_MIN, kSydney).error().kind == FaultKind::Overflow);
}

TEST_CASE("dates, times and instants read back from their text") {
  for (const char* text : {"0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"}) {
    CHECK(date_to_text(date_from_text(text).value()) == text);
  }
  for (const char* text : {"00:00", "06:00", "23:59:59", "06:00:30"})
    CHECK(time_to_text(time_from_text(text).value()) == text);
  for (const char* text : {"2026-12-01T06:00:00Z", "1969-12-31T23:59:59.999999Z", "2026-12-01T06:00:00.5Z"}) {
    CHECK(instant_to_text(at(text)) == text);
  }
  CHECK(instant_to_text(at("2026-12-01T06:00:00+10:00")) == "2026-11-30T20:00:00Z");
  CHECK(instant_to_text(at("2026-12-01t06:00:00.120000000z")) == "2026-12-01T06:00:00.12Z");
}

TEST_CASE("text that is not a date, time or instant is named") {
  for (const char* text :
       {"", "2026-13-01", "2026-02-30", "2026-2-3", "0000-01-01", "2026/12/01", "2026-12-01 "}) {
    CAPTURE(text);
    CHECK(date_from_text(text).error().kind == FaultKind::InvalidValue);
  }
  for (const char* text : {"", "6:00", "24:00", "06:60", "06:00:60", "06:00:3", "06:00x"}) {
    CAPTURE(text);
    CHECK(time_from_text(text).error().kind == FaultKind::InvalidValue);
  }
  for (const char* text :
       {"2026-12-01", "2026-12-01T06:00Z", "2026-12-01T06:00:00", "2026-12-01T06:00:00+1000",
        "2026-12-01T06:00:00.Z", "2026-12-01T06:00:00.0000001Z", "0001-01-01T00:00:00+01:00"}) {
    CAPTURE(text);
    CHECK(instant_from_text(text).error().kind == FaultKind::InvalidValue);
  }
}

TEST_CASE("durations are shown in the words of a runbook") {
  CHECK(duration_to_text(0) == "0 s");
  CHECK(duration_to_text(kDay + 2 * kHour + 30 * kMinute) == "1 day 2 h 30 min");
  CHECK(duration_to_text(2 * kDay) == "2 days");
  CHECK(duration_to_text(-90 * kSecond) == "-1 min 30 s");
  CHECK(duration_to_text(kSecond / 2) == "0.5 s");
}

TEST_CASE("eight business hours go over a weekend and a holiday") {
  // Friday 2026-01-23 15:00 in Sydney: two hours left, Monday is Australia Day, six on Tuesday
  CHECK(after("2026-01-23T04:00:00Z", hours(8)) == "2026-01-27T04:00:00Z");
  CHECK(before("2026-01-27T04:00:00Z", hours(8)) == "2026-01-23T04:00:00Z");
}

TEST_CASE("business hours that fill a day end when it closes") {
  CHECK(after("2026-01-22T22:00:00Z", hours(8)) == "2026-01-23T06:00:00Z");  // Friday 09:00 to 17:00
  CHECK(after("2026-01-23T20:00:00Z", hours(1)) ==
        "2026-01-26T23:00:00Z");  // Saturday morning: Tuesday 10:00
}

TEST_CASE("one business day is the same clock time on the next working day, clamped to opening hours") {
  CHECK(after("2026-01-22T23:30:00Z", days(1)) == "2026-01-26T23:30:00Z");  // Friday 10:30 to Tuesday 10:30
  CHECK(after("2026-01-21T19:00:00Z", days(1)) == "2026-01-22T22:00:00Z");  // Thursday 06:00 to Friday 09:00
  CHECK(after("2026-01-21T09:00:00Z", days(1)) ==
        "2026-01-22T06:00:00Z");  // Wednesday 20:00 to Thursday 17:00
  CHECK(before("2026-01-26T23:30:00Z", days(2)) == "2026-01-21T23:30:00Z");
}

TEST_CASE("business time keeps its clock across the change to daylight saving") {
  CHECK(after("2026-10-02T00:00:00Z", days(1)) == "2026-10-04T23:00:00Z");   // Friday 10:00 to Monday 10:00
  CHECK(after("2026-10-02T06:00:00Z", hours(2)) == "2026-10-04T23:00:00Z");  // Friday 16:00 to Monday 10:00
}

TEST_CASE("no business time is no time at all") {
  CHECK(after("2026-01-24T00:00:00Z", hours(0)) == "2026-01-24T00:00:00Z");
  CHECK(after("2026-01-27T04:00:00Z", hours(-8)) == "2026-01-23T04:00:00Z");
}

TEST_CASE("a day that is no business day gives way as its convention says") {
  const auto rolled = [](const char* date, DayConvention convention) {
    return date_to_text(business_day(trading(), date_from_text(date).value(), convention).value());
  };
  // Saturday before a Monday that is a holiday
  CHECK(rolled("2026-01-24", DayConvention::Following) == "2026-01-27");
  CHECK(rolled("2026-01-24", DayConvention::Preceding) == "2026-01-23");
  CHECK(rolled("2026-01-24", DayConvention::ModifiedFollowing) == "2026-01-27");
  // Saturday, the last of its month
  CHECK(rolled("2026-01-31", DayConvention::Following) == "2026-02-02");
  CHECK(rolled("2026-01-31", DayConvention::ModifiedFollowing) == "2026-01-30");
  // and Sunday, the first of one
  CHECK(rolled("2026-02-01", DayConvention::Preceding) == "2026-01-30");
  CHECK(rolled("2026-02-01", DayConvention::ModifiedFollowing) == "2026-02-02");
  for (const auto convention :
       {DayConvention::Following, DayConvention::Preceding, DayConvention::ModifiedFollowing})
    CHECK(rolled("2026-01-27", convention) == "2026-01-27");
}

TEST_CASE("business time past ten years, and a calendar that never opens, are OutOfRange") {
  CHECK(add_business(trading(), at("2026-01-23T04:00:00Z"), days(4000)).error().kind ==
        FaultKind::OutOfRange);
  CHECK(add_business(trading(), at("2026-01-23T04:00:00Z"), hours(INT64_MAX / kHour)).error().kind ==
        FaultKind::OutOfRange);
  Calendar closed = trading();
  closed.working = {};
  CHECK(add_business(closed, 0, hours(1)).error().kind == FaultKind::OutOfRange);
  CHECK(subtract_business(closed, 0, days(1)).error().kind == FaultKind::OutOfRange);
  CHECK(business_day(closed, 0, DayConvention::Following).error().kind == FaultKind::OutOfRange);
}
