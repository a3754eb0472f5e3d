// What an instance that waits for a person takes: on the disk, table by table, and in memory.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

struct ParkedBench {
  std::filesystem::path folder;  // on the disk to be measured; made and removed
  uint64_t parked = 100'000;     // memory is looked at with a tenth of them, and with all
};

// Throws std::runtime_error when the folder can't be used.
std::vector<Figure> bench_parked(const std::shared_ptr<const abi::Program>& program,
                                 const ParkedBench& bench);

// The arguments of an `Approved`, which parks at an approval.
std::string approved_arguments(uint64_t number);

}  // namespace endcap::bench
