// The shell: calls go out and come back, time stands still meanwhile, failures end it, and stopping keeps
// what it can.
#include "runtime/serve/shell.h"

#include <doctest/doctest.h>

#include "tests/unit/runtime/serve/fake_engine.h"

using namespace endcap;
using namespace endcap::test;
using namespace std::chrono_literals;

namespace {

struct World {
  FakeEngine engine;
  FakeJournal journal;
  std::unique_ptr<Clock> clock = make_virtual_clock(100);
  std::vector<FakeConnector::Call> calls;
  Shell shell{engine, journal, *clock, std::make_unique<FakeConnector>(calls), {.drain_max = 300ms}};

  // Runs on the engine's thread and waits for it.
  void on_engine(std::function<void()> work) {
    std::atomic<bool> done = false;
    REQUIRE(shell.post([&](Engine&) {
      work();
      done = true;
    }));
    for (int i = 0; i < 500 && !done; ++i) std::this_thread::sleep_for(2ms);
    REQUIRE(done);
  }
  void send_call(uint64_t number) {
    on_engine([&] {
      CallRequest request;
      request.call = number;
      request.attempt = 3;
      engine.calls.emplace_back(PartitionId{1}, request);
    });
    on_engine([] {});
  }
};

}  // namespace

TEST_CASE(
    "A call goes to the connector, its result back to its partition, and time stands still in between") {
  World world;
  world.shell.start();
  world.on_engine([&] { world.engine.due = 5'000; });
  world.on_engine([&] { world.engine.due.reset(); });
  world.send_call(7);
  world.on_engine([&] { world.engine.due = 90'000; });
  world.on_engine([&] {
    REQUIRE(world.calls.size() == 1);
    CHECK(world.engine.last < 90'000);
  });
  world.calls[0].done(7, {});
  for (int i = 0; i < 500 && world.shell.now() < 90'000; ++i) std::this_thread::sleep_for(2ms);
  CHECK(world.shell.now() == 90'000);
  world.shell.stop();
  REQUIRE(world.engine.finished.size() == 1);
  CHECK(world.engine.finished[0].partition == 1);
  CHECK(world.engine.finished[0].call == 7);
  CHECK(world.engine.finished[0].attempt == 3);
}

TEST_CASE("A failed engine ends the shell with the reason and takes nothing more in") {
  World world;
  world.shell.start();
  REQUIRE(world.shell.post([&](Engine&) { world.engine.why = "the disk is full"; }));
  CHECK(world.shell.wait() == "the disk is full");
  CHECK(world.shell.failure() == "the disk is full");
  CHECK_FALSE(world.shell.post([](Engine&) {}));
}

TEST_CASE("Waiting for idleness ends when no timer and no call is left") {
  World world;
  world.shell.start();
  CHECK(world.shell.wait(true) == std::nullopt);
}

TEST_CASE("Stopping waits for calls in flight and sends no new ones") {
  World world;
  world.shell.start();
  world.send_call(7);
  std::thread answers([&] {
    std::this_thread::sleep_for(50ms);
    world.calls[0].done(7, {});
  });
  world.shell.stop();
  answers.join();
  CHECK(world.engine.finished.size() == 1);
  CHECK_FALSE(world.shell.post([](Engine&) {}));
}

TEST_CASE("Stopping does not wait forever for a call that never ends") {
  World world;
  world.shell.start();
  world.send_call(7);
  const auto begin = std::chrono::steady_clock::now();
  world.shell.stop();
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("A full queue refuses at the door") {
  World world;
  Shell small(world.engine, world.journal, *world.clock, std::make_unique<FakeConnector>(world.calls),
              {.queue_max = 2});
  CHECK(small.post([](Engine&) {}));
  CHECK(small.post([](Engine&) {}));
  CHECK_FALSE(small.post([](Engine&) {}));
}

TEST_CASE("What was promised has places of its own, and its turn comes first") {
  World world;
  Shell small(world.engine, world.journal, *world.clock, std::make_unique<FakeConnector>(world.calls),
              {.queue_max = 2, .queue_promised = 1});
  std::vector<std::string> order;
  std::atomic<int> done = 0;
  const auto note = [&](const char* what) {
    return [&order, &done, what](Engine&) { order.push_back(what), ++done; };
  };
  CHECK(small.post(note("start 1")));
  CHECK(small.post(note("start 2")));
  CHECK_FALSE(small.post(note("start 3")));
  CHECK(small.post(note("decision"), Share::Promised));
  CHECK_FALSE(small.post(note("decision 2"), Share::Promised));
  small.start();
  for (int i = 0; i < 500 && done < 3; ++i) std::this_thread::sleep_for(2ms);
  small.stop();
  CHECK(order == std::vector<std::string>{"decision", "start 1", "start 2"});
}

TEST_CASE("While records wait for room the journal is asked again, though nothing is appended") {
  struct Full final : Journal {
    std::expected<Opened, JournalError> open(PartitionId, NodeId) override { return Opened{}; }
    void append(PartitionId, Epoch, Position, BatchId, std::string, Completion) override {}
    bool sync() override {
      ++syncs;
      return false;
    }
    size_t waiting_bytes() const override { return 1; }
    Room room() const override { return {Room::Level::None, 0, 0, "here"}; }
    std::unique_ptr<Cursor> tail(PartitionId, Position) override { return nullptr; }
    void trim(PartitionId, Position) override {}
    std::atomic<int> syncs = 0;
  } journal;
  FakeEngine engine;
  auto clock = make_virtual_clock(0);
  std::vector<FakeConnector::Call> calls;
  Shell shell(engine, journal, *clock, std::make_unique<FakeConnector>(calls), {.drain_max = 100ms});
  shell.start();
  for (int i = 0; i < 5000 && journal.syncs < 3; ++i) std::this_thread::sleep_for(2ms);
  CHECK(journal.syncs >= 3);
  shell.stop();
}

TEST_CASE("What is little is synced and applied where it was done, and no thread has to wake up for it") {
  World world;
  world.shell.start();
  std::thread::id engine_thread;
  world.on_engine([&] {
    engine_thread = std::this_thread::get_id();
    world.journal.appended = 100;
    world.engine.work = true;
    world.engine.to_apply = 100;
  });
  for (int i = 0; i < 500 && (world.journal.appended > 0 || world.engine.to_apply > 0); ++i)
    std::this_thread::sleep_for(2ms);
  CHECK(world.journal.synced_by.load() == engine_thread);
  CHECK(world.engine.applied_by.load() == engine_thread);
  world.shell.stop();
}

TEST_CASE("What is much is synced and applied beside the engine") {
  World world;
  world.shell.start();
  std::thread::id engine_thread;
  world.on_engine([&] {
    engine_thread = std::this_thread::get_id();
    world.journal.appended = 10u << 20;
    world.engine.work = true;
    world.engine.to_apply = 10u << 20;
  });
  for (int i = 0; i < 500 && (world.journal.appended > 0 || world.engine.to_apply > 0); ++i)
    std::this_thread::sleep_for(2ms);
  CHECK(world.journal.appended == 0);
  CHECK(world.engine.to_apply == 0);
  CHECK(world.journal.synced_by.load() != engine_thread);
  CHECK(world.engine.applied_by.load() != engine_thread);
  world.shell.stop();
}

TEST_CASE(
    "While the disk keeps the engine waiting, how much there is to do is known, and the next time it does "
    "not wait") {
  World world;
  world.engine.under.queued = 17;
  world.journal.takes = 300ms;
  world.shell.start();
  CHECK_FALSE(world.shell.pressure_while_syncing().has_value());
  std::thread::id engine_thread;
  world.on_engine([&] {
    engine_thread = std::this_thread::get_id();
    world.journal.appended = 100;
    world.engine.work = true;
  });
  std::optional<Pressure> seen;
  for (int i = 0; i < 100 && !seen; ++i) {
    seen = world.shell.pressure_while_syncing();
    std::this_thread::sleep_for(1ms);
  }
  REQUIRE(seen.has_value());
  CHECK(seen->queued == 17);
  world.on_engine([&] { world.journal.appended = 100, world.engine.work = true; });
  CHECK_FALSE(world.shell.pressure_while_syncing().has_value());
  for (int i = 0; i < 500 && world.journal.appended > 0; ++i) std::this_thread::sleep_for(2ms);
  CHECK(world.journal.synced_by.load() != engine_thread);
  world.shell.stop();
}
