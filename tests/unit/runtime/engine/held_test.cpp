// Items that are held: who says what becomes of them, and that it is kept.
#include "tests/unit/runtime/engine/carried.h"

using namespace endcap;
using namespace endcap::test;

namespace {

struct Rejected : CarriedShop {
  explicit Rejected(size_t times = 1, abi::Strategy strategy = abi::Strategy::Keyed) : CarriedShop(strategy) {
    online.script["Shop.count P-1 5"].assign(times, CallResult::Kind::Rejected);
    count("P-1", 5);
    number = held()["held"].at(0)["item"];
  }
  uint64_t number = 0;
};

}  // namespace

TEST_CASE("whoever owns the operation has it sent again; asked twice it is the same") {
  Rejected shop;
  CHECK(shop.settle(shop.number, "ops", false) ==
        Json{{"item", shop.number}, {"of", "test.CountsOnline"}, {"status", "sentAgain"}});
  CHECK(shop.online.counted == std::vector<std::string>{"P-1 5"});
  CHECK(shop.route()["held"] == 0);
  CHECK(shop.route()["carried"] == 1);
  CHECK(shop.settle(shop.number, "ops", false)["status"] == "sentAgain");
  CHECK(shop.online.counted.size() == 1);
  CHECK(shop.settle(shop.number, "ops", true)["refused"] == "Conflict");
  const Json item = shop.item(shop.number);
  CHECK(item["state"] == "done");
  CHECK(item["said"].size() == 1);
  CHECK(item["said"][0]["by"] == "ops");
  CHECK(item["said"][0]["heldFor"] == "Shop.count of shop was rejected: Closed: as the script says");
}

TEST_CASE("it can be held again, and is dropped with a reason that stays") {
  Rejected shop(2);
  CHECK(shop.settle(shop.number, "ops", false)["status"] == "sentAgain");
  CHECK(shop.item(shop.number)["state"] == "held");
  CHECK(shop.settle(shop.number, "ops", true, "")["refused"] == "Invalid");
  CHECK(shop.settle(shop.number, "ops", true, "the shop is closed")["status"] == "dropped");
  CHECK(shop.settle(shop.number, "ops", true, "the shop is closed")["status"] == "dropped");
  CHECK(shop.settle(shop.number, "ops", false)["refused"] == "Conflict");
  CHECK(shop.route()["dropped"] == 1);
  CHECK(shop.route()["held"] == 0);
  shop.world.crash();
  const Json item = shop.item(shop.number);
  CHECK(item["state"] == "dropped");
  REQUIRE(item["said"].size() == 2);
  CHECK(item["said"][1]["reason"] == "the shop is closed");
  const auto notices = shop.world.engine().take_notices();
  CHECK(shop.online.counted.empty());
}

TEST_CASE("nobody else may, nor whoever is away; who covers them may, and it is kept") {
  Rejected shop;
  CHECK(
      shop.settle(shop.number, "fin", false) ==
      Json{{"refused", "Denied"}, {"message", "fin does not hold the role StoreOps, which owns Shop.count"}});
  CHECK(shop.settle(shop.number, "nobody", true)["refused"] == "Denied");
  shop.world.options.absences = {{"ops", kMonday, kMonday + 7 * kDay, "fin"}};
  shop.world.crash();
  CHECK(shop.settle(shop.number, "ops", false)["refused"] == "Denied");
  CHECK(shop.settle(shop.number, "fin", false)["status"] == "sentAgain");
  CHECK(shop.item(shop.number)["said"][0]["covers"] == "ops");
}

TEST_CASE("what is not held can't be settled") {
  CarriedShop shop;
  CHECK(shop.settle(12345, "ops", false)["refused"] == "NotFound");
  CHECK(shop.item(12345)["refused"] == "no item 12345 is held or was held");
  CHECK(shop.world.engine().held("test.Unknown", 0, 0).error().kind == Refusal::Kind::NotFound);
}

TEST_CASE("what the system says no to although it may have done it is held, and stays unclear") {
  CarriedShop shop;
  auto& script = shop.online.script["Shop.count P-1 5"];
  script.assign(21, CallResult::Kind::Rejected);
  script.front() = CallResult::Kind::Ambiguous;
  shop.count("P-1", 5);
  shop.world.run_to(shop.world.now + 2 * kHour);
  const Json held = shop.held()["held"];
  REQUIRE(held.size() == 1);
  CHECK(held[0]["mayHaveHappened"] == true);
  CHECK(shop.settle(held[0]["item"], "ops", false)["status"] == "sentAgain");
  shop.world.run_to(shop.world.now + 10 * kMinute);
  CHECK(shop.online.counted == std::vector<std::string>{"P-1 5"});  // by the same key
  CHECK(shop.route()["carried"] == 1);
}

TEST_CASE("a list of what is held goes by page, in the order of their numbers") {
  CarriedShop shop;
  for (int i = 0; i < 7; ++i) shop.count("P-" + std::to_string(i), 1000);
  std::vector<uint64_t> numbers;
  uint64_t after = 0;
  while (true) {
    const Json page = shop.held("test.CountsOnline", after, 3);
    for (const Json& each : page["held"]) numbers.push_back(each["item"]);
    if (page["next"].is_null()) break;
    after = page["next"];
  }
  CHECK(numbers.size() == 7);
  CHECK(std::ranges::is_sorted(numbers));
  CHECK(shop.held("StoresOnline")["held"].empty());
}
