// How a simulated life goes on after a process has ended, and what a second daemon does to the first.
#include <fmt/format.h>

#include <utility>

#include "tests/sim/life.h"
#include "tests/sim/promise.h"
#include "tests/sim/promises.h"
#include "tests/unit/runtime/engine/renumbered.h"

namespace endcap::test {

void Life::starts() {
  auto folder = DataFolder::open(options_.folder);
  require(folder.has_value(), "a daemon does not get its folder: {}",
          folder ? std::string() : folder.error().message);
  folder_.emplace(std::move(*folder));
  world_.crash_now = [this] {
    if (!dies_soon_ || !one_in(5)) return false;
    seen_.look();
    throw std::runtime_error("the process ends at a sync");
  };
  world_.open();
  world_.now = clock_.daemon_starts(world_.engine().last_time());
}

void Life::crash() {
  dies_soon_ = false;
  wishes_.process_ended();
  for (const auto& [call, open] : world_.open_calls)
    left_alone(in_first_numbers(open.second, *retail_.program()));
  if (!calm_ && one_in(3)) deploy();
  open_again();
  if (one_in(4)) check_resumable(world_, *(deployed_ ? renumbered_ : retail_.program()));
}

void Life::deploy() {
  deployed_ = !deployed_;
  world_.deploy(deployed_ ? renumbered_ : retail_.program());
  if (one_in(2)) world_.dies_opening = 1 + roll(40);  // in the middle of moving the instances
  trace_.tell("the {} program is deployed", deployed_ ? "renumbered" : "first");
}

// The process may end while it opens, and then again.
void Life::open_again() {
  folder_.reset();
  for (int attempt = 0;; ++attempt) {
    if (attempt > 0 || one_in(2)) world_.disk().capacity(UINT64_MAX);  // somebody made room
    try {
      const bool power = one_in(2);
      auto folder = DataFolder::open(options_.folder);
      require(folder.has_value(), "the folder of a dead process is not free");
      folder_.emplace(std::move(*folder));
      world_.crash(power);
      world_.now = clock_.daemon_starts(world_.engine().last_time());
      seen_.check();
      return trace_.tell("it starts again{}", power ? " after a power loss" : "");
    } catch (const BrokenPromise&) {
      throw;
    } catch (const std::runtime_error& error) {
      require(attempt < 3, "it does not open any more: {}", error.what());
      trace_.tell("it does not start: {}", error.what());
      folder_.reset();
    }
  }
}

// On the folder of one that runs.
void Life::start_second_daemon() {
  trace_.tell("a second daemon is started on the same folder");
  const auto second = DataFolder::open(options_.folder);
  require(!second && second.error().kind == JournalError::Kind::InUse,
          "a second daemon was let into the folder of the first");
}

// Another owner of the journal: from then on nothing of the first is acknowledged.
void Life::take_over() {
  trace_.tell("another owner takes the journal");
  for (PartitionId each = 0; each < world_.options.partitions; ++each) {
    if (!world_.journal().open(each, 2)) throw std::runtime_error("the disk is full");
  }
  const auto acknowledged = std::make_shared<bool>(false);
  const auto reply = [acknowledged](const std::expected<std::string, Refusal>& result) {
    *acknowledged = result.has_value();
  };
  const std::string id = fmt::format("F-{}", step_);
  world_.input().start({"Wait", Json{{"id", id}}.dump(), id, reply});
  std::string ended = "its journal has another owner";
  try {
    for (int round = 0; round < 10; ++round) world_.tick();
  } catch (const BrokenPromise&) {
    throw;
  } catch (const std::runtime_error& error) {
    ended = error.what();
  }
  require(!*acknowledged, "a daemon has acknowledged a start, and its journal has another owner");
  throw std::runtime_error(ended);
}

}  // namespace endcap::test
