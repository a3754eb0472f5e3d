// `start schedule`: the story of what a schedule starts.
#include <algorithm>

#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kAudit = R"(
use calendar office

workflow Audit(region: Text(3), day: Date, since: Instant) key (region, day) version 1 {
  task LookAround(region: region, day: day, since: since) to Clerk within 4 hours { on expired { fail NotSeen(day) } }
  finish Seen(day)
}

schedule MorningAudit starts Audit("NSW", day, since: moment) {
  every business day at 06:00 zone "Australia/Sydney" if late start
}
schedule Report starts Audit("VIC", day, since: moment) { every day at 06:00 zone "UTC" if late skip }
)";

std::string told_of_schedules(const std::string& steps) {
  return happened(run("test \"story\" {\n" + steps + "\n}\n", kAudit));
}

}  // namespace

TEST_CASE("a schedule starts its workflow when its time comes, day after day, over the holidays") {
  CHECK(told_of_schedules(R"(
  start schedule MorningAudit at 2026-12-24 05:00 zone "Australia/Sydney"
  expect no task LookAround
  after until 2026-12-24 05:59
  expect no task LookAround
  after 1 min
  expect task LookAround(region: "NSW", day: 2026-12-24) of Clerk once
  Clerk does LookAround
  expect outcome Seen(day: 2026-12-24)
  after until 2026-12-28 05:59
  expect no task LookAround
  after 1 min
  expect task LookAround(day: 2026-12-28) once
  after 4 hours
  expect fails NotSeen(day: 2026-12-28))") == "");
}

TEST_CASE("the moment at which the story begins may be its time") {
  CHECK(told_of_schedules(R"(
  start schedule MorningAudit at 2026-12-24 06:00 zone "Australia/Sydney"
  expect task LookAround(day: 2026-12-24) once)") == "");
}

TEST_CASE("only the schedule that is started starts anything") {
  CHECK(told_of_schedules(R"(
  start schedule Report at 2026-12-24 05:00 zone "UTC"
  after 2 days
  expect no task LookAround(region: "NSW")
  expect task LookAround(region: "VIC") 2 times)") == "");
  CHECK(told_of_schedules(R"(
  start Audit("NSW", 2026-12-24, 2026-12-24 at 06:00 zone "UTC") at 2026-12-24 05:00 zone "UTC"
  after 3 hours
  expect task LookAround(region: "VIC") once)")
            .find("was opened 0 times") != std::string::npos);
}

TEST_CASE("a view is given by its key, and read when its time comes") {
  const Report report = run(R"(test "story" {
  given Store(id: "1001", name: "George Street", region: "NSW", timeZone: "UTC")
  start schedule Visits at 2026-12-24 05:00 zone "UTC"
  after until 2026-12-31 06:00
  Store("1001").region becomes "VIC"
  after until 2026-12-31 07:00
  expect outcome Visited(region: "VIC")
})",
                            R"(
workflow Visit(store: Store, day: Date) key (store.id, day) version 1 { finish Visited(region: store.region) }
schedule Visits starts Visit("1001", day) { every last day of the month at 06:30 zone "UTC" if late skip }
)");
  CHECK(happened(report) == "");
}

TEST_CASE("before anything was started there is nothing to look at") {
  CHECK(told_of_schedules(R"(
  start schedule MorningAudit at 2026-12-24 05:00 zone "Australia/Sydney"
  expect outcome Seen)") == "the schedule has started nothing yet\n");
}

TEST_CASE("a schedule that no test starts is missing in the coverage") {
  const Report report = run(R"(test "one of two" {
  start schedule MorningAudit at 2026-12-24 05:00 zone "Australia/Sydney"
  after 2 hours
  expect task LookAround once
})",
                            kAudit);
  CHECK(happened(report) == "");
  const auto group = std::ranges::find(report.coverage.groups, "schedules", &Coverage::Group::name);
  REQUIRE(group != report.coverage.groups.end());
  CHECK(group->reached == 1);
  CHECK(group->total == 2);
  REQUIRE(group->missed.size() == 1);
  CHECK(group->missed[0].text == "Report");
  CHECK(group->missed[0].source_path == "subject.endcap");
}
