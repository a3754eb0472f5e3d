// Events over HTTP, each matched against many instances that wait, one of which it wakes.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct EventsBench {
  std::filesystem::path project;  // the bench's own
  std::filesystem::path folder;   // of the daemon's data; made and removed
  std::filesystem::path command;  // endcap
  uint64_t waiting = 100'000;     // beside 1,000, or fewer when that is less
};

// Throws std::runtime_error when the daemon does not start, refuses, or an event wakes nobody.
std::vector<Figure> bench_events(const std::shared_ptr<const abi::Program>& program,
                                 const EventsBench& bench);

}  // namespace endcap::bench
