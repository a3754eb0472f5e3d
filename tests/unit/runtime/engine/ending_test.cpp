// How a family ends: what is in flight settles, the rest is cancelled, what was written is taken back in the
// right order.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {
using Kind = CallResult::Kind;
}

TEST_CASE("a cancelled launch takes back what it wrote, once") {
  Shop shop;
  const uint64_t id = shop.launch();
  CHECK(shop.estate.written.size() == 3);
  shop.cancel();
  CHECK(shop.outcome() == "Cancelled");
  CHECK(shop.world.status("Launch", "P-1") == "failed");
  CHECK(shop.estate.written.size() == 6);
  for (const std::string store : {"S1", "S2", "S3"}) {
    CHECK(std::count(shop.estate.written.begin(), shop.estate.written.end(), "withdraw P-1 " + store) == 1);
  }
  CHECK(shop.world.history(id, "undo").size() == 3);
  CHECK_FALSE(shop.world.engine().next_due().has_value());  // no timer of it is left
}

TEST_CASE("cancelling before anything is written just ends") {
  Shop shop;
  shop.launch(20);
  shop.cancel();
  CHECK(shop.outcome() == "Cancelled");
  CHECK(shop.world.tasks().empty());
  CHECK(shop.world.tasks({{"status", "cancelled"}}).size() == 1);
  CHECK(shop.estate.written.empty());
  CHECK_FALSE(shop.world.engine().next_due().has_value());
}

TEST_CASE("calls in flight settle before anything is taken back") {
  Shop shop;
  shop.estate.hold_writes = true;
  shop.launch();
  REQUIRE(shop.world.open_calls.size() == 3);
  shop.cancel();
  CHECK(shop.world.status("Launch", "P-1") == "ending");
  shop.estate.hold_writes = false;
  const auto open = shop.world.open_calls;
  auto call = open.begin();
  shop.world.answer(call->first, shop.estate.effect(call->second.second));  // it did happen
  ++call;
  shop.world.answer(call->first, CallResult{Kind::Unavailable});  // this one did not, and is not tried again
  ++call;
  shop.world.run();
  CHECK(shop.world.status("Launch", "P-1") == "ending");
  CHECK(shop.estate.written.size() == 1);
  shop.world.answer(call->first, CallResult{Kind::Rejected});
  shop.world.run();
  CHECK(shop.outcome() == "Cancelled");
  CHECK(shop.estate.written.size() == 2);
  CHECK(shop.estate.written.back().starts_with("withdraw"));
}

TEST_CASE("an unclear call of a cancelled launch is made clear, then taken back") {
  Shop shop;
  shop.estate.script["activate S1"] = {Kind::Ambiguous};
  shop.launch();
  shop.cancel();
  CHECK(shop.world.status("Launch", "P-1") == "ending");
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.outcome() == "Cancelled");
  CHECK(std::count(shop.estate.written.begin(), shop.estate.written.end(), "activate P-1 S1") == 1);
  CHECK(std::count(shop.estate.written.begin(), shop.estate.written.end(), "withdraw P-1 S1") == 1);
}

TEST_CASE("an undo that is refused becomes work for the owner of the operation") {
  Shop shop;
  shop.estate.script["withdraw S2"] = {Kind::Rejected};
  shop.launch();
  shop.cancel();
  CHECK(shop.outcome() == "Cancelled");
  REQUIRE(shop.world.tasks().size() == 1);
  const Json task = shop.world.tasks().at(0);
  CHECK(task["kind"] == "undo");
  CHECK(task["roles"] == Json{"StoreOps"});
  CHECK(task["arguments"]["target"] == "S2");
  CHECK(shop.world.decide(task["task"], "ops", "done")["status"] == "done");
}

TEST_CASE("other launches are not touched by one that ends") {
  Shop shop;
  shop.launch(20, "P-1");
  shop.launch(20, "P-2");
  shop.cancel("P-1");
  CHECK(shop.outcome("Launch", "P-2") == "running");
  CHECK(shop.world.tasks().size() == 1);
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.run_out();
  CHECK(shop.outcome("Launch", "P-2") == "Done");
}

TEST_CASE("nothing of an ended family is left in the store but its outcome, key, tasks and history") {
  Shop shop;
  shop.launch(20);
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.run_out();
  CHECK(shop.outcome() == "Done");
  for (const Table table : {Table::Timer, Table::Pending, Table::Leaf, Table::Subscription, Table::Group,
                            Table::Result, Table::Undo, Table::Blob}) {
    for (PartitionId partition = 0; partition < 2; ++partition) {
      size_t rows = 0;
      CHECK(
          shop.world.store()
              .scan(partition, table, "", "", [&](std::string_view, std::string_view) { return ++rows > 0; })
              .has_value());
      CHECK_MESSAGE(rows == 0, "table " << static_cast<int>(table));
    }
  }
}

TEST_CASE("what was written is taken back in reverse order, side by side across elements") {
  Shop shop;
  shop.world.start("Chain", "P-1");
  shop.world.run();
  CHECK(shop.outcome("Chain") == "Cancelled");
  std::vector<std::string> undone;
  for (const std::string& line : shop.estate.written) {
    if (line.starts_with("withdraw")) undone.push_back(line.substr(line.rfind(' ') + 1));
  }
  REQUIRE(undone.size() == 4);
  CHECK(((undone[0] == "C" && undone[1] == "D") || (undone[0] == "D" && undone[1] == "C")));
  CHECK(undone[2] == "B");
  CHECK(undone[3] == "A");
}

// ---------------------------------------------------------------- workflows that others run

namespace {

std::vector<std::string> undone(const Shop& shop) {
  std::vector<std::string> targets;
  for (const std::string& line : shop.estate.written) {
    if (line.starts_with("withdraw")) targets.push_back(line.substr(line.rfind(' ') + 1));
  }
  return targets;
}

uint64_t nest(Shop& shop) {
  shop.estate.cost = 5;
  const uint64_t id = shop.world.start("Nest", "P-1")["id"];
  shop.world.run();
  return id;
}

}  // namespace

TEST_CASE("a workflow that is run takes back what it wrote, and the one that ran it goes on") {
  Shop shop;
  const uint64_t id = nest(shop);
  CHECK(shop.outcome("Nest") == "Done");
  const auto targets = undone(shop);
  REQUIRE(targets.size() == 3);
  CHECK(targets.back() == "B");
  CHECK(std::ranges::count(targets, "A") == 0);
  const auto ran = shop.world.history(id, "ran");
  REQUIRE(ran.size() == 1);
  CHECK(ran[0]["path"] == "inner");
  CHECK(ran[0]["workflow"] == "test.Inner");
  CHECK(ran[0]["outcome"] == "Cancelled");
  CHECK(ran[0]["failure"] == true);
}

TEST_CASE("its calls in flight settle first, and what they did is taken back too") {
  Shop shop;
  shop.estate.script["activate C"] = {Kind::Ambiguous};
  nest(shop);
  const Json shown = shop.world.show("Nest", "P-1");
  CHECK(shown["status"] == "running");
  REQUIRE(shown["waiting"] == 3);  // the one that runs, the run, and the element whose write is unclear
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.outcome("Nest") == "Done");
  CHECK(undone(shop).size() == 3);
}

TEST_CASE("a family that ends while a workflow in it takes things back takes back all") {
  Shop shop;
  shop.estate.script["activate C"] = {Kind::Ambiguous};
  nest(shop);
  shop.cancel();
  CHECK(shop.world.status("Nest", "P-1") == "ending");
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.outcome("Nest") == "Cancelled");
  const auto targets = undone(shop);
  CHECK(targets.size() == 4);
  CHECK(targets.back() == "A");
}

TEST_CASE("a crash in the middle of it changes nothing") {
  Shop shop;
  shop.estate.script["activate C"] = {Kind::Ambiguous};
  nest(shop);
  shop.world.crash();
  shop.world.run();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.outcome("Nest") == "Done");
  CHECK(undone(shop).size() == 3);
  CHECK_FALSE(shop.world.engine().next_due().has_value());
}

TEST_CASE("nobody starts a workflow that only others run") {
  Shop shop;
  CHECK(shop.world.start("Inner", "P-1")["message"] == "there is no workflow \"Inner\"");
}
