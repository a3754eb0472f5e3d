// Routes: what one system tells is done in another, once, whatever happens in between.
#include "tests/unit/runtime/engine/carried.h"
#include "tests/unit/runtime/engine/renumbered.h"

using namespace endcap;
using namespace endcap::test;

namespace {

using Kind = CallResult::Kind;
using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("what is counted in the ERP is told to the shop, once, and leaves nothing but a count") {
  CarriedShop shop;
  CHECK(shop.count("P-1", 5, "e1")["accepted"] == true);
  CHECK(shop.online.counted == Strings{"P-1 5"});
  CHECK(shop.count("P-1", 5, "e1")["duplicate"] == true);
  CHECK(shop.online.counted.size() == 1);
  const Json route = shop.route();
  CHECK(route["route"] == "test.CountsOnline");
  CHECK(route["operation"] == "Shop.count");
  CHECK(route["system"] == "shop");
  CHECK(route["carried"] == 1);
  CHECK(route["waiting"] == 0);
  CHECK(route["onTheirWay"] == 0);
  CHECK(shop.rows(Table::Carried) == 0);
  CHECK(shop.rows(Table::Pending) == 0);
  CHECK_FALSE(shop.world.engine().busy());
  CHECK(shop.world.engine().counters().carried == 1);
}

TEST_CASE("a message that `where` leaves out is counted, and nothing is sent") {
  CarriedShop shop;
  shop.count("P-1", -1);
  CHECK(shop.online.calls.size() == shop.calls("Stores.all"));
  CHECK(shop.route()["skipped"] == 1);
  CHECK(shop.rows(Table::Carried) == 0);
}

TEST_CASE("so many are on their way at once; more wait on disk, in the order in which they came") {
  CarriedShop shop(abi::Strategy::Keyed, 2);
  shop.online.holds = true;
  for (int i = 0; i < 10; ++i) shop.count("P-" + std::to_string(i), i);
  CHECK(shop.route()["onTheirWay"] == 2);
  CHECK(shop.route()["waiting"] == 8);
  CHECK(shop.world.open_calls.size() == 2);
  shop.world.crash();
  shop.online.holds = false;
  shop.world.run_to(shop.world.now + 10 * kMinute);
  CHECK(shop.online.counted.size() == 10);
  Strings waited = shop.online.counted;  // the others were under way, and are sent again
  std::erase_if(waited, [](const std::string& each) { return each < "P-2"; });
  CHECK(std::ranges::is_sorted(waited));
  CHECK(shop.route()["carried"] == 10);
}

TEST_CASE("a system that is away is tried again for as long as it takes") {
  CarriedShop shop;
  shop.online.script["Shop.count P-1 5"].assign(100, Kind::Unavailable);
  shop.count("P-1", 5);
  shop.world.run_to(shop.world.now + 12 * kHour);
  CHECK(shop.online.counted == Strings{"P-1 5"});
  CHECK(shop.calls("Shop.count P-1 5") == 101);
  CHECK(shop.route()["held"] == 0);
}

TEST_CASE("an unclear attempt is asked for, or sent again with its key, and takes effect once") {
  for (const auto strategy : {abi::Strategy::Keyed, abi::Strategy::Queryable}) {
    for (const bool commits : {true, false}) {
      CAPTURE(commits);
      CarriedShop shop(strategy);
      shop.online.commits_ambiguous = commits;
      shop.online.script["Shop.count P-1 5"] = {Kind::Ambiguous};
      shop.count("P-1", 5);
      shop.world.run_to(shop.world.now + 10 * kMinute);
      CHECK(shop.online.counted == Strings{"P-1 5"});
      CHECK(shop.online.effects.size() == 1);
      CHECK(shop.calls("Ask Shop.count P-1 5") == (strategy == abi::Strategy::Queryable ? 1 : 0));
      CHECK(shop.route()["carried"] == 1);
    }
  }
}

TEST_CASE("what is rejected, forbidden or can't be computed is held with its reason, and the log says so") {
  CarriedShop shop;
  shop.online.script["Shop.count P-1 5"] = {Kind::Rejected};
  shop.count("P-1", 5);
  shop.count("P-2", 1000);
  shop.count("P-3", 13);
  const Json held = shop.held()["held"];
  REQUIRE(held.size() == 3);
  CHECK(held[0]["reason"] == "Shop.count of shop was rejected: Closed: as the script says");
  CHECK(held[0]["data"] == Json{{"id", "P-1"}, {"count", 5}});
  CHECK(held[0]["event"]["source"] == "/estate");
  CHECK(held[0]["owner"] == "StoreOps");
  CHECK(held[1]["reason"] == "OnlineGate forbids it: it is not for everybody");
  CHECK_FALSE(held[2]["reason"].get<std::string>().empty());
  CHECK(shop.route()["held"] == 3);
  CHECK(shop.world.engine().counters().carried_held == 3);
  const auto notices = shop.world.engine().take_notices();
  REQUIRE(notices.size() == 3);
  CHECK(notices[1].ends_with("is held: OnlineGate forbids it: it is not for everybody"));
  CHECK(notices[1].starts_with("test.CountsOnline: item "));
  CHECK(shop.world.engine().take_notices().empty());
}

TEST_CASE("what was queued for a process that died goes on under another program, with the same key") {
  for (const auto strategy : {abi::Strategy::Keyed, abi::Strategy::Queryable}) {
    CarriedShop shop(strategy, 1);
    const auto other = renumbered(shop.retail.program());
    shop.in_numbers = [&](const CallRequest& request) {
      return in_first_numbers(request, *shop.retail.program());
    };
    shop.online.holds = true;
    for (int i = 0; i < 5; ++i) shop.count("P-" + std::to_string(i), i);
    REQUIRE(shop.world.open_calls.size() == 1);
    shop.online.effect(shop.world.open_calls.begin()->second.second);  // it arrived, and nobody heard of it
    shop.world.deploy(other);
    shop.online.holds = false;
    shop.world.crash();
    shop.world.run_to(shop.world.now + 10 * kMinute);
    CHECK(shop.online.counted == Strings{"P-0 0", "P-1 1", "P-2 2", "P-3 3", "P-4 4"});
    CHECK(shop.online.effects.size() == 5);
    CHECK(shop.route()["carried"] == 5);
    CHECK(shop.rows(Table::Carried) == 0);
    CHECK(shop.rows(Table::Pending) == 0);
    CHECK(shop.rows(Table::Timer) == 1);  // of the sync
  }
}

TEST_CASE("an unclear attempt is held when how it is made exactly once has changed meanwhile") {
  CarriedShop shop;
  shop.online.holds = true;
  shop.count("P-1", 5);
  auto other = renumbered(shop.retail.program());
  for (auto& operation : other->operations) {
    if (operation.name == "Shop.count") operation.strategy = abi::Strategy::Queryable;
  }
  shop.in_numbers = [&](const CallRequest& request) {
    return in_first_numbers(request, *shop.retail.program());
  };
  shop.world.deploy(other);
  shop.world.crash();
  shop.world.run();
  const Json held = shop.held()["held"];
  REQUIRE(held.size() == 1);
  CHECK(held[0]["mayHaveHappened"] == true);
  CHECK(held[0]["reason"].get<std::string>().find("how it is made exactly once") != std::string::npos);
}

TEST_CASE("what waits for a route that is gone is held, and can be dropped") {
  CarriedShop shop(abi::Strategy::Keyed, 1);
  shop.online.holds = true;
  for (int i = 0; i < 600; ++i) shop.world.event("retail.counted", {{"id", "P-1"}, {"count", i}});
  shop.world.run();
  auto other = renumbered(shop.retail.program());
  other->routes.clear();
  shop.world.deploy(other);
  shop.world.crash();
  shop.world.run();
  CHECK(shop.route()["held"] == 600);
  CHECK(shop.route()["onTheirWay"] == 0);
  const Json first = shop.held("CountsOnline", 0, 1);
  CHECK(first["held"][0]["reason"] == "there is no route test.CountsOnline any more");
  CHECK(first["next"] == first["held"][0]["item"]);
  CHECK(shop.settle(first["held"][0]["item"], "ops", false)["refused"] == "Conflict");
  size_t pages = 0;
  for (Json page = shop.held("", 0, 250); !page["held"].empty(); page = shop.held("", 0, 250), ++pages) {
    for (const Json& each : page["held"])
      CHECK(shop.settle(each["item"], "ops", true)["status"] == "dropped");
  }
  CHECK(pages == 3);
  CHECK(shop.routes()["routes"].empty());
  CHECK(shop.rows(Table::Pending) == 0);
}

TEST_CASE("an engine that is told which may run carries nothing else, and loses nothing") {
  CarriedShop shop(abi::Strategy::Keyed, 1);
  shop.online.holds = true;
  shop.count("P-1", 1);
  shop.count("P-2", 2);
  shop.world.options.carriers.emplace();
  shop.online.holds = false;
  shop.world.crash();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.online.counted.empty());
  CHECK(shop.route()["waiting"] == 2);
  CHECK_FALSE(shop.world.engine().next_due());
  CHECK_FALSE(shop.world.engine().busy());
  shop.count("P-3", 3);
  CHECK(shop.route()["waiting"] == 2);
  shop.world.options.carriers.reset();
  shop.world.crash();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.online.counted == Strings{"P-1 1", "P-2 2"});
}

TEST_CASE("one that does not run keeps its counts when the last that was held of it is dropped") {
  CarriedShop shop;
  shop.count("P-1", 1000);
  const uint64_t item = shop.held()["held"][0]["item"];
  shop.world.options.carriers.emplace();
  shop.world.crash();
  CHECK(shop.settle(item, "ops", false)["refused"] == "Conflict");
  CHECK(shop.settle(item, "ops", true)["status"] == "dropped");
  CHECK(shop.route()["dropped"] == 1);
}

TEST_CASE("a sync that has become a route under its name holds what it had, and goes on as a route") {
  CarriedShop shop(abi::Strategy::Keyed, 1, {{"S1", "NSW"}, {"S2", "NSW"}, {"S3", "NSW"}});
  shop.online.holds = true;
  shop.world.run_to(kMonday + kDay + 3 * kHour);
  for (const char* store : {"S1", "S2"}) shop.changed(store);
  auto other = renumbered(shop.retail.program());
  other->syncs.clear();
  other->routes[0].name = "test.StoresOnline";
  shop.in_numbers = [&](const CallRequest& request) {
    return in_first_numbers(request, *shop.retail.program());
  };
  shop.world.deploy(other);
  shop.online.holds = false;
  shop.world.crash();
  shop.world.run();
  shop.count("P-1", 5);
  CHECK(shop.online.counted == Strings{"P-1 5"});
  CHECK(shop.routes()["routes"].size() == 1);
  CHECK(shop.route()["held"] == 2);
  CHECK_FALSE(shop.world.engine().next_due());
}

TEST_CASE("a crash at any step neither loses nor doubles a message") {
  for (const auto strategy : {abi::Strategy::Keyed, abi::Strategy::Queryable}) {
    for (int point = 0; point < 16; ++point) {
      CAPTURE(point);
      CarriedShop shop(strategy, 1);
      int left = point;
      shop.world.crash_now = [&] { return left-- == 0; };
      for (int i = 0; i < 3; ++i) {
        const std::string event = "e" + std::to_string(i);
        while (!shop.count("P-1", i, event).value("accepted", false)) {
        }
      }
      shop.world.run_to(shop.world.now + 10 * kMinute);
      Strings counted = shop.online.counted;
      std::ranges::sort(counted);
      CHECK(counted == Strings{"P-1 0", "P-1 1", "P-1 2"});
      CHECK(shop.route()["carried"] == 3);
    }
  }
}
