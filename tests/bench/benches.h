// Every bench by its name, with what it shows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/figures.h"

namespace endcap::bench {

struct Settings {
  std::filesystem::path source;   // the repository
  std::filesystem::path data;     // folder on the disk to measure; emptied
  std::filesystem::path command;  // the endcap to run
  double seconds = 3;             // of each level under load
  uint64_t files = 1000;          // of the large project, at least
  uint64_t parked = 100'000, due = 100'000, waiting = 100'000, finished = 100'000;
};

struct Bench {
  std::string name, shows;
  std::function<std::vector<Figure>(const Settings&)> run;  // throws std::runtime_error
};

const std::vector<Bench>& benches();

}  // namespace endcap::bench
