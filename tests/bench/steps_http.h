// Durable steps whose calls are POSTs to another process.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct StepsHttpBench {
  std::filesystem::path folder;  // on the disk to be measured; made and removed
  double seconds = 5;
};

// Throws std::runtime_error when the folder can't be used or a call fails.
std::vector<Figure> bench_steps_http(const std::shared_ptr<const abi::Program>& program,
                                     const StepsHttpBench& bench);

}  // namespace endcap::bench
