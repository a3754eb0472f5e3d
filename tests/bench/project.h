// How long `endcap check` takes on a large project, as a process: from nothing, and when nothing has changed.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/bench/figures.h"

namespace endcap::bench {

struct ProjectBench {
  std::filesystem::path workflows;  // the shipped project, copied under other names
  std::filesystem::path folder;     // where the large one is made; emptied before and after
  std::filesystem::path command;    // the endcap to run
  size_t files = 1000;              // at least so many
};

// Throws std::runtime_error when the project does not check cleanly.
std::vector<Figure> bench_project(const ProjectBench& bench);

}  // namespace endcap::bench
