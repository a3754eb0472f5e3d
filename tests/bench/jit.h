// What compiling the shipped workflows costs, and a daemon's start with and without compiled objects.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/bench/figures.h"

namespace endcap::bench {

struct JitBench {
  std::filesystem::path workflows;  // the shipped project
  std::filesystem::path folder;     // of the daemon's data; made and removed
  std::filesystem::path command;    // endcap
};

// Throws std::runtime_error when the project does not compile or the daemon does not start.
std::vector<Figure> bench_jit(const JitBench& bench);

}  // namespace endcap::bench
