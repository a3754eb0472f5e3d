// How long one durable step takes: alone, beside one sync of the disk; and among a hundred, at its slowest.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct LatencyBench {
  std::filesystem::path folder;  // on the disk to be measured; made and removed
  double seconds = 3;
};

// Throw std::runtime_error when the folder can't be used.
std::vector<Figure> bench_step_latency(const std::shared_ptr<const abi::Program>& program,
                                       const LatencyBench& bench);
std::vector<Figure> bench_tail(const std::shared_ptr<const abi::Program>& program, const LatencyBench& bench);

}  // namespace endcap::bench
