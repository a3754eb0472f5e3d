// On their way to the store records keep their order, wait where there is no room, and are told when they are
// in.
#include "runtime/engine/applier.h"

#include "runtime/store/simulated_store.h"

#include <doctest/doctest.h>

#include <thread>
#include <utility>

using namespace endcap;

namespace {

Applier::HandedOver handed_over(Position position, std::string value) {
  auto operations = std::make_shared<std::vector<RowOperation>>();
  operations->push_back({Table::Instance, "row", std::move(value)});
  return {0, position, operations, {1}, 100};
}

std::string row_in(SimulatedStore& store) {
  return store.get(0, Table::Instance, "row").value().value_or("absent");
}

}  // namespace

TEST_CASE("records are applied in their order, and each is told once") {
  SimulatedStore store(1);
  Applier applier(store);
  CHECK_FALSE(applier.apply());
  applier.hand_over(handed_over(1, "first"));
  applier.hand_over(handed_over(2, "second"));
  CHECK(applier.waiting_bytes() == 200);
  CHECK(row_in(store) == "absent");
  CHECK(applier.apply());
  CHECK(row_in(store) == "second");
  CHECK(applier.waiting_bytes() == 0);
  const auto applied = applier.take();
  REQUIRE(applied.size() == 2);
  CHECK(applied[0].last == 1);
  CHECK(applied[1].last == 2);
  CHECK(applied[1].problem.empty());
  CHECK(applier.take().empty());
}

TEST_CASE("records that count together go in one by one") {
  SimulatedStore store(1);
  Applier applier(store);
  auto operations = std::make_shared<std::vector<RowOperation>>();
  operations->push_back({Table::Instance, "a", "1"});
  operations->push_back({Table::Instance, "b", "2"});
  operations->push_back({Table::Instance, "row", "3"});
  applier.hand_over({0, 2, operations, {2, 1}, 100});
  CHECK(applier.apply());
  CHECK(store.applied(0) == 2);
  CHECK(row_in(store) == "3");
  CHECK(applier.take().size() == 1);
}

TEST_CASE("what finds no room waits, and goes on when there is some") {
  SimulatedStore store(1);
  Applier applier(store);
  store.fill_up();
  applier.hand_over(handed_over(1, "first"));
  applier.hand_over(handed_over(2, "second"));
  CHECK_FALSE(applier.apply());
  CHECK(applier.waiting_bytes() == 200);
  CHECK(applier.take().empty());
  store.fill_up(false);
  CHECK(applier.apply());
  CHECK(applier.take().size() == 2);
  CHECK(row_in(store) == "second");
}

TEST_CASE("a store that fails is told, and gets nothing more") {
  SimulatedStore store(1);
  Applier applier(store);
  store.fail("the store is damaged");
  applier.hand_over(handed_over(1, "first"));
  applier.hand_over(handed_over(2, "second"));
  CHECK(applier.apply());
  const auto applied = applier.take();
  REQUIRE(applied.size() == 1);
  CHECK(applied[0].problem == "the store is damaged");
  store.fail("");
  CHECK_FALSE(applier.apply());
  CHECK(row_in(store) == "absent");
}

TEST_CASE("whoever has it stand still finds all in the store, and nothing is added meanwhile") {
  SimulatedStore store(1);
  Applier applier(store);
  applier.hand_over(handed_over(1, "first"));
  {
    const auto still = applier.stand_still();
    CHECK(row_in(store) == "first");
    applier.hand_over(handed_over(2, "second"));
    bool did = true;
    std::thread([&] { did = applier.apply(); }).join();
    CHECK_FALSE(did);
    CHECK(row_in(store) == "first");
  }
  std::thread([&] { CHECK(applier.apply()); }).join();
  CHECK(row_in(store) == "second");
  CHECK(applier.take().size() == 2);
}
