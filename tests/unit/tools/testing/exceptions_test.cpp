// Exceptions in tests: raised, resolved, expired, and who does their tasks.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kWatch = R"(
use std.exceptions

exception Shortfall(article: ArticleId, store: StoreId, price: Money<AUD>) key (article, store) severity high owner Planner {
  respond within 4 hours
  escalate to Finance after 2 hours
  resolve by Count(store)
  on expired {
    task Look(store: store, price: price) to Clerk within 1 day { on expired { then continue } }
    fail Lapsed(price)
  }
}

workflow Count(store: StoreId) key store {
  task CountShelf(store: store) to Clerk within 1 day { on expired { fail NotCounted(store) } }
  finish Counted(store)
}

workflow Watch(promo: Promotion) key promo.id {
  let stores = read promo.stores
  for each store in stores parallel 10 {
    raise Shortfall(promo.article, store.id, promo.price)
  }
  raise SafetyStockShortfall(promo.article, "1001")
  let now = reread promo
  raise and wait Shortfall(promo.article, "1001", now.price) within 1 day {
    on expired { fail NobodyCared(promo.id) }
  }
  finish Cared(promo.id)
}
)";

std::string watch(const std::string& steps) {
  const Report report =
      run("test \"watch\" {\n" + kGiven +
              "  start Watch(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
          kWatch);
  return happened(report);
}

}  // namespace

TEST_CASE("an exception is raised, its owner does the task, and who waited goes on") {
  CHECK(watch(R"(
  expect exception Shortfall raised for every Store
  expect exception Shortfall raised for "1001" 2 times
  expect exception Shortfall raised for "AC-100, 1002" once
  expect exception SafetyStockShortfall raised once
  expect task Shortfall of Planner for "1001" once
  expect no exception Shortfall resolved
  expect waiting at raise.Shortfall
  after 2 hours
  Finance does Shortfall for "1001"
  expect exception Shortfall resolved for "1001" once
  expect no exception Shortfall expired
  expect outcome Cared)") == "");
}

TEST_CASE("the workflow that resolves it does, and its tasks are people's too") {
  CHECK(watch(R"(
  Clerk does CountShelf for "1001"
  expect exception Shortfall resolved for "1001"
  expect outcome Cared)") == "");
}

TEST_CASE("nobody responds: it expires, and so does the wait for it") {
  CHECK(watch(R"(
  after 4 hours
  expect exception Shortfall expired for every Store
  expect task Look of Clerk 3 times
  Clerk does every Look
  expect fails NobodyCared)") == "");
}

TEST_CASE("what was raised instead is told") {
  CHECK(watch("  expect exception Shortfall raised for \"1009\"\n") ==
        "since the last `expect`, Shortfall for \"1009\" was raised 0 times (with AC-100)\n");
  CHECK(watch("  expect exception SafetyStockShortfall resolved\n") ==
        "since the last `expect`, SafetyStockShortfall was resolved 0 times\n");
}
