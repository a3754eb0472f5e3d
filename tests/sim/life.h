// One simulated life: the real engine on its log and store, from a seed. Launches, waits and fan-outs of many
// promotions, people (people.h), an ERP (estate_life.h), a route and a sync (online_life.h), a schedule that
// comes round every morning, partners that call; crashes at any step, deploys of a program with other
// numbers, clocks that are set, disks that fill up, a second daemon. In the end all comes to rest, and every
// promise is checked (promises.h).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "runtime/journal/data_folder.h"
#include "tests/sim/machine_clock.h"
#include "tests/sim/online_life.h"
#include "tests/sim/people.h"
#include "tests/sim/seen.h"
#include "tests/sim/wishes.h"

namespace endcap::test {

inline constexpr uint64_t kStepsMin = 10'000;  // of a whole life, as World::happened counts them
inline constexpr uint64_t kCrashesMin = 6;

struct LifeOptions {
  uint64_t seed = 1;
  std::filesystem::path folder = {};            // of the data, of which only the lock is real
  std::optional<std::set<uint64_t>> only = {};  // of the things that happen, by their numbers; absent: all
  Trace::Listener trace = {};
};

class Life {
 public:
  explicit Life(const LifeOptions& options);
  void run();  // a promise that is broken is an exception
  Happened happened() { return world_.happened(); }
  uint64_t crashes() const { return world_.crashes; }
  uint64_t last() const { return step_; }  // thing that has happened

 private:
  uint64_t roll(uint64_t sides) { return choices_.roll(sides); }
  bool one_in(uint64_t sides) { return choices_.one_in(sides); }
  abi::Strategy strategy() { return static_cast<abi::Strategy>(roll(4)); }

  // life_program.cpp
  void let_partners_in();
  void schedule_mornings();

  // life.cpp
  void begin(uint64_t step);
  void chaos();
  void go_on();
  void harm();  // machines and those who run them
  std::optional<CallResult> answer(const CallRequest& request);
  void answer_late();
  void left_alone(const CallRequest& request);
  void tell_call(const CallRequest& request, const CallResult* result) const;  // none: no answer yet
  template <typename Step>
  void survive(Step step);

  // life_restarts.cpp
  void crash();
  void open_again();
  void deploy();
  void start_second_daemon();
  void take_over();
  void starts();

  // life_end.cpp
  void end_carrying();
  void carry_on(const char* what);
  void end_mornings();
  void settle_everything();
  void resume_suspended();

  LifeOptions options_;
  uint64_t step_ = 0;
  Choices choices_;
  bool calm_ = false;
  Retail retail_;
  Online online_;
  std::shared_ptr<abi::Program> renumbered_;
  bool deployed_ = false;                                                 // the renumbered one
  std::map<std::pair<std::string, std::string>, abi::Upgrade> upgrades_;  // by the hashes of both programs
  World world_;
  Trace trace_;
  EstateLife estate_;
  OnlineLife online_life_;
  SimulatedPeople people_;
  Wishes wishes_;
  MachineClock clock_;
  Seen seen_{world_};
  std::optional<DataFolder> folder_;
  bool dies_soon_ = false;  // at any call, or sync
  Json mornings_;           // of Engine::schedules, when the schedule ended
};

}  // namespace endcap::test
