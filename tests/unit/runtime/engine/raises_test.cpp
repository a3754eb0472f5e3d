// Exceptions: raised once, updated while they are open, resolved by people or a workflow, awaited.
#include <set>

#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

Json start(Shop& shop, const std::string& workflow, const std::string& id) {
  Json started = shop.world.start(workflow, id);
  shop.world.run();
  return started;
}

Json shown(Shop& shop, const std::string& exception, const std::string& key) {
  return shop.world.show(exception, key);
}

}  // namespace

TEST_CASE("a raise goes on at once, and the exception is an instance of its own with a key and a task") {
  Shop shop;
  start(shop, "Raise", "P-1/A/S1/7");
  CHECK(shop.outcome("Raise", "P-1/A/S1/7") == "Resolved");
  const Json open = shown(shop, "Shortfall", "A, S1");
  CHECK(open["status"] == "running");
  CHECK(open["severity"] == "high");
  CHECK(open["raised"] == 1);
  CHECK(open["arguments"]["gap"].dump() == "7");
  const auto tasks = shop.world.tasks();
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0]["label"] == "Shortfall");
  CHECK(tasks[0]["workflow"] == "test.Shortfall");
  CHECK(shop.world.history(open["id"], "started")[0]["by"]["key"] == "P-1/A/S1/7");
  shop.world.decide(shop.task(), "ops", "done", "delivered");
  shop.world.run();
  CHECK(shop.outcome("Shortfall", "A, S1") == "Resolved");
  CHECK(shop.world.engine().next_due() == std::nullopt);
}

TEST_CASE("raising again while it is open updates it: no second task, the newest arguments, a count") {
  Shop shop;
  start(shop, "Raise", "P-1/A/S1/7");
  const Json first = shown(shop, "Shortfall", "A, S1");
  const Json task = shop.world.tasks().at(0);
  shop.world.run_to(shop.world.now + kHour);
  start(shop, "Raise", "P-2/A/S1/9");
  start(shop, "Raise", "P-3/A/S2/1");  // another store is another exception
  const Json again = shown(shop, "Shortfall", "A, S1");
  CHECK(again["id"] == first["id"]);
  CHECK(again["raised"] == 2);
  CHECK(again["arguments"]["gap"].dump() == "9");
  CHECK(again["lastRaised"] != first["lastRaised"]);
  CHECK(shop.world.history(first["id"], "raisedAgain")[0]["by"]["key"] == "P-2/A/S1/9");
  const auto tasks = shop.world.tasks({{"key", "A, S1"}});
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0]["task"] == task["task"]);
  CHECK(tasks[0]["deadline"] == task["deadline"]);
  CHECK(tasks[0]["arguments"]["gap"].dump() == "9");
  shop.world.run_out();
  const Json lapsed = shown(shop, "Shortfall", "A, S1");
  CHECK(lapsed["outcome"]["name"] == "Lapsed");
  CHECK(lapsed["outcome"]["value"]["count"].dump() == "9");  // what comes after sees the newest too
}

TEST_CASE("once it has ended, raising begins anew") {
  Shop shop;
  start(shop, "Raise", "P-1/A/S1/7");
  const Json first = shown(shop, "Shortfall", "A, S1");
  shop.world.decide(shop.task(), "ops", "done");
  start(shop, "Raise", "P-2/A/S1/9");
  const Json second = shown(shop, "Shortfall", "A, S1");
  CHECK(second["id"] != first["id"]);
  CHECK(second["raised"] == 1);
  CHECK(shop.world.tasks().size() == 1);
}

TEST_CASE("raised while it ends, it begins anew when it has ended") {
  Shop shop;
  shop.estate.hold_writes = true;  // its notification stays under way
  start(shop, "Await", "P-1");
  shop.world.run_to(shop.world.now + kHour);
  const Json first = shown(shop, "Twin", "P-1");
  CHECK(first["status"] == "ending");
  start(shop, "Once", "P-1");
  CHECK(shown(shop, "Twin", "P-1")["id"] == first["id"]);
  REQUIRE(shop.world.open_calls.size() == 1);
  shop.world.answer(shop.world.open_calls.begin()->first, CallResult{});
  shop.world.run();
  CHECK(shop.outcome("Await", "P-1") == "Lapsed");  // who waited for the first is told of it
  const Json second = shown(shop, "Twin", "P-1");
  CHECK(second["id"] != first["id"]);
  CHECK(second["status"] == "running");
  CHECK(shop.world.history(second["id"], "started")[0]["by"]["workflow"] == "test.Once");
}

TEST_CASE("keys of several parts are never taken for each other") {
  Shop shop;
  start(shop, "Raise", "P-1/a, b/c/1");
  start(shop, "Raise", "P-2/a/b, c/2");
  CHECK(shown(shop, "Shortfall", "a\\, b, c")["arguments"]["gap"].dump() == "1");
  CHECK(shown(shop, "Shortfall", "a, b\\, c")["arguments"]["gap"].dump() == "2");
}

TEST_CASE("nobody starts an exception, and a key that says nothing is not raised") {
  Shop shop;
  std::optional<Json> reply;
  shop.world.engine().start({"Shortfall", R"({"article": "A", "store": "S1", "gap": 1})", "", keep(reply)});
  CHECK((*reply)["message"] == "test.Shortfall is an exception: workflows raise it");
  const std::string long_article(300, 'a');
  start(shop, "Raise", "P-1/" + long_article.substr(0, 150) + "/" + long_article.substr(0, 100) + "/1");
  CHECK(shop.world.list({{"workflow", "Shortfall"}})["instances"].empty());
}

TEST_CASE("its owner is reminded, and who it is escalated to may do the task too") {
  Shop shop;
  start(shop, "Raise", "P-1/A/S1/7");
  const uint64_t task = shop.task();
  CHECK(shop.world.decide(task, "dir", "done")["refused"] == "Denied");
  shop.world.run_to(shop.world.now + 3 * kHour);
  const Json escalated = shop.world.tasks().at(0);
  CHECK(escalated["reminded"] == "2026-11-23T11:00:00Z");
  CHECK(escalated["escalatedTo"][0] == "Director");
  CHECK(shop.world.tasks({{"person", "dir"}}).size() == 1);
  CHECK(shop.world.decide(task, "dir", "done").contains("task"));
  shop.world.run();
  CHECK(shop.outcome("Shortfall", "A, S1") == "Resolved");
}

TEST_CASE("who raises and waits goes on when it is resolved, expires when it lapses or takes too long") {
  Shop shop;
  start(shop, "Ask", "P-1/A/S1/7");
  start(shop, "Ask", "P-2/A/S1/8");  // two wait for one
  const Json waits = shop.world.show("Ask", "P-1/A/S1/7");
  CHECK(waits["waits"][0]["waitsFor"] == "exception");
  CHECK(waits["waits"][0]["for"] == "test.Shortfall");
  CHECK(shop.world.tasks().size() == 1);
  shop.world.decide(shop.task(), "ops", "done");
  shop.world.run();
  CHECK(shop.outcome("Ask", "P-1/A/S1/7") == "Resolved");
  CHECK(shop.outcome("Ask", "P-2/A/S1/8") == "Resolved");

  start(shop, "Ask", "P-3/A/S1/7");
  shop.world.run_to(shop.world.now + 4 * kHour);
  shop.world.run();
  CHECK(shop.outcome("Shortfall", "A, S1") == "Lapsed");
  CHECK(shop.outcome("Ask", "P-3/A/S1/7") == "Lapsed");
  shop.world.run_out();
}

TEST_CASE("a workflow resolves an exception, and its owner's task is not needed any more") {
  Shop shop;
  start(shop, "Mend", "P-1");
  CHECK(shop.world.status("Do", "P-1") == "running");
  REQUIRE(shop.world.tasks().size() == 2);  // the owner's and the workflow's
  const Json work = shop.world.tasks({{"workflow", "Do"}}).at(0);
  shop.world.decide(work["task"], "ops", "done");
  shop.world.run();
  CHECK(shop.outcome("Repair", "P-1") == "Resolved");
  CHECK(shop.outcome("Mend", "P-1") == "Resolved");
  CHECK(shop.world.tasks().empty());
  CHECK(shop.world.tasks({{"status", "cancelled"}}).size() == 1);
}

TEST_CASE("a workflow that can't resolve it leaves it to its owner") {
  Shop shop;
  shop.world.now = kMonday + 9 * kHour;
  start(shop, "Do", "P-1");  // it runs already: it is not started twice, but met
  start(shop, "Mend", "P-1");
  CHECK(shop.world.list({{"workflow", "Do"}})["instances"].size() == 1);
  REQUIRE(shop.world.tasks().size() == 2);
  const Json repair = shown(shop, "Repair", "P-1");
  shop.world.decide(shop.world.tasks({{"workflow", "Repair"}}).at(0)["task"], "ops", "done");
  shop.world.run();
  CHECK(shop.outcome("Mend", "P-1") == "Resolved");
  CHECK(shop.world.status("Do", "P-1") == "running");  // its own business
  shop.world.run_out();
}

TEST_CASE("an exception outlives who raised it, and an end that nobody waits for any more changes nothing") {
  Shop shop;
  start(shop, "Ask", "P-1/A/S1/7");
  shop.world.decide(shop.task(), "ops", "done");
  start(shop, "Ask", "P-2/A/S1/7");
  shop.world.run_to(shop.world.now + 4 * kHour + kMinute);
  CHECK(shop.outcome("Ask", "P-2/A/S1/7") == "Lapsed");
  CHECK(shop.world.list({{"status", "running"}})["instances"].empty());
}

TEST_CASE("six hundred raises take turns with others, and none is lost") {
  Shop shop;
  start(shop, "Many", "M");
  CHECK(shop.outcome("Many", "M") == "Resolved");
  uint64_t raised = 0;
  for (const char* key : {"A, S0", "A, S1", "A, S2"}) {
    const Json open = shown(shop, "Shortfall", key);
    raised += open["raised"].get<uint64_t>();
  }
  CHECK(raised == 600);
  CHECK(shop.world.tasks().size() == 3);
}

TEST_CASE("a crash after any record: raised once each, answered once") {
  uint64_t rounds = 0;
  for (uint64_t crash_round = 0; crash_round <= rounds; ++crash_round) {
    CAPTURE(crash_round);
    Shop shop;
    uint64_t round = 0;
    shop.world.crash_now = [&] { return ++round == crash_round; };
    const std::vector<std::pair<std::string, std::string>> all{
        {"Ask", "P-1/A/S1/7"}, {"Raise", "P-2/A/S1/8"}, {"Ask", "P-3/A/S2/9"}, {"Mend", "P-4"}};
    for (const auto& [workflow, id] : all) {
      shop.world.start(workflow, id, "r" + id);
      shop.world.run();
      if (shop.world.status(workflow, id) == "unknown") shop.world.start(workflow, id, "r" + id);
      shop.world.run();
    }
    CHECK(shop.world.tasks().size() == 4);
    CHECK(shown(shop, "Shortfall", "A, S1")["raised"] == 2);
    CHECK(shown(shop, "Shortfall", "A, S2")["raised"] == 1);
    for (int i = 0; i < 4; ++i) {
      const auto tasks = shop.world.tasks();
      if (!tasks.empty()) shop.world.decide(tasks.back()["task"], "ops", "done");
      shop.world.run();
    }
    for (const auto& [workflow, id] : all) CHECK(shop.outcome(workflow, id) == "Resolved");
    CHECK(shop.world.tasks().empty());
    if (crash_round == 0) rounds = round;
  }
}
