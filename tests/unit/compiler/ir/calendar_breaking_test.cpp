// A calendar whose content changed has a new version.
#include "compiler/ir/calendar_breaking.h"

#include <doctest/doctest.h>

namespace endcap::ir::testing {
namespace {

using Parts = std::vector<std::string>;

Calendar trading() {
  Calendar calendar;
  calendar.name = "au.trading";
  calendar.version = 3;
  calendar.zone = "Australia/Sydney";
  calendar.holidays = {date_from_text("2026-12-25").value()};
  return calendar;
}

// What is told when the calendar is changed like that.
template <typename Change>
std::vector<CalendarFinding> found(Change change) {
  Calendar other = trading();
  change(other);
  return compare({trading()}, {other});
}

template <typename Change>
Parts parts(Change change) {
  const auto findings = found(change);
  return findings.empty() ? Parts{} : findings.front().changed;
}

}  // namespace

TEST_CASE("each part of a calendar that is another under the same version is told") {
  CHECK(parts([](Calendar&) {}).empty());
  CHECK(parts([](Calendar& calendar) { calendar.zone = "Australia/Perth"; }) == Parts{"zone"});
  CHECK(parts([](Calendar& calendar) { calendar.working[5] = true; }) == Parts{"working days"});
  CHECK(parts([](Calendar& calendar) { calendar.open = 7 * 3600; }) == Parts{"opening hours"});
  CHECK(parts([](Calendar& calendar) { calendar.close = 18 * 3600; }) == Parts{"opening hours"});
  CHECK(parts([](Calendar& calendar) { calendar.holidays.clear(); }) == Parts{"holidays"});
  CHECK(parts([](Calendar& calendar) { calendar.holidays.insert(date_from_text("2027-01-01").value()); }) ==
        Parts{"holidays"});
  CHECK(parts([](Calendar& calendar) {
          calendar.of_weekday[3] = {{9 * 3600, 21 * 3600}};
        }) == Parts{"opening hours"});
  CHECK(parts([](Calendar& calendar) {
          calendar.of_date[date_from_text("2026-12-24").value()] = {{9 * 3600, 12 * 3600}};
        }) == Parts{"dates with hours of their own"});
}

TEST_CASE("it is told once, with its version and what to do") {
  const auto findings = found([](Calendar& calendar) {
    calendar.open = 7 * 3600;
    calendar.holidays.clear();
  });
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].calendar == "au.trading");
  CHECK(describe(findings[0]) ==
        "it is another one, with version 3 as before: changed are its opening hours, holidays");
  CHECK(remedy(findings[0]).starts_with("give it a new version, 4 or higher"));
}

TEST_CASE("a lower version is no new one") {
  const auto findings = found([](Calendar& calendar) {
    calendar.version = 2;
    calendar.zone = "UTC";
  });
  REQUIRE(findings.size() == 1);
  CHECK(describe(findings[0]) ==
        "it is another one, with version 2, and it was 3 before: changed is its zone");
}

TEST_CASE("a version that is raised may change anything, and the same may be said in other words") {
  CHECK(found([](Calendar& calendar) {
          calendar.version = 4;
          calendar.open = 7 * 3600;
        }).empty());
  CHECK(found([](Calendar& calendar) {
          for (uint8_t day = 0; day < 5; ++day) calendar.of_weekday[day] = {{calendar.open, calendar.close}};
          calendar.open = 0;
        }).empty());
}

TEST_CASE("a calendar that only one version has is not compared") {
  CHECK(compare({trading()}, std::vector<Calendar>{}).empty());
  CHECK(compare(std::vector<Calendar>{}, {trading()}).empty());
}

}  // namespace endcap::ir::testing
