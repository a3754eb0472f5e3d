// What has ended: its history is sealed, reads as it did, and goes by the day when it is not to be kept for
// ever.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {
using Kind = CallResult::Kind;

size_t rows_of(Shop& shop, Table table) {
  size_t rows = 0;
  for (PartitionId partition = 0; partition < 2; ++partition) {
    const auto scanned =
        shop.world.store().scan(partition, table, "", "", [&](std::string_view, std::string_view) {
          ++rows;
          return true;
        });
    CHECK(scanned.has_value());
  }
  return rows;
}

// By pages of `limit`.
std::vector<std::string> pages_of(Shop& shop, uint64_t id, uint32_t limit) {
  std::vector<std::string> entries;
  for (Json from = 0; from.is_number();) {
    const auto page = shop.world.engine().history(id, from.get<uint64_t>(), limit);
    if (!page) return entries;
    const Json json = Json::parse(*page);
    for (const Json& entry : json.at("entries")) entries.push_back(entry.dump());
    CHECK(json.at("entries").size() <= limit);
    from = json.at("next");
  }
  return entries;
}

std::vector<uint64_t> instances(Shop& shop) {
  std::vector<uint64_t> ids;
  const Json listed = shop.world.list({{"limit", 1000}});
  for (const Json& each : listed.at("instances")) ids.push_back(each.at("id"));
  return ids;
}

// Looks at every history whenever something was acknowledged: it only grows, and only at its end.
struct Watch {
  std::map<uint64_t, std::vector<std::string>> known;
  void look(Shop& shop) {
    for (const uint64_t id : instances(shop)) {
      const auto now = pages_of(shop, id, 3);
      const auto& before = known[id];
      REQUIRE(now.size() >= before.size());
      CHECK(std::equal(before.begin(), before.end(), now.begin()));
      known[id] = now;
    }
  }
};

std::string kind_of(const std::string& entry) { return Json::parse(entry).at("kind"); }

// Finance approves what it is asked, ops do what is to be done; every round is watched.
void play(Shop& shop, Watch& watch) {
  for (int i = 0; i < 300; ++i) {
    while (shop.world.tick()) watch.look(shop);
    watch.look(shop);
    const auto tasks = shop.world.tasks();
    for (const Json& task : tasks) {
      const bool asked = task.at("kind") == "approval";
      shop.world.decide(task.at("task"), asked ? "fin" : "ops", asked ? "approve" : "done");
    }
    if (!tasks.empty()) continue;
    const auto due = shop.world.engine().next_due();
    if (!due) return;
    shop.world.now = std::max(shop.world.now, *due);
  }
}

// Two launches, of which one is taken back with an undo that a person must do, and a workflow that runs
// another.
Watch scenario(uint64_t crash_round, size_t record_bytes, uint64_t& rounds) {
  Shop shop({}, crash_round % 1000);
  shop.world.options.record_bytes_max = record_bytes;
  shop.world.crash(false);
  shop.estate.cost = 20;
  shop.estate.script["withdraw S2"] = {Kind::Rejected};
  rounds = 0;
  shop.world.crash_now = [&] { return ++rounds == crash_round; };
  Watch watch;
  for (const auto& [workflow, id] :
       {std::pair("Launch", "P-1"), std::pair("Launch", "P-2"), std::pair("Nest", "P-3")}) {
    while (shop.world.status(workflow, id) == "unknown") {  // it was never acknowledged
      shop.world.start(workflow, id, std::string("r") + id);
      shop.world.run();
    }
  }
  const auto approvals = shop.world.tasks({{"role", "Finance"}});
  for (const Json& task : approvals) shop.world.decide(task["task"], "fin", "approve");
  shop.world.run();
  while (shop.world.status("Launch", "P-1") == "running") {
    shop.world.event("retail.cancelled", {{"id", "P-1"}}, "c1");
    shop.world.run();
    for (const Json& task : shop.world.tasks({{"role", "Finance"}}))
      shop.world.decide(task["task"], "fin", "approve");
    shop.world.run();
  }
  play(shop, watch);
  CHECK(rows_of(shop, Table::History) == 0);
  CHECK(rows_of(shop, Table::Sealing) == 0);
  CHECK(rows_of(shop, Table::Sealed) >= 3);
  for (const auto& [id, entries] : watch.known) {
    CHECK(kind_of(entries.front()) == "started");
    const std::string last = kind_of(entries.back());
    CHECK((last == "finished" || last == "failed" || last == "taskDone"));
  }
  return watch;
}

}  // namespace

TEST_CASE(
    "the history of whatever has ended is sealed, and reads the same at any time, wherever it crashes") {
  for (const size_t record_bytes : {size_t{kRecordBytesMax}, size_t{300}}) {
    uint64_t rounds = 0;
    const Watch undisturbed = scenario(UINT64_MAX, record_bytes, rounds);
    CHECK(undisturbed.known.size() == 3);
    REQUIRE(rounds < 500);
    for (uint64_t round = 1, all = rounds; round <= all; ++round) {
      CAPTURE(round);
      CHECK(scenario(round, record_bytes, rounds).known.size() == 3);
    }
  }
}

TEST_CASE(
    "a long history is sealed over several drains, and reads the same after each, wherever it crashes") {
  Shop shop;
  shop.estate.stores.clear();
  for (int i = 0; i < 5'000; ++i) shop.estate.stores.push_back("S" + std::to_string(i));
  const uint64_t id = shop.world.start("Count", "P-1")["id"];
  while (shop.world.status("Count", "P-1") == "running") shop.world.tick();
  const auto known = pages_of(shop, id, 1'000);
  CHECK(known.size() > 5'000);
  CHECK(rows_of(shop, Table::Sealing) == 1);
  for (int round = 1; rows_of(shop, Table::Sealing) > 0; ++round) {
    REQUIRE(round < 20);
    CHECK(pages_of(shop, id, 1'000) == known);
    if (round == 2) shop.world.crash();
    shop.world.tick();
  }
  CHECK(rows_of(shop, Table::History) == 0);
  CHECK(rows_of(shop, Table::Sealed) > 5);  // of which a page reads some
  CHECK(pages_of(shop, id, 700) == known);
  CHECK(shop.world.engine().counters().history_rows_read == 0);
}

TEST_CASE("what people are still asked about is sealed when they have answered") {
  Shop shop;
  shop.estate.script["withdraw S2"] = {Kind::Rejected};
  const uint64_t id = shop.launch();
  shop.cancel();
  CHECK(shop.world.status("Launch", "P-1") == "failed");
  CHECK(rows_of(shop, Table::Sealed) == 0);
  const auto before = pages_of(shop, id, 1'000);
  shop.world.crash();
  CHECK(pages_of(shop, id, 1'000) == before);
  CHECK(shop.world.decide(shop.task(), "ops", "done")["status"] == "done");
  CHECK(rows_of(shop, Table::Sealed) == 1);
  CHECK(rows_of(shop, Table::History) == 0);
  const auto after = pages_of(shop, id, 1'000);
  REQUIRE(after.size() == before.size() + 1);
  CHECK(std::equal(before.begin(), before.end(), after.begin()));
  CHECK(kind_of(after.back()) == "taskDone");
}

// ---------------------------------------------------------------- retention

TEST_CASE("without a policy everything is kept") {
  Shop shop;
  const uint64_t id = shop.launch();
  shop.world.run_out();
  shop.world.run_to(shop.world.now + 3'000 * kDay);
  CHECK(shop.outcome() == "Done");
  CHECK(shop.world.history(id).size() > 5);
}

namespace {

// A shop in which launches are put to people, and what has ended is kept for two days.
struct Keeping {
  Shop shop;
  Keeping() {
    shop.world.options.keep_history = 2 * kDay;
    shop.world.crash();
  }
  // Ends at once.
  uint64_t cancelled(const std::string& id) {
    const uint64_t number = shop.launch(20, id);
    shop.cancel(id);
    CHECK(shop.outcome("Launch", id) == "Cancelled");
    return number;
  }
  bool is_kept(uint64_t id) {
    const bool shown = shop.world.engine().show(std::to_string(id), "").has_value();
    CHECK(shown == !pages_of(shop, id, 100).empty());
    return shown;
  }
};

}  // namespace

TEST_CASE("a day goes when it is as old as is kept, and nothing younger with it, wherever it crashes") {
  for (uint64_t crash_round = 0; crash_round <= 8; ++crash_round) {
    CAPTURE(crash_round);
    Keeping keeping;
    World& world = keeping.shop.world;
    const uint64_t monday = keeping.cancelled("P-1"), other = keeping.cancelled("P-2");
    const uint64_t task = world.tasks({{"status", "cancelled"}}).at(0)["task"];
    world.run_to(kMonday + kDay + 9 * kHour);
    const uint64_t tuesday = keeping.cancelled("P-1");  // the same key
    world.run_to(kMonday + 3 * kDay - 1);
    CHECK(keeping.is_kept(monday));
    CHECK(world.task(task)["status"] == "cancelled");
    uint64_t rounds = 0;
    world.crash_now = [&] { return ++rounds == crash_round; };
    world.run_to(kMonday + 3 * kDay + kSecond);
    CHECK_FALSE(keeping.is_kept(monday));
    CHECK_FALSE(keeping.is_kept(other));
    CHECK(world.task(task).contains("refused"));
    CHECK(world.show("Launch", "P-2").contains("refused"));
    CHECK(keeping.is_kept(tuesday));
    CHECK(world.show("Launch", "P-1")["id"] == tuesday);
    CHECK(rows_of(keeping.shop, Table::Key) == 1);
    world.run_to(kMonday + 4 * kDay + kSecond);
    CHECK_FALSE(keeping.is_kept(tuesday));
    for (const Table table : {Table::Instance, Table::Key, Table::Task, Table::Sealed, Table::History})
      CHECK_MESSAGE(rows_of(keeping.shop, table) == 0, "table " << static_cast<int>(table));
  }
}

TEST_CASE("what lives, or is still asked about, is kept however old it is") {
  Keeping keeping;
  World& world = keeping.shop.world;
  keeping.shop.estate.script["withdraw S2"] = {Kind::Rejected};
  const uint64_t asked_about = keeping.shop.launch(5, "P-1");
  keeping.shop.cancel("P-1");
  keeping.shop.estate.hold_writes = true;
  const uint64_t lives = keeping.shop.launch(5, "P-2");
  const uint64_t gone = keeping.cancelled("P-3");
  world.run_to(kMonday + 100 * kDay);
  world.crash();
  CHECK(keeping.is_kept(asked_about));
  CHECK(keeping.is_kept(lives));
  CHECK_FALSE(keeping.is_kept(gone));
  CHECK(world.decide(keeping.shop.task(), "ops", "done")["status"] == "done");
  world.run();
  CHECK_FALSE(keeping.is_kept(asked_about));
  CHECK(keeping.is_kept(lives));
}

TEST_CASE("a day goes a little at a time, so that others are not held up by it") {
  Keeping keeping;
  World& world = keeping.shop.world;
  constexpr uint64_t kMany = 600;
  for (uint64_t i = 0; i < kMany; ++i)
    world.engine().start({"Count", R"({"id": "P-)" + std::to_string(i) + "\"}", "", {}});
  world.run();
  const Json listed = world.list({{"limit", 1000}});
  for (const Json& each : listed.at("instances")) CHECK(each.at("status") == "finished");
  world.now = kMonday + 3 * kDay;
  const auto dropped = [&] { return world.engine().counters().instances_dropped; };
  for (uint64_t before = 0; dropped() < kMany; before = dropped()) {
    world.run();
    CHECK(dropped() > before);
    CHECK(dropped() - before <= 4);  // two of each partition
    if (const auto due = world.engine().next_due()) world.now = *due;
  }
  CHECK_FALSE(world.engine().next_due().has_value());
}

TEST_CASE("a shorter policy counts from the next start on") {
  Keeping keeping;
  const uint64_t id = keeping.cancelled("P-1");
  keeping.shop.world.run_to(kMonday + kDay + kHour);
  CHECK(keeping.is_kept(id));
  keeping.shop.world.options.keep_history = kHour;
  keeping.shop.world.crash();
  keeping.shop.world.run();
  CHECK_FALSE(keeping.is_kept(id));
}
