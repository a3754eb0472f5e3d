// Approvals that are decided by line, compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kByLine = R"(
workflow Raise(promo: Promotion) key promo.id {
  let stores = read promo.stores
  let prices = propose for each store in stores {
    Price.activate(promo, store) undo Price.withdraw(promo, store)
  }
  approve prices under PriceGate as pricing valid until promo.end at 23:59 zone "UTC" {
    by line
    within 8 hours
    on rejected, expired { fail NotApproved(promo.id) and keep }
    on refused { HANDLER }
    on changed { then ask again }
  }
  step act {
    wait until promo.launch at 06:00 zone "UTC" if late continue
    for each store in stores parallel 10 collect raised {
      write pricing for store { on RecordLocked { then skip } }
      yield store.id
    }
  }
  step rest { wait until promo.end at 12:00 zone "UTC" if late continue }
  finish Raised(stores: raised)
}
)";

Report raised(const std::string& steps, const std::string& handler = "then skip") {
  std::string workflow = kByLine;
  workflow.replace(workflow.find("HANDLER"), 7, handler);
  return run("test \"story\" {\n" + kGiven +
                 "  start Raise(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
             workflow);
}

}  // namespace

TEST_CASE("a refused line leaves out its element, and the others are written") {
  CHECK(happened(raised(R"(
  Finance approves pricing except for "1001", "1003" because "they are being rebuilt"
  expect pricing granted
  expect pricing refused for "1001" once
  expect pricing refused for "1002" never
  after until 2026-12-01 06:00
  expect write Price.activate for "1002" once
  expect no write Price.activate for "1001"
  expect waiting at rest
  after until 2026-12-14 12:00
  expect outcome Raised(stores: ["1002"]))")) == "");
}

TEST_CASE("or is gone past, as if it had been written") {
  CHECK(happened(raised(R"(
  Finance approves pricing except for "1001"
  after until 2026-12-14 12:00
  expect no write Price.activate for "1001"
  expect outcome Raised(stores: ["1001", "1002", "1003"]))",
                        "then continue")) == "");
}

TEST_CASE("or ends everything") {
  CHECK(happened(raised(R"(
  Finance approves pricing except for "1001"
  after until 2026-12-01 06:00
  expect fails Unwanted
  expect no write Price.activate for "1001")",
                        "fail Unwanted(promo.id) and compensate")) == "");
}

TEST_CASE("what was refused is not asked for again when the facts change") {
  CHECK(happened(raised(R"(
  Finance approves pricing except for "1001"
  Promotion("P-1").price becomes AUD 99.00
  after until 2026-12-01 06:00
  expect pricing asked of Finance
  expect no write Price.activate
  Finance approves every pricing except for "1002"
  expect pricing refused for "1002" once
  expect write Price.activate for "1003" once
  expect write Price.activate once
  after until 2026-12-14 12:00
  expect outcome Raised(stores: ["1003"]))")) == "");
}

TEST_CASE("what is no line fails the test in the engine's words, and what was not refused is told") {
  CHECK(happened(raised("  Finance approves pricing except for \"1009\"\n  expect pricing granted"))
            .find("has no line \"1009\"") != std::string::npos);
  CHECK(happened(raised(
            "  Finance approves pricing except for \"1001\"\n  expect pricing refused for \"1002\"")) ==
        "since the last `expect`, pricing for \"1002\" was refused 0 times (for 1001)\n");
}

TEST_CASE("what happens to a refused line is a path that a test goes") {
  const auto missed = [](const std::string& decision) {
    const Report report =
        raised("  " + decision + "\n  after until 2026-12-14 12:00\n  expect outcome Raised");
    for (const Coverage::Group& group : report.coverage.groups) {
      for (const Coverage::Place& place : group.missed) {
        if (place.text == "on refused") return true;
      }
    }
    return false;
  };
  CHECK(missed("Finance approves pricing"));
  CHECK_FALSE(missed("Finance approves pricing except for \"1001\""));
}
