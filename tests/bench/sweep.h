// What a sweep over combinations costs: looked at, durable, and stored.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/abi/program.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

// 600 shops x 50,000 articles. `folder` is on the disk to be measured; made and removed. Throws
// std::runtime_error when it can't be used.
std::vector<Figure> bench_sweep(const std::shared_ptr<const abi::Program>& program,
                                const std::filesystem::path& folder);

}  // namespace endcap::bench
