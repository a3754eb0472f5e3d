// Starts over HTTP: how many a daemon acknowledges.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/bench/figures.h"

namespace endcap::bench {

struct StartsBench {
  std::filesystem::path project;  // the bench's own
  std::filesystem::path folder;   // of the daemon's data; made and removed
  std::filesystem::path command;  // endcap
  double seconds = 5;
};

// Throws std::runtime_error when the daemon does not start or refuses.
std::vector<Figure> bench_starts(const StartsBench& bench);

}  // namespace endcap::bench
