// Approvals that demand a reason, compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kDemanding = R"(
enum Objection { too_thin, not_ours, later }
workflow Raise(promo: Promotion) key promo.id {
  let stores = read promo.stores
  let prices = propose for each store in stores {
    Price.activate(promo, store) undo Price.withdraw(promo, store)
  }
  approve prices under PriceGate as pricing valid until promo.end at 23:59 zone "UTC" {
    by line
    within 8 hours
    reason for rejection Objection required
    reason for approval Text(20) required
    on rejected(reason) { fail NotApproved(promo: promo.id, why: reason) and keep }
    on expired { fail TooLate(promo.id) and keep }
    on refused { then skip }
    on changed { then ask again }
  }
  step act {
    wait until promo.launch at 06:00 zone "UTC" if late continue
    for each store in stores parallel 10 collect raised {
      write pricing for store { on RecordLocked { then skip } }
      yield store.id
    }
  }
  finish Raised(stores: raised)
}
)";

std::string raised(const std::string& steps, std::string workflow = kDemanding,
                   const std::string& price = "100.00") {
  std::string given = kGiven;
  given.replace(given.find("100.00"), 6, price);
  return happened(run("test \"story\" {\n" + given +
                          "  start Raise(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps +
                          "\n}\n",
                      workflow));
}

}  // namespace

TEST_CASE("who rejects says why, and the workflow knows it") {
  CHECK(raised(R"(
  Finance rejects pricing because later, "after Easter"
  expect fails NotApproved(why: Objection.later))") == "");
}

TEST_CASE("who approves says why") {
  CHECK(raised(R"(
  Finance approves pricing because "as agreed"
  after until 2026-12-01 06:00
  expect write Price.activate for every Store once
  expect outcome Raised)") == "");
  CHECK(
      raised("  Finance approves pricing because \"as we have agreed in May\"\n  expect pricing granted")
          .find("needs another reason than \"as we have agreed in May\": a text of at most 20 characters") !=
      std::string::npos);
}

TEST_CASE("a policy that forbids has no reason of a person's") {
  CHECK(raised("  expect pricing forbidden\n  expect fails NotApproved(why: absent)", kDemanding, "0.50") ==
        "");
}

TEST_CASE("why somebody says no is known where they are asked again") {
  CHECK(raised(R"(
  Finance approves pricing because "as agreed"
  Promotion("P-1").price becomes AUD 99.00
  after until 2026-12-01 06:00
  expect pricing asked of Finance
  Finance rejects every pricing because too_thin
  expect fails NotApproved(why: Objection.too_thin))") == "");
}

TEST_CASE("lines are refused for another reason than the rest is approved for") {
  std::string workflow = kDemanding;
  workflow.replace(workflow.find("reason for approval Text(20)"), 28, "reason for approval Praise");
  CHECK(raised(R"(
  Finance approves pricing because good except for "1001" because not_ours
  expect pricing refused for "1001" once
  after until 2026-12-01 06:00
  expect outcome Raised(stores: ["1002", "1003"]))",
               "enum Praise { good, fine }\n" + workflow) == "");
}

TEST_CASE("lines are refused with the reason of the decision") {
  std::string workflow = kDemanding;
  workflow.replace(workflow.find("    reason for approval Text(20) required\n"), 42, "");
  CHECK(raised(R"(
  Finance approves pricing except for "1001" because not_ours
  expect pricing refused for "1001" once
  after until 2026-12-01 06:00
  expect outcome Raised(stores: ["1002", "1003"]))",
               workflow) == "");
  CHECK(raised(R"(
  Finance approves pricing except for "1001", "1002", "1003" because not_ours
  expect fails NotApproved(why: Objection.not_ours))",
               workflow) == "");
}
