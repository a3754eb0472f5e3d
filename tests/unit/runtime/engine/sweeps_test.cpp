// Sweeps: a stretch of combinations at a time, what matches kept in a few bytes, and each of it begun once.
// Compiled apart: rows.h brings the engine's CHECK, which must not come after doctest's.
#include "runtime/engine/matches.h"
#include "runtime/engine/rows.h"
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

struct Sweeping {
  explicit Sweeping(const std::string& what, uint64_t seed = 1) : key(what), shop({}, seed) {}

  const std::string key;
  Shop shop;
  uint64_t id = 0;

  void start() {
    const Json answer = shop.world.start("Sweep", key, "r");
    if (answer.contains("id")) id = answer["id"];
  }
  Json shown() { return shop.world.show("Sweep", key); }
  Json elements(const char* what) { return shown()["waits"].at(0)["elements"][what]; }
  void check_done() {
    const Swept expected = swept_of(key);
    CHECK(shown()["outcome"]["name"] == "Done");
    CHECK(shown()["outcome"]["value"]["count"] == expected.collected());
    const auto joined = shop.world.history(id, "joined");
    REQUIRE(joined.size() == 1);
    CHECK(joined[0]["count"] == expected.matching());
  }
  // Where it stands now: combinations that it has looked at; nothing when it does not sweep.
  std::optional<uint64_t> looked_at() {
    const Json now = shown();
    for (const Json& wait : now.value("waits", Json::array())) {
      if (wait.contains("sweep")) return wait["sweep"]["lookedAt"].get<uint64_t>();
    }
    return std::nullopt;
  }
  size_t rows(Table table) {
    size_t count = 0;
    for (PartitionId partition = 0; partition < shop.world.options.partitions; ++partition) {
      REQUIRE(
          shop.world.store()
              .scan(partition, table, "", "", [&](std::string_view, std::string_view) { return ++count > 0; })
              .has_value());
    }
    return count;
  }
};

// Everything of one program is in the other under its own number.
abi::Upgrade same_numbers(const abi::Program& program) {
  abi::Upgrade upgrade;
  const auto numbers = [](size_t count) {
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < count; ++i) all.push_back(i);
    return all;
  };
  upgrade.types = numbers(program.types.size());
  upgrade.roles = numbers(program.roles.size());
  upgrade.calendars = numbers(program.calendars.size());
  upgrade.views = numbers(program.views.size());
  upgrade.navigations = numbers(program.navigations.size());
  upgrade.operations = numbers(program.operations.size());
  upgrade.policies = numbers(program.policies.size());
  upgrade.workflows = numbers(program.workflows.size());
  upgrade.same_strategy.assign(program.operations.size(), true);
  upgrade.paths.resize(program.workflows.size());
  for (uint32_t m = 0; m < program.machines.size(); ++m) {
    const abi::Machine& machine = program.machines[m];
    abi::MachineUpgrade& moved = upgrade.machines.emplace_back(abi::MachineUpgrade{m, {}});
    for (uint32_t s = 0; s < machine.states.size(); ++s) {
      abi::PointUpgrade& point = moved.points.emplace_back(abi::PointUpgrade{.state = s});
      const size_t slots = s == 0 ? machine.parameters.size() : machine.states[s].live.size();
      for (const uint32_t slot : numbers(slots)) point.slots.push_back({slot, {}});
      point.events = numbers(machine.states[s].events.size());
    }
  }
  return upgrade;
}

// Deployed when it has looked at `from` combinations or more.
Json deployed(Sweeping& sweep, Retail& next, uint64_t from) {
  World& world = sweep.shop.world;
  world.options.upgrade = [](const abi::Program& before, const abi::Program&) {
    return std::expected<abi::Upgrade, std::string>(same_numbers(before));
  };
  sweep.start();
  for (int i = 0; i < 1000 && sweep.looked_at().value_or(0) < from; ++i) world.tick();
  REQUIRE(sweep.looked_at().value_or(0) >= from);
  next.program()->hash = abi::sha256("the next version");
  world.deploy(next.program());
  world.crash(false);
  world.run_out();
  return sweep.shown();
}

}  // namespace

TEST_CASE("which combinations match takes a bit each, or less") {
  const std::vector<std::vector<uint64_t>> cases{
      {}, {0}, {4095}, {0, 1, 2, 3}, {5, 200, 201, 4000}, {127, 128, 256, 4000}};
  for (const auto& places : cases) {
    CHECK(unpack_matches(pack_matches(places, 4096)) == places);
    CHECK(pack_matches(places, 4096).size() <= 1 + 2 * places.size());
  }
  std::vector<uint64_t> all, every_other;
  for (uint64_t i = 0; i < 4096; ++i) all.push_back(i);
  for (uint64_t i = 0; i < 4096; i += 2) every_other.push_back(i);
  for (const auto& places : {all, every_other}) {
    CHECK(unpack_matches(pack_matches(places, 4096)) == places);
    CHECK(pack_matches(places, 4096).size() == 1 + 4096 / 8);
  }
  CHECK(unpack_matches(pack_matches({8}, 9)) == std::vector<uint64_t>{8});
}

TEST_CASE("a sweep runs its body for what matches, in order, and for nothing else") {
  Sweeping sweep("P-1/600/1000/5000");
  sweep.start();
  sweep.shop.world.run_out();
  sweep.check_done();
  const auto begins = sweep.shop.world.history(sweep.id, "sweeps"),
             ends = sweep.shop.world.history(sweep.id, "swept");
  REQUIRE(begins.size() == 1);
  CHECK(begins[0]["combinations"] == 600'000);
  CHECK(begins[0]["lists"] == Json::array({600, 1000}));
  REQUIRE(ends.size() == 1);
  CHECK(ends[0]["matching"] == 120);
  CHECK(sweep.rows(Table::Group) == 0);
  CHECK(sweep.rows(Table::Result) == 0);
}

TEST_CASE("nothing, everything and no list at all") {
  for (const char* what : {"P-1/600/1000/0", "P-1/20/30/1", "P-1/0/1000/1", "P-1/1000/0/1", "P-1/0/0/1",
                           "P-1/1/1/1", "P-1/150000/2/3001", "P-1/2/150000/3001"}) {
    CAPTURE(what);
    Sweeping sweep(what);
    sweep.start();
    sweep.shop.world.run_out();
    sweep.check_done();
    CHECK(sweep.rows(Table::Group) == 0);
  }
}

TEST_CASE("an element is known by the keys of its combination") {
  Sweeping sweep("P-1/3/5/7");
  sweep.start();
  sweep.shop.world.run();
  std::vector<std::string> waiting;
  const Json shown = sweep.shown();
  for (const Json& wait : shown["waits"]) {
    if (wait["path"] == "gaps[outer, inner].wait") waiting.push_back(wait["element"]);
  }
  CHECK(waiting == std::vector<std::string>{"1 2"});  // 0, 7 and 14: every other waits
}

TEST_CASE("how far a sweep has come is shown, and others have their turn meanwhile") {
  Sweeping sweep("P-1/600/1000/300001");
  sweep.shop.world.tick();
  sweep.start();
  std::vector<uint64_t> seen;
  for (int i = 0; i < 200 && sweep.shop.world.tick(); ++i) {
    const Json shown = sweep.shown();
    for (const Json& wait : shown.value("waits", Json::array())) {
      if (!wait.contains("sweep")) continue;
      CHECK(wait["sweep"]["combinations"] == 600'000);
      const uint64_t looked = wait["sweep"]["lookedAt"];
      if (seen.empty() || seen.back() != looked) seen.push_back(looked);
    }
  }
  CHECK(seen.size() >= 5);
  CHECK(std::ranges::is_sorted(seen));
  for (size_t i = 1; i < seen.size(); ++i) CHECK(seen[i] - seen[i - 1] <= 131'072);
}

TEST_CASE("a crash goes on where the sweep had come to, and begins nothing twice") {
  for (uint64_t round = 1; round < 40; ++round) {
    CAPTURE(round);
    Sweeping sweep("P-1/600/1000/7001", round);
    uint64_t rounds = 0;
    sweep.shop.world.crash_now = [&] { return ++rounds == round; };
    sweep.start();
    sweep.shop.world.run();
    if (sweep.id == 0) sweep.start();  // it crashed before that was acknowledged
    sweep.shop.world.run_out();
    sweep.check_done();
    CHECK(sweep.shop.world.history(sweep.id, "swept").size() == 1);
    CHECK(sweep.rows(Table::Group) == 0);
  }
}

TEST_CASE("a guard that faults holds the sweep, with its place, and nothing of it has begun") {
  Sweeping sweep("P-1/600/1000/-300000");
  sweep.start();
  sweep.shop.world.run();
  CHECK(sweep.shown()["status"] == "suspended");
  const auto held = sweep.shop.world.history(sweep.id, "quarantined");
  REQUIRE(held.size() == 1);
  CHECK(held[0]["reason"].get<std::string>().starts_with("overflow"));
  CHECK(held[0]["reason"].get<std::string>().ends_with(":7"));
  CHECK(sweep.shop.world.history(sweep.id, "swept").empty());
  std::optional<Json> reply;
  sweep.shop.world.engine().resume({sweep.id, "olga", "once more", keep(reply)});
  sweep.shop.world.run();
  CHECK(sweep.shop.world.history(sweep.id, "quarantined").size() == 2);  // it goes on, and faults there again
  CHECK(sweep.shown()["status"] == "suspended");
}

TEST_CASE("too many combinations, and too many that match, are told") {
  for (const auto& [what, reason] : {std::pair{"P-1/100000/100000/1", "4294967296 combinations"},
                                     std::pair{"P-1/2000/1000/1", "65536 combinations match"}}) {
    Sweeping sweep(what);
    sweep.start();
    sweep.shop.world.run();
    CHECK(sweep.shown()["status"] == "suspended");
    const auto held = sweep.shop.world.history(sweep.id, "quarantined");
    REQUIRE(held.size() == 1);
    CHECK(held[0]["reason"].get<std::string>().find(reason) != std::string::npos);
  }
}

TEST_CASE("what is tolerated is a share of what matches") {
  Sweeping few("P-1/60/100/200/9");  // of 30
  few.start();
  few.shop.world.run_out();
  CHECK(few.shown()["outcome"]["name"] == "Done");
  CHECK(few.shop.world.history(few.id, "joined").back()["failed"] == 9);
  Sweeping many("P-1/60/1000/200/101");  // of 300, in five batches
  many.start();
  many.shop.world.run_out();
  CHECK(many.shown()["outcome"]["name"] == "Cancelled");
  CHECK(many.shop.world.history(many.id, "tooManyFailed").at(0)["failed"] == 100);
  CHECK(many.rows(Table::Group) == 0);
}

TEST_CASE("a sweep is looked at in turn with others of its partition") {
  Shop shop;
  std::vector<std::string> keys;
  for (int i = 0; i < 6; ++i) keys.push_back("P-" + std::to_string(i) + "/300/1000/9001");
  for (const std::string& key : keys) shop.world.start("Sweep", key);
  shop.world.run_out();
  for (const std::string& key : keys) {
    const Json shown = shop.world.show("Sweep", key);
    CHECK(shown["outcome"]["value"]["count"] == swept_of(key).collected());
  }
}

TEST_CASE("a new version that comes while a sweep looks looks again, and finds what its own guard finds") {
  Sweeping sweep("P-1/600/1000/5000");
  Retail next(RetailOptions{.sweep_offset = 3});
  const Json shown = deployed(sweep, next, 200'000);
  CHECK(shown["outcome"]["value"]["count"] == swept_of(sweep.key).collected(3));
  CHECK(sweep.shop.world.history(sweep.id, "upgraded").size() == 1);
  CHECK(sweep.shop.world.history(sweep.id, "swept").size() == 1);
  CHECK(sweep.rows(Table::Group) == 0);
}

TEST_CASE("what a sweep has found stands under a new version") {
  Sweeping sweep("P-1/600/1000/5000");
  Retail next(RetailOptions{.sweep_offset = 3});
  const Json shown = deployed(sweep, next, 600'000);
  CHECK(shown["outcome"]["value"]["count"] == swept_of(sweep.key).collected());
  CHECK(sweep.rows(Table::Group) == 0);
}
