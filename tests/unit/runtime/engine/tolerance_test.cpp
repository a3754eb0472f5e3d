// Elements that fail alone: counted, taken back, and what happens when there are too many.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;
using Kind = CallResult::Kind;

namespace {

size_t count(const Shop& shop, const std::string& line) {
  return static_cast<size_t>(std::count(shop.estate.written.begin(), shop.estate.written.end(), line));
}

// One of three has no stock, and the machine crashes once: in its first step, its second, ...
void fails_alone(const std::string& workflow, uint64_t steps) {
  for (uint64_t round = 1; round < steps; ++round) {
    CAPTURE(round);
    Shop shop({}, round);
    shop.estate.script["Stock S2"] = {Kind::Rejected, Kind::Rejected, Kind::Rejected};
    uint64_t rounds = 0;
    shop.world.crash_now = [&] { return ++rounds == round; };
    shop.world.start(workflow, "P-1", "r1");
    shop.world.run();
    if (shop.world.status(workflow, "P-1") == "unknown") shop.world.start(workflow, "P-1", "r1");
    shop.world.run_out();
    CHECK(shop.world.status(workflow, "P-1") == "finished");
    for (const std::string store : {"S1", "S2", "S3"}) CHECK(count(shop, "activate P-1 " + store) == 1);
    CHECK(count(shop, "withdraw P-1 S2") >= 1);  // idempotent
    CHECK(count(shop, "withdraw P-1 S1") == 0);
  }
}

}  // namespace

TEST_CASE("an element that fails is taken back alone, and the others are collected") {
  Shop shop;
  shop.estate.script["Stock S2"] = {Kind::Rejected};
  const uint64_t id = shop.world.start("Tolerant", "P-1")["id"];
  shop.world.run();
  const Json shown = shop.world.show("Tolerant", "P-1");
  CHECK(shown["status"] == "finished");
  CHECK(shown["outcome"]["value"]["count"] == 2);
  for (const std::string store : {"S1", "S2", "S3"}) CHECK(count(shop, "activate P-1 " + store) == 1);
  CHECK(count(shop, "withdraw P-1 S2") == 1);
  CHECK(count(shop, "withdraw P-1 S1") == 0);
  const auto failed = shop.world.history(id, "elementFailed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0]["element"] == "S2");
  CHECK(failed[0]["outcome"] == "NoStock");
  CHECK(shop.world.history(id, "joined").back()["failed"] == 1);
}

TEST_CASE("beyond the tolerance nothing new is begun, and the fan-out fails") {
  Shop shop;
  shop.estate.stores = {};
  for (int i = 1; i <= 9; ++i) shop.estate.stores.push_back("S" + std::to_string(i));
  for (const char* store : {"S1", "S2", "S3", "S4"})
    shop.estate.script[std::string("Stock ") + store] = {Kind::Rejected};
  const uint64_t id = shop.world.start("Tolerant", "P-1")["id"];
  shop.world.run();
  const Json shown = shop.world.show("Tolerant", "P-1");
  CHECK(shown["status"] == "failed");
  CHECK(shown["outcome"]["name"] == "Cancelled");
  const auto told = shop.world.history(id, "tooManyFailed");
  REQUIRE(told.size() == 1);
  CHECK(told[0]["failed"] == 4);  // three of nine are a third
  CHECK(told[0]["stopped"].get<int>() > 0);
  for (const std::string& store : shop.estate.stores) {
    CHECK(count(shop, "activate P-1 " + store) == count(shop, "withdraw P-1 " + store));
  }
  CHECK(std::ranges::count(shop.estate.reads, "Stock S4") == 1);
  CHECK(std::ranges::count(shop.estate.reads, "Stock S9") == 0);  // its turn had not come
}

TEST_CASE("what is in flight when too many have failed settles before anything is taken back") {
  Shop shop;
  shop.estate.stores = {"S1", "S2", "S3"};
  shop.estate.script["Stock S1"] = {Kind::Rejected};
  shop.estate.script["Stock S2"] = {Kind::Rejected};
  shop.estate.script["activate S3"] = {Kind::Ambiguous, Kind::Unavailable};
  shop.world.start("Tolerant", "P-1");
  shop.world.run_out();
  CHECK(shop.world.status("Tolerant", "P-1") == "failed");
  for (const std::string& store : shop.estate.stores) {
    CHECK(count(shop, "activate P-1 " + store) == 1);
    CHECK(count(shop, "withdraw P-1 " + store) == 1);
  }
}

TEST_CASE("elements fail alone the same wherever the machine crashes") { fails_alone("Tolerant", 60); }

TEST_CASE(
    "an element that fails takes back what the workflow that it ran has written, wherever the machine "
    "crashes") {
  fails_alone("Spread", 80);
}

TEST_CASE("what an element runs settles when too many others have failed, and is taken back with the rest") {
  for (uint64_t round = 0; round < 40; ++round) {
    CAPTURE(round);
    Shop shop({}, round + 1);
    shop.estate.stores = {"S1", "S2", "S3"};
    for (const char* store : {"S1", "S2"})
      shop.estate.script[std::string("Stock ") + store] = {Kind::Rejected, Kind::Rejected, Kind::Rejected};
    shop.estate.script["activate S3"] = {Kind::Ambiguous, Kind::Unavailable};
    uint64_t rounds = 0;
    shop.world.crash_now = [&] { return ++rounds == round; };
    shop.world.start("Spread", "P-1", "r1");
    shop.world.run();
    if (shop.world.status("Spread", "P-1") == "unknown") shop.world.start("Spread", "P-1", "r1");
    shop.world.run_out();
    CHECK(shop.world.status("Spread", "P-1") == "failed");
    for (const std::string& store : shop.estate.stores) {
      CHECK(count(shop, "activate P-1 " + store) <= 1);
      CHECK((count(shop, "activate P-1 " + store) == 0 || count(shop, "withdraw P-1 " + store) >= 1));
    }
  }
}
