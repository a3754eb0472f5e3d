// How fast the front end reads: lines per second of parsing and of checking, on copies of the shipped
// workflows.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/bench/figures.h"

namespace endcap::bench {

// `project` is the folder of the shipped workflows; every copy is a set of modules of its own names. Throws
// std::runtime_error when the project does not check cleanly.
std::vector<Figure> bench_front_end(const std::filesystem::path& project, uint32_t copies);

}  // namespace endcap::bench
