// Loops whose elements may fail alone, compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kRoll = R"(
workflow Roll(promo: Promotion) key promo.id {
  let stores = read promo.stores
  let prices = propose for each store in stores {
    Price.activate(promo, store) undo Price.withdraw(promo, store)
  }
  approve prices under PriceGate as pricing valid until promo.end at 23:59 zone "UTC" {
    within 8 hours
    on rejected, expired { fail Refused(promo.id) and keep }
    on changed { then ask again }
  }
  step act {
    for each store in stores parallel 10 tolerate 40% collect done {
      write pricing for store {
        on RecordLocked { fail Locked(store.id) and keep }
      }
      task Check(store: store.id) to Clerk within 4 hours { on expired { fail NotChecked(store.id) and compensate } }
      yield store.id
    } otherwise {
      fail TooMany(promo.id) and compensate
    }
  }
  step rest { wait until promo.end at 12:00 zone "UTC" if late continue }
  finish Rolled(count of done)
}
)";

std::string rolled(const std::string& steps, const std::string& before = "") {
  const Report report = run(
      "test \"story\" {\n" + kGiven + before +
          "  start Roll(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n  Finance approves pricing\n" +
          steps + "\n}\n",
      kRoll);
  return happened(report);
}

}  // namespace

TEST_CASE("one of three may fail: its own price is taken back, the others stay") {
  CHECK(rolled(R"(
  Clerk does Check for "1001"
  Clerk does Check for "1003"
  after 4 hours
  expect write Price.withdraw for "1002" once
  expect write Price.withdraw once
  expect waiting at rest
  after until 2026-12-14 12:00
  expect outcome Rolled)") == "");
}

TEST_CASE("an element that keeps what it wrote writes nothing more") {
  CHECK(rolled(R"(
  expect write Price.activate for "1001" never
  Clerk does every Check
  expect waiting at rest
  expect no write Price.withdraw)",
               "  Price.activate for \"1001\" is rejected RecordLocked once\n") == "");
}

TEST_CASE("when too many fail everything ends, and is taken back where it says so") {
  CHECK(rolled(R"(
  expect write Price.activate for every Store once
  Clerk does Check for "1001"
  after 4 hours
  expect fails TooMany
  expect write Price.withdraw for every Store once)") == "");
}

namespace {

// What an element does is a workflow of its own, which writes and can fail for itself.
const std::string kSend = R"(
workflow Activate(promo: Promotion, store: Store) {
  let price = propose Price.activate(promo, store) undo Price.withdraw(promo, store)
  approve price under PriceGate as pricing valid until promo.end at 23:59 zone "UTC" {
    within 8 hours
    on rejected, expired { fail Refused(store.id) and keep }
    on changed { then ask again }
  }
  write pricing { on RecordLocked { fail Locked(store.id) and keep } }
  task Label(store: store.id) to Clerk within 8 hours { on expired { fail NotLabelled(store.id) and compensate } }
  finish Activated(store.id)
}

workflow Send(promo: Promotion) key promo.id {
  let stores = read promo.stores
  step act {
    for each store in stores parallel 10 tolerate 40% collect done {
      run Activate(promo, store) as active {
        on NotLabelled, Refused, Locked { fail NotActivated(store.id) and keep }
      }
      task Check(store: store.id) to Clerk within 4 hours { on expired { fail NotChecked(store.id) and compensate } }
      yield store.id
    } otherwise {
      fail TooMany(promo.id) and keep
    }
  }
  step rest { wait until promo.end at 12:00 zone "UTC" if late continue }
  finish Sent(count of done)
}
)";

std::string sent(const std::string& steps) {
  const Report report =
      run("test \"story\" {\n" + kGiven +
              "  start Send(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
          kSend);
  return happened(report);
}

}  // namespace

TEST_CASE("an element that fails takes back what the workflow that it ran has written") {
  CHECK(sent(R"(
  Finance approves every act.active.pricing
  Clerk does every Label
  expect task Check of Clerk 3 times
  Clerk does Check for "1001"
  Clerk does Check for "1003"
  after 4 hours
  expect write Price.withdraw for "1002" once
  expect write Price.withdraw once
  expect waiting at rest
  after until 2026-12-14 12:00
  expect outcome Sent)") == "");
}

TEST_CASE("a workflow that fails in an element takes back its own, and the element fails alone") {
  CHECK(sent(R"(
  Finance approves every act.active.pricing
  Clerk does Label for "1001"
  Clerk does Label for "1003"
  Clerk does every Check
  after 8 hours
  expect write Price.withdraw for "1002" once
  expect write Price.withdraw once
  expect waiting at rest)") == "");
}

TEST_CASE("too many that fail end what the other elements run") {
  CHECK(sent(R"(
  Finance approves every act.active.pricing
  Clerk does Label for "1001"
  Clerk does Label for "1002"
  after 4 hours
  expect write Price.withdraw for "1001" once
  expect write Price.withdraw for "1002" once
  expect no write Price.withdraw for "1003"
  expect fails TooMany)") == "");
}

TEST_CASE("a workflow that takes back its own does so to the end, although too many others have failed") {
  CHECK(sent(R"(
  Price.withdraw for "1003" is unavailable 2 times
  Finance approves every act.active.pricing
  after 4 hours
  Clerk does Label for "1001"
  Clerk does Label for "1002"
  after 5 hours
  expect write Price.withdraw for "1001" once
  expect write Price.withdraw for "1002" once
  expect write Price.withdraw for "1003" once
  expect fails TooMany)") == "");
}
