// What a guard costs: native code against the interpreter and against C++ written by hand with the same
// checks.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/figures.h"

namespace endcap::bench {

// Figures in ns a call, one call at a time and in batches; `limit` is the C++ written by hand.
std::vector<Figure> bench_guard();

}  // namespace endcap::bench
