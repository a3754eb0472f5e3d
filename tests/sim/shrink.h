// The fewest of the things that happen in a life that still break its promise.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "tests/sim/runs.h"

namespace endcap::test {

// `broken` is what the life with this seed came to. Leaves out as much as it finds in this time; empty: alone
// in a process of its own the life keeps its promises.
std::set<uint64_t> shrink(uint64_t seed, const Ended& broken, std::chrono::seconds effort);

std::string list_text(const std::set<uint64_t>& numbers);  // "1-4,17"
std::optional<std::set<uint64_t>> list_from_text(const std::string& text);

}  // namespace endcap::test
