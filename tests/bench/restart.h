// How soon a daemon that was killed is back.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct RestartBench {
  std::filesystem::path project;  // the bench's own
  std::filesystem::path folder;   // of the daemon's data; made and removed
  std::filesystem::path command;  // endcap
  uint64_t parked = 100'000;
  double seconds = 3;  // of load before the kill
};

// Throws std::runtime_error when the daemon does not start.
std::vector<Figure> bench_restart(const std::shared_ptr<const abi::Program>& program,
                                  const RestartBench& bench);

}  // namespace endcap::bench
