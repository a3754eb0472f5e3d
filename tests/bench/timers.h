// A herd of timers that come due in one second, in a daemon that has just started; and people meanwhile.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct TimersBench {
  std::filesystem::path project;  // the bench's own
  std::filesystem::path folder;   // of the daemon's data; made and removed
  std::filesystem::path command;  // endcap
  uint64_t due = 100'000;
};

// Throws std::runtime_error when the daemon does not start or a timer is lost.
std::vector<Figure> bench_timers(const std::shared_ptr<const abi::Program>& program,
                                 const TimersBench& bench);

}  // namespace endcap::bench
