// Durable steps per second of a nine-step workflow, beside what log and store do with the same bytes and the
// same syncs.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct StepsOptions {
  std::filesystem::path folder;  // on the disk to be measured; made and removed
  std::vector<uint32_t> in_flight{1, 10, 100, 400};
  double seconds = 3;  // a level
};

// Throws std::runtime_error when the folder can't be used.
std::vector<Figure> bench_steps(const std::shared_ptr<const abi::Program>& program,
                                const StepsOptions& options);

}  // namespace endcap::bench
