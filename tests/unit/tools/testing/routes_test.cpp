// `start route`, `start sync`: what is carried in a test, and what is held.
#include <algorithm>

#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kCarried = R"(
use fixture.carried
use system erp
use system shop

route CountsOnline: StockCounted from erp to shop via CountOf { writes Offer.put under OfferGate }

sync StocksOnline: Stock from erp to shop via UnitsOf {
  on StockBelow(store, article)
  writes Offer.put under OfferGate
  compares Offer
  reconcile every day at 02:00 zone "UTC" over StocksOf("1001")
}
)";

const std::string kStock = R"(
  given Stock(store: "1001", article: "AC-1", available: 5 ea, forecast: 9 ea)
  given Offer(sku: "AC-1", units: 5 ea)
)";

std::string told_of_routes(const std::string& steps) {
  return happened(run("test \"story\" {\n" + steps + "\n}\n", kCarried));
}

}  // namespace

TEST_CASE("a route that is started takes events on, and holds what its policy forbids") {
  CHECK(told_of_routes(R"(
  start route CountsOnline at 2026-12-24 05:00 zone "UTC"
  send StockCounted(article: "AC-1", store: "1001", units: 5 ea)
  expect write Offer.put(units: 5 ea) for "AC-1" once
  expect no held CountsOnline
  send StockCounted(article: "AC-2", store: "1001", units: -5 ea)
  expect no write Offer.put
  expect held CountsOnline for "AC-2" once
  expect no held CountsOnline for "AC-1")") == "");
  CHECK(told_of_routes(R"(
  start route CountsOnline at 2026-12-24 05:00 zone "UTC"
  expect held CountsOnline)") == "now, CountsOnline is held 0 times\n");
}

TEST_CASE("a sync writes what has changed, and finds at night what no event told") {
  CHECK(told_of_routes(kStock + R"(
  start sync StocksOnline at 2026-12-24 05:00 zone "UTC"
  expect no write Offer.put
  Stock("1001", "AC-1").available becomes 3 ea
  send StockBelow(article: "AC-1", store: "1001")
  expect write Offer.put(units: 3 ea) once
  Stock("1001", "AC-1").available becomes 2 ea
  after until 2026-12-25 01:59
  expect no write Offer.put
  after 1 min
  expect write Offer.put(units: 2 ea) once)") == "");
}

TEST_CASE("what is not started carries nothing, and is missing in the coverage") {
  const Report report = run("test \"one of two\" {\n" + kStock + R"(
  start sync StocksOnline at 2026-12-24 05:00 zone "UTC"
  send StockCounted(article: "AC-9", store: "1001", units: 7 ea)
  expect no write Offer.put
})",
                            kCarried);
  CHECK(happened(report) == "");
  const auto group = std::ranges::find(report.coverage.groups, "routes and syncs", &Coverage::Group::name);
  REQUIRE(group != report.coverage.groups.end());
  CHECK(group->reached == 1);
  REQUIRE(group->missed.size() == 1);
  CHECK(group->missed[0].text == "CountsOnline");
}
