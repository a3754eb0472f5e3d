// What routes and syncs make of an event or an entity.
#include <doctest/doctest.h>

#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {
namespace {

constexpr const char* kText = R"(module retail.trial
use retail.estate
use system erp
use system shop

record Shown { sku: ArticleId, units: Qty<ea>, title: optional Text(10) }
mapping Counted from StockBelow to Shown { sku: it.article  units: 0 ea  title: absent }
mapping Position from StockPosition to Shown {
  sku:   it.article
  units: it.available
  title: when it.available > 0 ea then "in stock" otherwise absent
}

view Listed of shop.Listings key sku {
  sku:   ArticleId = sku
  title: Text(10)  = promotion
}

system erp {
  operation Positions(store: StoreId) -> list of StockPosition is read { query A_MaterialStock(Plant: store) }
}
system shop {
  operation Listing.count(sku: ArticleId, title: optional Text(10), units: Qty<ea>) is write {
    update Listings(sku: sku) { promotion: title }
    idempotent
    owner Merchandiser
  }
}
policy CountGate governs Listing.count for (units: Qty<ea>) {
  | forbid "nothing to sell" when units < 1 ea
  | permit                   when units >= 1 ea
}

route Low: StockBelow from erp to shop via Counted {
  where it.store != "9999"
  writes Listing.count under CountGate
}
sync Shelf: StockPosition from erp to shop via Position {
  on StockBelow(store: store, article: article)
  writes Listing.count under CountGate
  compares Listed
  reconcile every day at 02:00 zone "Australia/Sydney" over Positions("1001")
  parallel 7
}
)";

class Deliveries {
 public:
  Deliveries() : program_(runnable(compile(kText))) {}

  const abi::Program& program() const { return *program_; }
  // What becomes of an event of the route, of an entity of the sync.
  Instance routed(const json& event) const {
    const abi::Route& route = program_->routes.at(0);
    return of(route.delivery.machine, program_->events[route.event].record, event, yields(route.delivery));
  }
  Instance synced(const json& entity) const {
    const abi::Sync& sync = program_->syncs.at(0);
    return of(sync.delivery.machine, program_->views[sync.view].record, entity, yields(sync.delivery));
  }
  abi::Exit compared(const json& entity, const json& other) const {
    const abi::Sync& sync = program_->syncs.at(0);
    return Instance(program_, sync.comparison->same_machine,
                    {Instance::packed(*program_, program_->views[sync.view].record, entity),
                     Instance::packed(*program_, program_->views[sync.comparison->view].record, other)},
                    kNoon)
        ->exit;
  }

 private:
  Instance of(uint32_t machine, abi::TypeId type, const json& value, abi::TypeId yields) const {
    return {program_, machine, {Instance::packed(*program_, type, value)}, kNoon, yields};
  }
  abi::TypeId yields(const abi::Delivery& delivery) const {
    return program_->operations[delivery.operation].payload;
  }

  std::shared_ptr<abi::Program> program_;
};

json listed(const json& title) {
  return {{"sku", "AC-100"}, {"title", title}, {"as of", "2026-11-20T00:00:00Z"}};
}

}  // namespace

TEST_CASE("a route yields what its operation sends, and what its policy says of it") {
  const Deliveries deliveries;
  const Instance forbidden = deliveries.routed({{"article", "AC-100"}, {"store", "1001"}});
  CHECK(forbidden->exit == abi::Exit::Yield);
  CHECK(forbidden->record == json{{"sku", "AC-100"}, {"promotion", nullptr}});
  CHECK(forbidden->rows == std::vector<int64_t>{0});
  CHECK(deliveries.routed({{"article", "AC-100"}, {"store", "9999"}})->exit == abi::Exit::Skip);
}

TEST_CASE("a sync yields the same of an entity, and says whether the other system has it so already") {
  const Deliveries deliveries;
  const Instance made = deliveries.synced(stock("1001", "3.000", "9.000"));
  CHECK(made->exit == abi::Exit::Yield);
  CHECK(made->record == json{{"sku", "AC-100"}, {"promotion", "in stock"}});
  CHECK(made->rows == std::vector<int64_t>{1});
  CHECK(deliveries.compared(stock("1001", "3.000", "9.000"), listed("in stock")) == abi::Exit::GuardTrue);
  CHECK(deliveries.compared(stock("1001", "3.000", "9.000"), listed("sold out")) == abi::Exit::GuardFalse);
  CHECK(deliveries.compared(stock("1001", "3.000", "9.000"), listed(nullptr)) == abi::Exit::GuardFalse);
  CHECK(deliveries.compared(stock("1001", "0.000", "9.000"), listed(nullptr)) == abi::Exit::GuardTrue);
  CHECK(deliveries.compared(stock("1001", "0.000", "9.000"), listed("")) == abi::Exit::GuardFalse);
}

TEST_CASE("a sync knows its keys, its list and how much it does at once; its machines are of no workflow") {
  const Deliveries deliveries;
  const abi::Program& program = deliveries.program();
  const abi::Sync& sync = program.syncs.at(0);
  CHECK(sync.name == "retail.trial.Shelf");
  CHECK(sync.delivery.parallel == 7);
  CHECK(program.routes.at(0).delivery.parallel == 20);
  REQUIRE(sync.changes.size() == 1);
  CHECK(program.events[sync.changes[0].event].name == "StockBelow");
  CHECK(sync.changes[0].key_fields == std::vector<uint32_t>{1, 0});  // the view's key: store, article
  CHECK(program.operations[sync.reconciliation.operation].name == "Positions");
  CHECK(sync.reconciliation.arguments == R"({"Plant":"1001"})");
  for (const uint32_t machine : {sync.delivery.machine, sync.comparison->key_machine,
                                 sync.comparison->same_machine, program.routes.at(0).delivery.machine}) {
    CHECK(program.machines.at(machine).kind == abi::MachineKind::Delivery);
    CHECK_FALSE(program.machines.at(machine).belongs_to(0));
  }
}

}  // namespace endcap::ir::testing
