// How fast the front end reads: lines per second of parsing and of checking, on copies of the shipped
// workflows.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/bench/figures.h"

namespace endcap::bench {

// `workflows` is the shipped project; `folder` is where the copies are made, and removed again. Throws
// std::runtime_error when they do not check cleanly.
std::vector<Figure> bench_front_end(const std::filesystem::path& workflows,
                                    const std::filesystem::path& folder, size_t files);

}  // namespace endcap::bench
