// Routes and syncs that are gone leave something behind.
#include "compiler/ir/carrier_breaking.h"

#include <doctest/doctest.h>

#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {
namespace {

const std::string kHead = R"(module retail.trial
use retail.estate
use system erp
use system shop

record Shown { sku: ArticleId, title: optional Text(10) }
mapping Counted from StockBelow to Shown { sku: it.article  title: absent }
mapping Position from StockPosition to Shown { sku: it.article  title: "in stock" }

system erp {
  operation Positions(store: StoreId) -> list of StockPosition is read { query A_MaterialStock(Plant: store) }
}
system shop {
  operation Listing.count(sku: ArticleId, title: optional Text(10)) is write {
    update Listings(sku: sku) { promotion: title }
    idempotent
    owner Merchandiser
  }
}
policy CountGate governs Listing.count for (sku: ArticleId) { | permit otherwise }
)";
const std::string kRoute =
    "route Low: StockBelow from erp to shop via Counted { writes Listing.count under CountGate }\n";
const std::string kSync = R"(sync Shelf: StockPosition from erp to shop via Position {
  writes Listing.count under CountGate
  reconcile every day at 02:00 zone "Australia/Sydney" over Positions("1001")
}
)";

std::vector<CarrierFinding> found(const std::string& before, const std::string& after) {
  return compare(carrier_shapes(compile(kHead + before).abi), carrier_shapes(compile(kHead + after).abi));
}

}  // namespace

TEST_CASE("what is gone is told, and what it carried from where to where") {
  const auto findings = found(kRoute + kSync, "");
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].gone.name == "retail.trial.Low");
  CHECK(describe(findings[0])
            .starts_with("it is gone: event StockBelow is not carried from erp to shop any more"));
  CHECK(remedy(findings[0]).ends_with("give a renamed route its name back"));
  CHECK(findings[1].gone.sync);
  CHECK(describe(findings[1]).find("StockPosition") != std::string::npos);
}

TEST_CASE("one that is new or says something else under its name is not") {
  CHECK(found("", kRoute).empty());
  std::string other = kRoute;
  other.insert(other.find("writes"), "where it.store != \"9999\" ");
  CHECK(found(kRoute, other).empty());
}

TEST_CASE("one that is renamed is gone for what waits in it") {
  std::string renamed = kRoute;
  renamed.replace(renamed.find("Low"), 3, "Few");
  REQUIRE(found(kRoute, renamed).size() == 1);
}

}  // namespace endcap::ir::testing
