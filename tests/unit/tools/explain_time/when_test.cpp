// Moments as people say them, and the hours between a beginning and its deadline.
#include <doctest/doctest.h>

#include <iterator>
#include <sstream>
#include <vector>

#include "tools/explain_time/rules.h"
#include "tools/explain_time/when.h"

using namespace endcap;
using namespace endcap::explain;

namespace {

const Calendar kOffice{
    .name = "office", .zone = "Australia/Sydney", .holidays = {*date_from_text("2026-12-25")}};

Instant at(const std::string& date, const std::string& time) {
  return *instant_of(*date_from_text(date), *time_from_text(time), "Australia/Sydney");
}

std::string moment(const std::string& text, Instant from = at("2026-11-20", "14:00")) {
  std::istringstream in(text);
  const std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
  const auto when = read_moment(words);
  if (!when) return when.error();
  const auto result = moment_of(*when, from, "Australia/Sydney", &kOffice);
  return result ? dated(*result, "Australia/Sydney") : result.error();
}

}  // namespace

TEST_CASE("a weekday is the next one from when it is said, today included") {
  CHECK(moment("Friday 17:10") == "Fri 2026-11-20 17:10");
  CHECK(moment("Friday 14:00") == "Fri 2026-11-20 14:00");
  CHECK(moment("Friday 13:59") == "Fri 2026-11-27 13:59");
  CHECK(moment("on mon at 09:00") == "Mon 2026-11-23 09:00");
  CHECK(moment("15:00") == "Fri 2026-11-20 15:00");
  CHECK(moment("09:00") == "Sat 2026-11-21 09:00");
  CHECK(moment("tomorrow 09:00") == "Sat 2026-11-21 09:00");
  CHECK(moment("2026-12-01 06:00") == "Tue 2026-12-01 06:00");
}

TEST_CASE("time that passes counts from there, business time by the calendar") {
  CHECK(moment("after 4 hours") == "Fri 2026-11-20 18:00");
  CHECK(moment("after 4 business hours") == "Mon 2026-11-23 10:00");
  CHECK(moment("after 2 business days") == "Tue 2026-11-24 14:00");
}

TEST_CASE("what is no moment is told") {
  CHECK(moment("Friday").find("is no moment") != std::string::npos);
  CHECK(moment("Fryday 17:10") == "`fryday` is no day: write `Friday`, `tomorrow` or `2026-11-27`");
  CHECK(moment("after 4 fortnights").find("is no time that passes") != std::string::npos);
}

TEST_CASE("closed hours are told as they lie: nights, week-ends, holidays") {
  const auto closed = closed_between(kOffice, at("2026-12-24", "16:00"), at("2026-12-28", "10:00"));
  REQUIRE(closed.size() == 1);
  CHECK(closed[0] == std::pair(at("2026-12-24", "17:00"), at("2026-12-28", "09:00")));
  CHECK(closed_between(kOffice, at("2026-11-20", "09:00"), at("2026-11-20", "17:00")).empty());
  CHECK(closed_between(kOffice, at("2026-11-20", "07:00"), at("2026-11-20", "10:00")).size() == 1);
  Rule rule{"20 business hours", at("2026-11-17", "14:00"), at("2026-11-20", "10:00"), "office", {}, false};
  rule.closed = closed_between(kOffice, rule.from, rule.at);
  CHECK(rule_text(rule, "Australia/Sydney") ==
        "20 business hours after Tue 14:00; office is closed Tue 17:00 to Wed 09:00, Wed 17:00 to Thu 09:00, "
        "and 1 "
        "more time");
}
