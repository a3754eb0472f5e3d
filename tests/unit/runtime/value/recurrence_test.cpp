// What comes round: days, months, holidays, and clocks that change.
#include "runtime/value/recurrence.h"

#include <doctest/doctest.h>

#include <vector>

using namespace endcap;

namespace {

using Days = Recurrence::Days;

Instant at(const char* text) { return instant_from_text(text).value(); }

// Working days are Monday to Friday, but for Good Friday, Easter Monday, Christmas and Boxing Day of 2026.
Calendar trading() {
  Calendar calendar;
  calendar.name = "au.trading";
  calendar.zone = "Australia/Sydney";
  for (const char* day : {"2026-04-03", "2026-04-06", "2026-12-25", "2026-12-28", "2026-12-31"})
    calendar.holidays.insert(date_from_text(day).value());
  return calendar;
}

Recurrence rule(Days days, const char* time = "06:00", const char* zone = "Australia/Sydney") {
  Recurrence made;
  made.days = days;
  made.at = time_from_text(time).value();
  made.zone = zone;
  return made;
}

// The days of the next `count` occurrences after `from`.
std::vector<std::string> days_after(const char* from, const Recurrence& rule, size_t count) {
  const Calendar calendar = trading();
  std::vector<std::string> days;
  Instant after = at(from);
  for (size_t i = 0; i < count; ++i) {
    const Occurrence next = next_occurrence(rule, &calendar, after).value();
    days.push_back(date_to_text(next.day));
    after = next.moment;
  }
  return days;
}

std::string next_moment(const char* from, const Recurrence& rule) {
  const Calendar calendar = trading();
  return instant_to_text(next_occurrence(rule, &calendar, at(from)).value().moment);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("every day, at the time of the zone; the moment itself is past") {
  CHECK(next_moment("2026-11-19T18:59:59Z", rule(Days::Every)) == "2026-11-19T19:00:00Z");
  CHECK(next_moment("2026-11-19T19:00:00Z", rule(Days::Every)) == "2026-11-20T19:00:00Z");
  CHECK(days_after("2026-11-19T19:00:00Z", rule(Days::Every), 2) == Texts{"2026-11-21", "2026-11-22"});
}

TEST_CASE("weekdays, several of them") {
  Recurrence tuesday_and_friday = rule(Days::Weekdays);
  tuesday_and_friday.weekdays[1] = tuesday_and_friday.weekdays[4] = true;
  CHECK(days_after("2026-11-20T00:00:00Z", tuesday_and_friday, 3) ==
        Texts{"2026-11-24", "2026-11-27", "2026-12-01"});
}

TEST_CASE("business days leave weekends and holidays out") {
  CHECK(days_after("2026-12-23T00:00:00Z", rule(Days::Business), 3) ==
        Texts{"2026-12-24", "2026-12-29", "2026-12-30"});
}

TEST_CASE("a day of the month, its first and its last") {
  Recurrence fifteenth = rule(Days::DayOfMonth);
  fifteenth.day_of_month = 15;
  CHECK(days_after("2026-01-20T00:00:00Z", fifteenth, 2) == Texts{"2026-02-15", "2026-03-15"});
  CHECK(days_after("2026-01-20T00:00:00Z", rule(Days::FirstOfMonth), 2) == Texts{"2026-02-01", "2026-03-01"});
  CHECK(days_after("2027-12-20T00:00:00Z", rule(Days::LastOfMonth), 3) ==
        Texts{"2027-12-31", "2028-01-31", "2028-02-29"});
}

TEST_CASE("the first and the last business day of the month stay in their month") {
  // 31 December is a holiday, 1 and 2 August 2026 are a weekend.
  CHECK(days_after("2026-11-20T00:00:00Z", rule(Days::LastBusinessOfMonth), 3) ==
        Texts{"2026-11-30", "2026-12-30", "2027-01-29"});
  CHECK(days_after("2026-07-20T00:00:00Z", rule(Days::FirstBusinessOfMonth), 2) ==
        Texts{"2026-08-03", "2026-09-01"});
}

TEST_CASE("a time that the clocks leave out is the first moment after the gap, once") {
  // 2026-10-04: 02:00 becomes 03:00 in Sydney.
  const Recurrence half_past_two = rule(Days::Every, "02:30");
  CHECK(next_moment("2026-10-03T00:00:00Z", half_past_two) == "2026-10-03T16:00:00Z");
  CHECK(next_moment("2026-10-03T16:00:00Z", half_past_two) == "2026-10-04T15:30:00Z");
}

TEST_CASE("a time that happens twice is the first of the two, once") {
  // 2026-04-05: 03:00 becomes 02:00 in Sydney.
  const Recurrence half_past_two = rule(Days::Every, "02:30");
  CHECK(next_moment("2026-04-04T00:00:00Z", half_past_two) == "2026-04-04T15:30:00Z");
  CHECK(next_moment("2026-04-04T15:30:00Z", half_past_two) == "2026-04-05T16:30:00Z");
  CHECK(next_moment("2026-04-04T16:30:00Z", half_past_two) == "2026-04-05T16:30:00Z");  // the second 02:30
}

TEST_CASE("a calendar without working days has no next time") {
  Calendar closed = trading();
  closed.working = {};
  for (const Days days : {Days::Business, Days::FirstBusinessOfMonth, Days::LastBusinessOfMonth})
    CHECK(next_occurrence(rule(days), &closed, at("2026-11-20T00:00:00Z")).error().kind ==
          FaultKind::OutOfRange);
  CHECK(next_occurrence(rule(Days::Every, "06:00", "Nowhere"), nullptr, 0).error().kind ==
        FaultKind::NoSuchTime);
}

TEST_CASE("a rule in words is as it is written") {
  Recurrence weekdays = rule(Days::Weekdays, "18:30", "Europe/Berlin");
  weekdays.weekdays[0] = weekdays.weekdays[4] = true;
  CHECK(recurrence_to_text(weekdays) == "every monday, friday at 18:30 zone \"Europe/Berlin\"");
  CHECK(recurrence_to_text(rule(Days::LastBusinessOfMonth)) ==
        "every last business day of the month at 06:00 zone \"Australia/Sydney\"");
  Recurrence fifteenth = rule(Days::DayOfMonth);
  fifteenth.day_of_month = 15;
  CHECK(recurrence_to_text(fifteenth) == "every day 15 of the month at 06:00 zone \"Australia/Sydney\"");
}
