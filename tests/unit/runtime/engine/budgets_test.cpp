// What advice may decide without a person, up to a budget that holds for all instances together.
#include <fmt/format.h>

#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

// Starts a spending of `cost` a write and lets it come to rest.
uint64_t spend(Shop& shop, int64_t cost, const std::string& id) {
  shop.estate.cost = cost;
  const uint64_t number = shop.world.start("Spend", id)["id"];
  shop.world.run();
  return number;
}

int64_t used(Shop& shop, uint64_t instance) {
  const auto reserved = shop.world.history(instance, "reserved");
  return reserved.empty() ? -1 : reserved.back()["used"].get<int64_t>();
}

}  // namespace

TEST_CASE("within its budget nobody is asked") {
  Shop shop;
  const uint64_t id = spend(shop, 30, "P-1/C1/2");
  CHECK(shop.outcome("Spend", "P-1/C1/2") == "Done");
  CHECK(shop.world.tasks().empty());
  CHECK(shop.estate.written.size() == 2);
  const Json reserved = shop.world.history(id, "reserved").at(0);
  CHECK(reserved["budget"] == "SpendGate: cost (Int) per campaign");
  CHECK(reserved["for"] == "C1");
  CHECK(reserved["amount"] == 60);
  CHECK(reserved["used"] == 60);
  CHECK(reserved["limit"] == 100);
  CHECK(shop.world.history(id, "permitted").size() == 1);
}

TEST_CASE("what is split over instances of other partitions comes to one sum") {
  Shop shop;
  for (int i = 1; i <= 10; ++i) spend(shop, 10, fmt::format("P-{}/C1/1", i));
  CHECK(shop.world.tasks().empty());
  const uint64_t id = spend(shop, 1, "P-11/C1/1");
  CHECK(shop.world.tasks().at(0)["roles"] == Json{"Finance"});
  const Json beyond = shop.world.history(id, "beyondBudget").at(0);
  CHECK(beyond["amount"] == 1);
  CHECK(beyond["used"] == 100);
  spend(shop, 50, "P-12/C2/2");  // another campaign has a budget of its own
  CHECK(shop.outcome("Spend", "P-12/C2/2") == "Done");
}

TEST_CASE("what an approval asks for together fits together, or is asked of people and not counted") {
  Shop shop;
  CHECK(used(shop, spend(shop, 40, "P-1/C1/2")) == 80);
  const uint64_t id = spend(shop, 15, "P-2/C1/2");
  CHECK(shop.world.history(id, "reserved").empty());
  CHECK(shop.world.decide(shop.task(), "fin", "approve")["status"] == "granted");
  shop.world.run();
  CHECK(shop.outcome("Spend", "P-2/C1/2") == "Done");
  CHECK(used(shop, spend(shop, 20, "P-3/C1/1")) == 100);
}

TEST_CASE("what another row decides is not counted") {
  Shop shop;
  const uint64_t id = spend(shop, 60, "P-1/C1/1");
  CHECK(shop.world.tasks().size() == 1);
  CHECK(shop.world.history(id, "beyondBudget").empty());
  CHECK(used(shop, spend(shop, 50, "P-2/C1/2")) == 100);
}

TEST_CASE("no amount below nothing makes room") {
  Shop shop;
  spend(shop, -50, "P-1/C1/1");
  CHECK(shop.world.tasks().size() == 1);
  CHECK(used(shop, spend(shop, 50, "P-2/C1/2")) == 100);
  spend(shop, 1, "P-3/C1/1");
  CHECK(shop.world.tasks().size() == 2);
}

TEST_CASE("an account outlives crashes and new versions, and a changed limit counts from now on") {
  Shop shop;
  spend(shop, 40, "P-1/C1/2");
  shop.world.crash();
  CHECK(used(shop, spend(shop, 10, "P-2/C1/1")) == 90);
  // Nobody is alive, so that nothing has to be moved.
  auto larger = std::make_shared<abi::Program>(*shop.retail.program());
  larger->policies[1].rows[0].budgets[0].limit = 120;
  larger->hash = abi::sha256("larger");
  shop.world.deploy(larger);
  shop.world.crash();
  CHECK(used(shop, spend(shop, 30, "P-3/C1/1")) == 120);
}

TEST_CASE("what changed after it was let through is counted again, with its new amount") {
  Shop shop;
  shop.estate.hold_writes = true;
  const uint64_t id = spend(shop, 20, "P-1/C1/2");
  CHECK(used(shop, id) == 40);
  shop.estate.hold_writes = false;
  shop.estate.cost = 30;  // found when the second price is written
  while (!shop.world.open_calls.empty()) {
    shop.world.answer(shop.world.open_calls.begin()->first, CallResult{});
    shop.world.run();
  }
  CHECK(shop.outcome("Spend", "P-1/C1/2") == "Done");
  CHECK(used(shop, id) == 70);
  CHECK(shop.world.history(id, "permitted").size() == 2);
}
