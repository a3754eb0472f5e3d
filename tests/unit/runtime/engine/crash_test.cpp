// A crash after every record: the same end, and each keyed call's effect once.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {
using Kind = CallResult::Kind;

struct End {
  std::string outcome;
  std::vector<std::string> written;
  std::map<std::string, int> effects;
  size_t open_tasks = 0;
  uint64_t rounds = 0;
  bool operator==(const End& other) const {
    return outcome == other.outcome && written == other.written && open_tasks == other.open_tasks;
  }
};

// Finance approves what it is asked; everything else happens by itself.
void play(Shop& shop, const std::function<void()>& between) {
  for (int i = 0; i < 400; ++i) {
    shop.world.run();
    const auto tasks = shop.world.tasks({{"role", "Finance"}});
    for (const Json& task : tasks) shop.world.decide(task["task"], "fin", "approve");
    between();
    if (!tasks.empty()) continue;
    const auto due = shop.world.engine().next_due();
    if (!due) break;
    shop.world.run_to(*due);
  }
}

// Crashes before or after the round-th sync.
End scenario(uint64_t crash_round, bool cancel, uint64_t seed, size_t record_bytes) {
  Shop shop({}, seed);
  shop.world.options.record_bytes_max = record_bytes;
  shop.world.crash(false);
  shop.estate.script["activate S2"] = {Kind::Ambiguous, Kind::Unavailable};
  shop.estate.cost = 20;
  End end;
  shop.world.crash_now = [&] { return ++end.rounds == crash_round; };
  shop.world.start("Launch", "P-1", "r1");
  shop.world.run();
  if (shop.world.status("Launch", "P-1") == "unknown")
    shop.world.start("Launch", "P-1", "r1");  // it was never acknowledged
  bool cancelled = false;
  play(shop, [&] {
    if (!cancel || cancelled || shop.estate.written.size() < 3) return;
    cancelled = true;
    shop.world.event("retail.cancelled", {{"id", "P-1"}}, "c1");
    shop.world.event("retail.cancelled", {{"id", "P-1"}},
                     "c1");  // sent twice, for the first answer may have been lost
  });
  end.outcome = shop.outcome();
  end.written = shop.estate.written;
  std::sort(end.written.begin(), end.written.end());
  end.effects = shop.estate.effects;
  end.open_tasks = shop.world.tasks().size();
  return end;
}

void crash_everywhere(bool cancel, size_t record_bytes = kRecordBytesMax) {
  const End undisturbed = scenario(UINT64_MAX, cancel, 1, record_bytes);
  CHECK(undisturbed.outcome == (cancel ? "Cancelled" : "Done"));
  CHECK(undisturbed.written.size() == (cancel ? 6 : 3));
  REQUIRE(undisturbed.rounds < 500);
  for (uint64_t round = 1; round <= undisturbed.rounds; ++round) {
    CAPTURE(round);
    const End end = scenario(round, cancel, round, record_bytes);
    CHECK(end.outcome == undisturbed.outcome);
    CHECK(end.open_tasks == 0);
    // What is idempotent may be called again; what is keyed has taken effect once.
    std::vector<std::string> once = end.written;
    once.erase(std::unique(once.begin(), once.end()), once.end());
    CHECK(once == undisturbed.written);
    for (const std::string store : {"S1", "S2", "S3"}) {
      CHECK(std::count(end.written.begin(), end.written.end(), "activate P-1 " + store) == 1);
    }
  }
}

}  // namespace

TEST_CASE("a launch ends the same wherever the machine crashes") { crash_everywhere(false); }

TEST_CASE("a cancelled launch is taken back the same wherever the machine crashes") {
  crash_everywhere(true);
}

TEST_CASE("what one drain does counts as one, in however many records it is") {
  crash_everywhere(false, 300);
  crash_everywhere(true, 300);
}

TEST_CASE("a failed sync stops the engine, refuses who waits, and loses nothing that was acknowledged") {
  Shop shop;
  shop.world.start("Wait", "P-1", "r1");
  std::optional<Json> reply;
  shop.world.disk().fail_next_sync();
  shop.world.engine().start({"Wait", R"({"id": "P-2"})", "r2", keep(reply)});
  CHECK_THROWS(shop.world.run());
  REQUIRE(reply.has_value());
  CHECK((*reply)["refused"] == "Overloaded");
  CHECK(shop.world.engine().failure().has_value());
  CHECK_FALSE(shop.world.engine().drain(shop.world.now));
  shop.world.engine().start({"Wait", R"({"id": "P-3"})", "r3", keep(reply)});
  CHECK((*reply)["refused"] == "Overloaded");
  shop.world.crash();
  CHECK(shop.world.status("Wait", "P-1") == "running");
  CHECK(shop.world.start("Wait", "P-2", "r2").contains("id"));  // whether or not it had been kept
}

TEST_CASE("a store that can't be written stops the engine; the journal has everything") {
  Shop shop;
  shop.world.start("Wait", "P-1", "r1");
  shop.world.store().fail("no space left on the store's disk");
  std::optional<Json> reply;
  shop.world.engine().start({"Wait", R"({"id": "P-2"})", "r2", keep(reply)});
  CHECK_THROWS(shop.world.run());
  CHECK(shop.world.engine().failure()->find("no space left") != std::string::npos);
  shop.world.store().fail("");
  shop.world.crash();
  CHECK(shop.world.status("Wait", "P-2") == "running");
}

TEST_CASE("nothing is seen, answered or sent before its record is on disk") {
  Shop shop;
  std::optional<Json> reply;
  shop.world.engine().start({"Launch", R"({"id": "P-1"})", "r1", keep(reply)});
  shop.world.engine().drain(shop.world.now);
  shop.world.engine().settle();  // nothing was synced
  CHECK_FALSE(reply.has_value());
  CHECK(shop.world.engine().take_calls().empty());
  CHECK(shop.world.status("Launch", "P-1") == "unknown");
  CHECK(shop.world.list()["instances"].empty());
  shop.world.run();
  CHECK(reply.has_value());
  CHECK(shop.world.status("Launch", "P-1") == "running");
}

TEST_CASE("what can't be read is never told as absent") {
  Shop shop;
  shop.world.start("Launch", "P-1", "r1");
  const uint64_t id = shop.world.show("Launch", "P-1")["id"];
  shop.world.store().fail_reads("a block is damaged");
  const auto is_unreadable = [](const std::expected<std::string, Refusal>& answer) {
    return !answer && answer.error().kind == Refusal::Kind::Unreadable &&
           answer.error().message == "a block is damaged";
  };
  Engine& engine = shop.world.engine();
  CHECK(is_unreadable(engine.show("Launch", "P-1")));
  CHECK(is_unreadable(engine.show(std::to_string(id), "")));
  CHECK(is_unreadable(engine.history(id, 0, 0)));
  CHECK(is_unreadable(engine.list("{}")));
  CHECK(is_unreadable(engine.tasks("{}")));
  CHECK(is_unreadable(engine.task(1)));
  CHECK(is_unreadable(engine.lines(1, "", 0)));
  CHECK(is_unreadable(engine.held_item(1)));
  shop.world.store().fail_reads("");
  CHECK(shop.world.show("Launch", "P-1")["id"] == id);
}

TEST_CASE("a partition whose disk does not keep up waits for it, and goes on") {
  World world(
      Retail().program(), [](const CallRequest&) { return std::optional<CallResult>(); }, 1);
  world.options.unapplied_bytes_max = 1;
  world.open();
  std::optional<Json> first, second;
  world.engine().start({"Launch", R"({"id": "P-1"})", "r1", keep(first)});
  CHECK(world.engine().drain(world.now));
  world.engine().start({"Launch", R"({"id": "P-2"})", "r2", keep(second)});
  CHECK(!world.engine().drain(world.now));  // nothing is computed on top of what no disk has
  CHECK(world.engine().busy());
  world.run();
  CHECK(first.value().contains("id"));
  CHECK(second.value().contains("id"));
}

TEST_CASE(
    "a write whose record the disk kept too late is not sent: a restart would not wait for it to arrive") {
  Shop shop;
  int rounds = 0;
  size_t written = 99;
  shop.world.runs_ahead = [&] {
    if (++rounds < 60) shop.world.now += 2 * kMinute;
    if (rounds == 59) written = shop.estate.written.size();
    return false;
  };
  shop.launch(5);
  CHECK(written == 0);
  shop.world.run_out();
  CHECK(shop.outcome() == "Done");
  CHECK(shop.estate.written.size() == 3);
}
