// Syncs: the other system has the entities as they are, by their changes and by whole reconciliations.
#include "tests/unit/runtime/engine/carried.h"
#include "tests/unit/runtime/engine/renumbered.h"

using namespace endcap;
using namespace endcap::test;

namespace {

using Kind = CallResult::Kind;
using Strategy = abi::Strategy;
using Entities = std::map<std::string, std::string>;

Entities many(size_t count) {
  Entities stores;
  for (size_t i = 0; i < count; ++i) stores["S" + std::to_string(i)] = "R" + std::to_string(i % 7);
  return stores;
}
constexpr Instant night(int64_t day) { return kDay * day + 2 * kHour; }  // after kMonday

}  // namespace

TEST_CASE("a new sync begins with everything, and is done when the other system has it all") {
  CarriedShop shop(Strategy::Keyed, 3, many(10));
  CHECK(shop.online.listed == shop.online.stores);
  const Json sync = shop.sync();
  CHECK(sync["sync"] == "test.StoresOnline");
  CHECK(sync["carried"] == 10);
  CHECK(sync["reconciliation"]["rule"] == "every day at 02:00 zone \"UTC\"");
  CHECK(sync["reconciliation"]["next"] == "2026-11-24T02:00:00Z");
  const Json last = sync["reconciliation"]["last"];
  CHECK(last["listed"] == 10);
  CHECK(last["carried"] == 10);
  CHECK(last["same"] == 0);
  CHECK(shop.rows(Table::Carried) == 0);
  CHECK(shop.rows(Table::Pending) == 0);
}

TEST_CASE("an entity that has changed is read and told, unless the other system has it like that") {
  CarriedShop shop(Strategy::Keyed, 3, many(3));
  shop.online.calls.clear();
  shop.changed("S1");
  CHECK(shop.online.calls == std::vector<std::string>{"Store S1", "Listing S1"});
  CHECK(shop.sync()["same"] == 1);
  shop.online.stores["S1"] = "QLD";
  shop.changed("S1");
  CHECK(shop.online.listed["S1"] == "QLD");
  CHECK(shop.sync()["carried"] == 4);
  shop.online.stores["S1"] = "none";
  shop.changed("S1");
  CHECK(shop.online.listed["S1"] == "QLD");
  CHECK(shop.sync()["skipped"] == 1);
}

TEST_CASE("an entity that changes while it is on its way is looked at once more, however often it changed") {
  CarriedShop shop(Strategy::Keyed, 3, many(1));
  shop.online.stores["S0"] = "A";
  shop.online.holds = true;
  shop.changed("S0");
  REQUIRE(shop.world.open_calls.size() == 1);
  const uint64_t reading = shop.world.open_calls.begin()->first;
  const CallResult old = shop.online.answered(shop.world.open_calls.begin()->second.second);
  for (const char* region : {"B", "C", "D"}) {
    shop.online.stores["S0"] = region;
    shop.changed("S0");
  }
  CHECK(shop.world.open_calls.size() == 1);
  shop.online.holds = false;
  shop.online.calls.clear();
  shop.world.answer(reading, old);
  shop.world.run();
  CHECK(shop.online.listed["S0"] == "D");
  CHECK(shop.calls("Shop.put S0 A") == 1);
  CHECK(shop.calls("Shop.put S0 D") == 1);
  CHECK(shop.calls("Store S0") == 1);
  CHECK(shop.rows(Table::Carried) == 0);
}

TEST_CASE("what was missed is found by the next reconciliation, and only that is told") {
  CarriedShop shop(Strategy::Keyed, 3, many(2500));
  REQUIRE(shop.online.listed == shop.online.stores);
  shop.online.listed.erase("S7");
  shop.online.listed["S8"] = "lost";
  shop.online.stores["S9"] = "NT";
  shop.world.run_to(kMonday + night(1));
  CHECK(shop.online.listed == shop.online.stores);
  const Json last = shop.sync()["reconciliation"]["last"];
  CHECK(last["listed"] == 2500);
  CHECK(last["carried"] == 3);
  CHECK(last["same"] == 2497);
  CHECK(shop.sync()["reconciliation"]["next"] == "2026-11-25T02:00:00Z");
  CHECK(shop.rows(Table::Carried) == 0);
  CHECK(shop.rows(Table::Timer) == 1);
}

TEST_CASE("a reconciliation has no more on their way than the sync may have, and no row for what it listed") {
  CarriedShop shop(Strategy::Keyed, 4, many(3000));
  shop.online.holds = true;
  shop.world.run_to(kMonday + night(1));
  REQUIRE(shop.world.open_calls.size() == 1);
  shop.world.answer(shop.world.open_calls.begin()->first,
                    shop.online.answered(shop.world.open_calls.begin()->second.second));
  shop.world.run();
  CHECK(shop.world.open_calls.size() == 4);
  CHECK(shop.sync()["onTheirWay"] == 4);
  CHECK(shop.sync()["waiting"] == 0);
  CHECK(shop.sync()["reconciliation"]["now"]["begun"] == 4);
  CHECK(shop.rows(Table::Carried, "c") >= 3);
  shop.world.run_to(kMonday + night(3));
  CHECK(shop.sync()["reconciliation"]["missed"] == 2);  // passed over
  shop.online.holds = false;
  shop.world.crash();
  shop.world.run_to(kMonday + night(3) + kHour);
  CHECK(shop.sync()["reconciliation"]["last"]["listed"] == 3000);
  CHECK(shop.sync()["reconciliation"]["last"]["same"] == 3000);
  CHECK(shop.rows(Table::Carried) == 0);
}

TEST_CASE("a time at which nothing ran is made up for once") {
  CarriedShop shop(Strategy::Keyed, 3, many(3));
  shop.online.stores["S1"] = "QLD";
  shop.world.now = kMonday + night(4) + 5 * kHour;
  shop.world.crash();
  shop.world.run();
  CHECK(shop.online.listed["S1"] == "QLD");
  CHECK(shop.calls("Stores.all") == 2);
  CHECK(shop.sync()["reconciliation"]["missed"] == 3);
  CHECK(shop.sync()["reconciliation"]["next"] == "2026-11-28T02:00:00Z");
}

TEST_CASE("a list that can't be read is told, and asked for again at the next time") {
  CarriedShop shop(Strategy::Keyed, 3, many(3));
  shop.online.script["Stores.all"] = {Kind::Unavailable, Kind::Invalid};
  shop.world.run_to(kMonday + night(1) + kHour);
  CHECK(shop.sync()["reconciliation"]["last"]["reason"] ==
        "Stores.all of erp can't be read: as the script says");
  CHECK(shop.world.engine().take_notices().size() == 1);
  shop.world.run_to(kMonday + night(2) + kHour);
  CHECK(shop.sync()["reconciliation"]["last"]["same"] == 3);
}

TEST_CASE("what can't be read or may not be told is held; when it changes it is tried again") {
  CarriedShop shop(Strategy::Keyed, 3, {{"S1", "NSW"}, {"S2", "secret"}});
  CHECK(shop.held()["held"][0]["reason"] == "OnlineGate forbids it: it is not for everybody");
  CHECK(shop.held()["held"][0]["key"] == Json{{"id", "S2"}});
  shop.changed("S9");
  CHECK(shop.held()["held"].size() == 2);
  CHECK(shop.held()["held"][1]["reason"] == "Store of erp can't be read: it is not there");
  shop.online.stores["S9"] = "WA";
  shop.online.stores["S2"] = "open";
  shop.changed("S9");
  CHECK(shop.online.listed["S9"] == "WA");
  CHECK(shop.sync()["held"] == 1);
  shop.world.run_to(kMonday + night(1));
  CHECK(shop.sync()["held"] == 0);
  CHECK(shop.online.listed == shop.online.stores);
  CHECK(shop.rows(Table::Carried) == 0);
}

TEST_CASE("a sync without a comparison tells every entity that it looks at") {
  CarriedShop shop(Strategy::Keyed, 3, many(3));
  shop.retail.program()->syncs[0].comparison.reset();
  shop.world.crash();
  shop.online.calls.clear();
  shop.changed("S1");
  CHECK(shop.online.calls == std::vector<std::string>{"Store S1", "Shop.put S1 R1"});
}

TEST_CASE("under another program the entity is read anew: what it has become reaches the other system") {
  for (const auto strategy : {Strategy::Idempotent, Strategy::Keyed, Strategy::Queryable}) {
    CarriedShop shop(strategy, 3, many(3));
    shop.in_numbers = [&](const CallRequest& request) {
      return in_first_numbers(request, *shop.retail.program());
    };
    const auto other = renumbered(shop.retail.program());
    shop.online.stores["S1"] = "before";
    shop.world.event("retail.store_changed", {{"id", "S1"}});
    while (shop.calls("Listing S1") < 2) shop.world.tick();
    shop.online.holds = true;
    shop.world.run();
    REQUIRE(shop.world.open_calls.size() == 1);
    shop.online.effect(shop.world.open_calls.begin()->second.second);
    shop.online.stores["S1"] = "after";  // and its message is lost
    shop.world.deploy(other);
    shop.online.holds = false;
    shop.world.crash();
    shop.world.run_to(shop.world.now + 10 * kMinute);
    CHECK(shop.online.listed["S1"] == "after");
    CHECK(shop.rows(Table::Carried) == 0);
    CHECK(shop.rows(Table::Pending) == 0);
  }
}

TEST_CASE(
    "a request of a process that died arrives before the entity is told anew, whatever the other system "
    "has") {
  CarriedShop shop(Strategy::Idempotent, 3, many(3));
  shop.in_numbers = [&](const CallRequest& request) {
    return in_first_numbers(request, *shop.retail.program());
  };
  const auto other = renumbered(shop.retail.program());
  const std::string region = std::exchange(shop.online.stores["S1"], "for a moment");
  shop.world.event("retail.store_changed", {{"id", "S1"}});
  while (shop.calls("Listing S1") < 2) shop.world.tick();
  shop.online.holds = true;
  shop.world.run();
  REQUIRE(shop.world.open_calls.size() == 1);
  const CallRequest late = shop.world.open_calls.begin()->second.second;
  shop.online.stores["S1"] = region;
  shop.world.deploy(other);
  shop.online.holds = false;
  shop.world.crash();
  shop.world.run_to(shop.world.now + 30 * kSecond);
  CHECK(shop.sync()["onTheirWay"] == 1);
  shop.online.effect(late);
  shop.world.run_to(shop.world.now + 10 * kMinute);
  CHECK(shop.online.listed["S1"] == region);
  CHECK(shop.rows(Table::Carried) == 0);
}

TEST_CASE("what is refused of an entity that has changed meanwhile is tried once more before it is held") {
  CarriedShop shop(Strategy::Keyed, 3, many(1));
  shop.online.stores["S0"] = "A";
  shop.world.event("retail.store_changed", {{"id", "S0"}});
  while (shop.calls("Listing S0") < 2) shop.world.tick();
  shop.online.holds = true;
  shop.world.run();
  REQUIRE(shop.world.open_calls.size() == 1);
  shop.online.stores["S0"] = "B";
  shop.changed("S0");
  shop.online.holds = false;
  shop.world.answer(shop.world.open_calls.begin()->first, {Kind::Rejected});
  shop.world.run();
  CHECK(shop.online.listed["S0"] == "B");
  CHECK(shop.sync()["held"] == 0);
  CHECK(shop.world.engine().counters().carried_held == 0);
}

TEST_CASE("a reconciliation goes on where it was, under another program too") {
  CarriedShop shop(Strategy::Keyed, 3, many(2500));
  shop.in_numbers = [&](const CallRequest& request) {
    return in_first_numbers(request, *shop.retail.program());
  };
  const auto other = renumbered(shop.retail.program());
  for (auto& [id, region] : shop.online.stores) region = "moved";
  shop.world.now = kMonday + night(1);
  bool deployed = false;
  for (int ticks = 0; shop.sync()["reconciliation"]["last"]["began"] != "2026-11-24T02:00:00Z"; ++ticks) {
    REQUIRE(ticks < 100'000);
    if (ticks % 500 == 499) {
      shop.world.deploy((deployed = !deployed) ? other : shop.retail.program());
      shop.world.crash();
    }
    shop.world.tick();
    if (const auto due = shop.world.engine().next_due(); due && !shop.world.engine().busy())
      shop.world.now = std::max(shop.world.now, std::min(*due, shop.world.now + kMinute));
  }
  shop.world.run_to(shop.world.now + 10 * kMinute);
  CHECK(shop.online.listed == shop.online.stores);
  CHECK(shop.calls("Stores.all") == 2);
  CHECK(shop.rows(Table::Carried) == 0);
}

TEST_CASE("a crash at any step leaves the other system with what there is") {
  for (const auto strategy : {Strategy::Idempotent, Strategy::Keyed, Strategy::Queryable}) {
    for (int point = 0; point < 24; ++point) {
      CAPTURE(point);
      CarriedShop shop(strategy, 2, many(4));
      shop.online.stores["S1"] = "QLD";
      shop.online.stores["S3"] = "NT";
      int left = point;
      shop.world.crash_now = [&] { return left-- == 0; };
      for (const char* id : {"S1", "S3"}) {
        Json reply = Json::object();
        while (!reply.value("accepted", false)) {
          reply = shop.world.event("retail.store_changed", {{"id", id}}, std::string("e") + id);
          shop.world.run();
        }
      }
      shop.world.run_to(shop.world.now + 10 * kMinute);
      CHECK(shop.online.listed == shop.online.stores);
      CHECK(shop.rows(Table::Carried) == 0);
    }
  }
}
