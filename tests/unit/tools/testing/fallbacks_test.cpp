// What is said for all calls to a system, compiled and run.
#include <algorithm>

#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kFallback = R"(
use system erp

workflow Labels(promo: Promotion) key promo.id {
  throughout {
    on unavailable of erp {
      task Restart(promo.id) to Clerk within 4 hours { on expired { fail Away(promo.id) } }
      then retry
    }
  }
  let stores = read promo.stores
  for each store in stores parallel 10 { notify Label.print(store.id, "new") }
  let now = reread promo
  finish Labelled(promo.id)
}
)";

Report labelled(const std::string& fault, const std::string& steps) {
  return run("test \"story\" {\n" + kGiven + "  " + fault +
                 "\n  start Labels(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
             kFallback);
}

}  // namespace

TEST_CASE("a call that fails does what is said for all, and then what it was to do") {
  const Report report = labelled(R"(Label.print for "1002" is unavailable 5 times)", R"(
  after 1 hour
  expect task Restart of Clerk once
  expect no notify Label.print for "1002"
  Clerk does Restart
  after 1 hour
  expect notify Label.print for "1002" once
  expect outcome Labelled)");
  CHECK(happened(report) == "");
}

TEST_CASE("an approval in what is said for all is named behind the call") {
  const std::string asks = R"(
use system erp

workflow Labels(promo: Promotion, store: Store) key promo.id {
  throughout {
    on unavailable of erp {
      let price = propose Price.activate(promo, store) undo Price.withdraw(promo, store)
      approve price under PriceGate as pricing valid until promo.end at 23:59 zone "UTC" {
        within 4 hours
        on rejected, expired { fail Refused(promo.id) and compensate }
        on changed { then ask again }
      }
      write pricing { on RecordLocked, unavailable { then retry } }
      then retry
    }
  }
  notify Label.print(store.id, "new")
  finish Labelled(promo.id)
}
)";
  const std::string story = "test \"story\" {\n" + kGiven + R"(
  Label.print is unavailable 5 times
  start Labels(Promotion("P-1"), Store("1001")) at 2026-11-20 09:00 zone "UTC"
  after 1 hours
  Finance approves notify.Label.print.unavailable.pricing
  expect write Price.activate once
  after 2 hours
  expect outcome Labelled
}
)";
  CHECK(happened(run(story, asks)) == "");
}

TEST_CASE("and when nobody does it, it ends") {
  CHECK(happened(labelled(R"(Label.print for "1002" is unavailable always)", R"(
  after 6 hours
  expect fails Away)")) == "");
}

TEST_CASE("a test has been to it when it has been to one of the calls that it stands for") {
  const Report report = labelled(R"(Label.print for "1002" is unavailable 5 times)", R"(
  after 1 hour
  Clerk does Restart
  after 1 hour
  expect outcome Labelled)");
  std::vector<std::string> missed;
  for (const Coverage::Group& group : report.coverage.groups) {
    for (const Coverage::Place& place : group.missed) {
      if (place.source_path == "subject.endcap") missed.push_back(place.text);
    }
  }
  CHECK(missed == std::vector<std::string>{"on expired"});
}
