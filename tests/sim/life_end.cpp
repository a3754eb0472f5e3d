// How a simulated life comes to rest: all that was asked for is answered, carried, decided and done.
#include <algorithm>

#include "tests/sim/life.h"
#include "tests/sim/promise.h"
#include "tests/sim/survive.h"

namespace endcap::test {

// It comes to rest with all that was told, and the next reconciliation finds what was not. Then it ends: it
// would go on for ever.
void Life::end_carrying() {
  online_life_.calm_down();
  carry_on("what was told is not carried");
  world_.now = clock_.passes(3 * kMinute);  // what still arrives arrives
  online_life_.land();
  carry_on("it does not come to rest again");
  online_life_.check_told();
  const Json sync = Json::parse(world_.engine().routes().value()).at("syncs").at(0);
  const Instant next = instant_from_text(sync["reconciliation"]["next"].get<std::string>()).value();
  while (world_.now < next) survive([&] { world_.run_to(next); });  // a sync may still fail
  carry_on("it is not reconciled");
  online_life_.check_reconciled();
  world_.options.carriers.emplace();
  crash();
}

void Life::carry_on(const char* what) {
  for (int round = 0; round < 2000; ++round) {
    survive([&] {
      for (OnlineLife::Told& event : online_life_.told()) {
        if (!event.accepted) online_life_.send(event);
      }
      online_life_.settle_held(true);
      while (!world_.open_calls.empty()) answer_late();
      world_.run();
    });
    if (online_life_.at_rest()) return;
    if (const auto due = world_.engine().next_due())
      survive([&] { world_.run_to(std::min(*due, world_.now + kMinute)); });
  }
  throw BrokenPromise(fmt::format("{}: {}", what, world_.engine().routes().value()));
}

// The schedule would go on for ever: what it has come to is kept, and a deploy takes it away.
void Life::end_mornings() {
  while (mornings_.is_null()) {
    survive([&] {
      world_.run();
      mornings_ = Json::parse(world_.engine().schedules().value()).at("schedules").at(0);
    });
  }
  world_.options.schedules.emplace();
  crash();
}

void Life::settle_everything() {
  for (int round = 0; round < 6000; ++round) {
    survive([&] {
      wishes_.send_unanswered();
      while (!world_.open_calls.empty()) answer_late();
      world_.run();
      if (const auto tasks = world_.tasks(); !tasks.empty()) {
        people_.decide(tasks, true);
        world_.run();
        return;
      }
      if (const auto due = world_.engine().next_due()) world_.run_to(*due);
    });
    resume_suspended();
    const bool idle = world_.open_calls.empty() && !world_.engine().next_due() && !world_.engine().busy();
    if (idle && wishes_.all_answered() && world_.tasks().empty() &&
        world_.list({{"status", "suspended"}})["instances"].empty())
      return;
  }
  throw BrokenPromise("it does not come to an end");
}

// Calls that were unavailable for too long suspend their instance; a person puts them back to work.
void Life::resume_suspended() {
  const Json suspended = world_.list({{"status", "suspended"}});
  for (const Json& each : suspended["instances"]) {
    trace_.tell("{} is resumed by hand", each["id"].get<uint64_t>());
    world_.input().resume({each["id"].get<uint64_t>(), "ops", "works again", {}});
    survive([&] { world_.run(); });
  }
}

}  // namespace endcap::test
