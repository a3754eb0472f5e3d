// Calls: their keys, retries, unclear outcomes by strategy, limits, and what stops a write.
#include "tests/unit/runtime/engine/shop.h"

#include <set>

using namespace endcap;
using namespace endcap::test;

namespace {
using Kind = CallResult::Kind;

RetailOptions with(abi::Strategy strategy) {
  RetailOptions options;
  options.write = strategy;
  return options;
}
}  // namespace

TEST_CASE("each write has a key of its own, of 32 hex characters, stable over retries") {
  Shop shop;
  shop.estate.script["activate S1"] = {Kind::Ambiguous, Kind::Ambiguous, Kind::Unavailable};
  shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.estate.written.size() == 3);
  std::set<std::string> keys;
  for (const auto& [key, count] : shop.estate.effects) {
    CHECK(key.size() == 32);
    CHECK(key.find_first_not_of("0123456789abcdef") == std::string::npos);
    keys.insert(key);
  }
  CHECK(keys.size() == 3);
}

TEST_CASE("a call that is not possible is tried again with growing pauses, then unavailable") {
  Shop shop;
  shop.world.options.attempts["erp"] = 3;
  shop.world.crash();
  shop.estate.script["activate S1"] = std::vector<Kind>(10, Kind::Unavailable);
  const uint64_t id = shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.world.history(id, "failedAttempt").size() == 2);
  CHECK(shop.world.status("Launch", "P-1") == "suspended");  // nobody handles `unavailable`
  const Json shown = shop.world.show("Launch", "P-1");
  std::string reason;
  for (const Json& wait : shown["waits"])
    if (wait["waitsFor"] == "suspended") reason = wait["reason"];
  CHECK(reason.find("Price.activate of erp is unavailable: ") == 0);
  CHECK(reason.find("there is no handler for that") != reason.npos);
  CHECK(shop.estate.written.size() == 2);

  std::optional<Json> reply;  // a person has looked, and the write is made again
  shop.estate.script.clear();
  shop.world.engine().resume({id, "ops", "the system is back", keep(reply)});
  shop.world.run();
  CHECK((*reply)["id"] == id);
  CHECK(shop.world.status("Launch", "P-1") == "running");
  CHECK(shop.estate.written.size() == 3);
  shop.world.engine().resume({id, "ops", "again", keep(reply)});
  shop.world.run();
  CHECK((*reply)["refused"] == "Conflict");
}

TEST_CASE("an unclear outcome of a keyed write is asked with the same key until it is clear") {
  Shop shop(with(abi::Strategy::Keyed));
  shop.estate.script["activate S2"] = {Kind::Ambiguous, Kind::Ambiguous};
  const uint64_t id = shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.estate.written.size() == 3);
  CHECK(shop.world.history(id, "unclear").size() == 2);
  CHECK(shop.world.tasks().empty());
}

TEST_CASE("an unclear outcome of an idempotent write is written again") {
  Shop shop(with(abi::Strategy::Idempotent));
  shop.estate.script["activate S2"] = {Kind::Ambiguous};
  shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(std::count(shop.estate.written.begin(), shop.estate.written.end(), "activate P-1 S2") == 2);
}

TEST_CASE("an unclear outcome of a queryable write is asked for before anything is written again") {
  Shop shop(with(abi::Strategy::Queryable));
  shop.estate.script["activate S2"] = {Kind::Ambiguous};
  SUBCASE("it had happened") { shop.estate.commits_ambiguous = true; }
  SUBCASE("it had not") { shop.estate.commits_ambiguous = false; }
  SUBCASE("it had not, and each answer comes twice, the second to an attempt that is over") {
    shop.estate.commits_ambiguous = false;
    shop.world.tells_twice = true;
  }
  shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.estate.asked == std::vector<std::string>{"activate P-1 S2"});
  CHECK(shop.estate.written.size() == 3);
}

TEST_CASE("an unclear outcome of an unsafe write is for a person to say") {
  Shop shop(with(abi::Strategy::Unsafe));
  shop.estate.script["activate S2"] = {Kind::Ambiguous};
  shop.estate.commits_ambiguous = false;
  shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  REQUIRE(shop.world.tasks().size() == 1);
  const Json task = shop.world.tasks().at(0);
  CHECK(task["kind"] == "outcome");
  CHECK(task["roles"] == Json{"StoreOps"});
  CHECK(task["arguments"]["payload"]["store"] == "S2");
  CHECK(shop.estate.written.size() == 2);
  CHECK(shop.world.decide(task["task"], "fin", "approve")["refused"] == "Denied");
  SUBCASE("it happened") {
    shop.world.decide(task["task"], "ops", "approve");
    shop.world.run();
    CHECK(shop.estate.written.size() == 2);
  }
  SUBCASE("it did not happen") {
    shop.world.decide(task["task"], "ops", "reject");
    shop.world.run();
    CHECK(shop.estate.written.size() == 3);
  }
  CHECK(shop.world.tasks().empty());
  shop.world.run_out();
  CHECK(shop.outcome() == "Done");
}

TEST_CASE("a system that never gives a clear answer becomes a question too") {
  Shop shop;
  shop.world.options.attempts["erp"] = 2;
  shop.world.crash();
  shop.estate.script["activate S2"] = std::vector<Kind>(20, Kind::Ambiguous);
  shop.launch();
  shop.world.run_to(shop.world.now + kDay);
  CHECK(shop.world.tasks().at(0)["kind"] == "outcome");
}

TEST_CASE("a declared rejection reaches the workflow") {
  Shop shop;
  shop.estate.script["activate S2"] = {Kind::Rejected};
  const uint64_t id = shop.launch();
  shop.world.run_out();
  CHECK(shop.outcome() == "Done");
  bool found = false;
  for (const Json& entry : shop.world.history(id, "write"))
    found = found || (entry["outcome"] == "rejected" && entry["rejection"] == "RecordLocked");
  CHECK(found);
}

TEST_CASE("no more calls of a fan-out are in flight than it may have, and waiting elements don't count") {
  RetailOptions options;
  options.parallel = 2;
  Shop shop(options);
  shop.estate.stores = {"S1", "S2", "S3", "S4", "S5"};
  shop.estate.hold_writes = true;
  shop.launch();
  CHECK(shop.world.open_calls.size() == 2);
  const Json shown = shop.world.show("Launch", "P-1");
  CHECK(shown["waiting"] == 6);  // all elements have started
  const auto answer_one = [&] {
    const auto [call, request] = *shop.world.open_calls.begin();
    shop.world.answer(call, shop.estate.effect(request.second));
    shop.world.run();
  };
  for (size_t left : {2, 2, 2, 1, 0}) {
    answer_one();
    CHECK(shop.world.open_calls.size() == left);
  }
  CHECK(shop.estate.written.size() == 5);
}

TEST_CASE("a grant that has expired is refused at its write") {
  Shop shop;
  shop.estate.stores = {"S1"};
  shop.estate.script["promotion promotion"] = {};
  shop.launch(20);
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.now += 31 * kDay;  // nothing happened for a month, the recheck takes its time
  shop.world.run();
  CHECK(shop.estate.written.empty());
}

TEST_CASE("a result that nobody handles suspends its instance alone") {
  RetailOptions options;
  options.on_changed = false;
  Shop shop(options);
  shop.launch(20);
  shop.estate.cost = 21;
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.run();
  CHECK(shop.world.status("Launch", "P-1") == "suspended");
  CHECK(shop.world.show("Launch", "P-1")["suspended"] == 3);
  shop.launch(5, "P-2");
  shop.world.run_out();
  CHECK(shop.outcome("Launch", "P-2") == "Done");
  CHECK(shop.world.list({{"status", "suspended"}})["instances"].size() == 1);
  shop.cancel();
  CHECK(shop.outcome() == "Cancelled");
}

TEST_CASE("the history tells who decided what and what was written where") {
  Shop shop;
  const uint64_t id = shop.launch(20);
  shop.world.decide(shop.task(), "fin", "approve", "fine");
  shop.world.run_out();
  std::vector<std::string> kinds;
  for (const Json& entry : shop.world.history(id)) {
    if (kinds.empty() || kinds.back() != entry["kind"]) kinds.push_back(entry["kind"]);
  }
  CHECK(kinds == std::vector<std::string>{"started", "read", "asked", "decided", "granted", "fannedOut",
                                          "write", "joined", "waits", "ending", "finished"});
  const Json write = shop.world.history(id, "write").at(0);
  CHECK(write["operation"] == "Price.activate");
  CHECK(write["system"] == "erp");
  CHECK(write["outcome"] == "ok");
  CHECK(write["attempt"] == 1);
  CHECK(write["payload"]["promotion"] == "P-1");
  CHECK(write["target"] == write["element"]);
  CHECK(write["path"] == "activate[store].write");
  const Json page = Json::parse(shop.world.engine().history(id, 0, 3).value());
  CHECK(page["entries"].size() == 3);
  const Json rest = Json::parse(shop.world.engine().history(id, page["next"], 1000).value());
  CHECK(rest["entries"].size() == shop.world.history(id).size() - 3);
}

TEST_CASE("a machine that faults the same way twice is quarantined, visibly and alone") {
  Shop shop;
  const uint64_t id = shop.world.start("Overflow", "P-1")["id"];
  shop.world.start("Wait", "P-2");
  shop.world.run_out();
  const Json wait = shop.world.show("Overflow", "P-1")["waits"][0];
  CHECK(wait["waitsFor"] == "quarantined");
  CHECK(wait["reason"] == "overflow at broken.endcap:12:9-24");
  CHECK(shop.world.history(id, "quarantined").size() == 1);
  CHECK(shop.outcome("Wait", "P-2") == "Done");
  CHECK(shop.world.engine().counters().suspended == 1);
  shop.world.crash();
  CHECK(shop.world.status("Overflow", "P-1") == "suspended");
}

TEST_CASE("a machine that runs in circles or keeps too much does not take its partition with it") {
  Shop shop;
  shop.world.start("Circle", "P-1");
  shop.world.start("Large", "P-1");
  shop.world.run();
  CHECK(shop.world.show("Circle", "P-1")["waits"][0]["reason"] ==
        "it runs in circles without waiting for anything");
  CHECK(shop.world.show("Large", "P-1")["waits"][0]["reason"] ==
        "what is live at this wait takes more than 256 KiB");
  shop.world.start("Wait", "P-1");
  shop.world.run_out();
  CHECK(shop.outcome("Wait") == "Done");
}
