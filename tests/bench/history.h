// What finished instances cost those that run, and the disk.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct HistoryBench {
  std::filesystem::path folder;  // on the disk to be measured; made and removed
  uint64_t finished = 100'000;
  double seconds = 3;  // of steps, each time
};

// Throws std::runtime_error when the folder can't be used.
std::vector<Figure> bench_history(const std::shared_ptr<const abi::Program>& program,
                                  const HistoryBench& bench);

}  // namespace endcap::bench
