// Tasks for a part of a role, and people who are away, compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kVisit = R"(
role Area by Text(3)

exception Closed(store: StoreId, region: Text(3)) key store severity high owner Area(region) {
  respond within 4 hours
  escalate to Finance after 1 hour
  escalate to Area("WA") after 2 hours
  on expired { fail StillClosed(store) }
}

workflow Visit(promo: Promotion) key promo.id {
  let stores = read promo.stores
  for each store in stores {
    task Inspect(store: store.id) to Area(store.region) within 4 hours { on expired { then skip } }
  }
  task Report(promotion: promo.id) to Area within 4 hours { on expired { fail Unreported() } }
  raise Closed("1001", "NSW")
  finish Visited()
}
)";

constexpr const char* kStores = R"(
  given Store(id: "1001", name: "George Street", region: "NSW", timeZone: "UTC")
  given Store(id: "2001", name: "Hay Street", region: "WA", timeZone: "UTC")
  given Promotion(id: "P-1", article: "AC-100", price: AUD 100.00, landedCost: AUD 91.00, launch: 2026-12-01,
                  end: 2026-12-14, stores: every Store)
  start Visit(Promotion("P-1")) at 2026-11-20 09:00 zone "UTC"
)";

// ben has the west, ann New South Wales; ann stands first.
std::string visited(const std::string& steps) {
  CheckedProject project = checked(kVisit + "test \"visit\" {\n" + kStores + steps + "\n}\n");
  project.project.roles.push_back(
      {"Area", {"ann", "ben", "cy"}, {}, {{"ann", {"NSW"}}, {"ben", {"WA"}}}, {}});
  const auto report = run_tests(project, {});
  REQUIRE(report.has_value());
  return happened(*report);
}

}  // namespace

TEST_CASE("a task for a part of a role is done by the first who answers for it") {
  CHECK(visited(R"(
  expect task Inspect of Area for "1001" once
  Area does Inspect for "1001"
  expect task Inspect of Area for "2001" once
  Area does Inspect for "2001" as "ben"
  Area does Report as "cy"
  expect exception Closed raised for "1001" once
  expect outcome Visited
  Area does Closed
  expect exception Closed resolved once)") == "");
}

TEST_CASE("who answers for another part of it may not do it") {
  CHECK(
      visited("  Area does Inspect for \"1001\" as \"ben\"\n  expect task Inspect of Area for \"2001\" once")
          .find("is for Area of NSW, and ben is not one") != std::string::npos);
  CHECK(visited("  Area does Inspect for \"1001\" as \"cy\"\n  expect task Inspect of Area for \"2001\" once")
            .find("is for Area of NSW, and cy is not one") != std::string::npos);
}

TEST_CASE("an exception is escalated to those of a role who answer for it") {
  const std::string raised = R"(
  after 8 hours
  Area does Report
  expect exception Closed raised once
)";
  CHECK(visited(raised + "  Area does Closed as \"ben\"\n  expect exception Closed resolved once")
            .find("ben is not one") != std::string::npos);
  CHECK(visited(raised +
                "  after 2 hours\n  Area does Closed as \"ben\"\n  expect exception Closed resolved once") ==
        "");
}

TEST_CASE("in the place of who is away their cover does it, for that part of the role") {
  CheckedProject project = checked(kVisit + "test \"visit\" {\n" + kStores + R"(
  Area does Inspect for "1001"
  Area does Inspect for "2001"
  expect task Report of Area once
}
)");
  project.project.roles.push_back({"Area", {"ann", "ben"}, {}, {{"ann", {"NSW"}}, {"ben", {"WA"}}}, {}});
  const Instant monday = instant_from_text("2026-11-16T00:00:00Z").value();
  project.project.absences.push_back({"ann", monday, monday + 7 * kDay, "fay"});
  const auto report = run_tests(project, {});
  REQUIRE(report.has_value());
  CHECK(happened(*report) == "");
}

TEST_CASE("who it is delegated to does it, and nobody else of the role") {
  const std::string delegated = R"(
  Area does Inspect for "1001"
  Area does Inspect for "2001" as "ben"
  Area delegates Report to "cy"
)";
  CHECK(visited(delegated + "  Area does Report as \"ann\"\n  expect exception Closed raised once")
            .find("is handed to cy, for Area") != std::string::npos);
  CHECK(visited(delegated + R"(  Area does Report
  expect exception Closed raised once)") == "");
  CHECK(visited("  Area delegates Inspect for \"1001\" to \"ben\"\n  expect task Inspect of Area once")
            .find("ben is no Area of NSW") != std::string::npos);
}
