// Splitting an amount by weights without losing a unit: the largest remainder method (Hamilton).
#pragma once

#include <span>
#include <vector>

#include "runtime/value/decimal.h"

namespace endcap {

// One share a weight, in their order; the shares add up to `units` exactly, and each is less than one unit
// away from its exact share. The units that are left after rounding towards zero go to the largest
// remainders, the earlier of two equal ones first. InvalidValue for a negative weight, DivisionByZero when
// the weights add up to nothing, Overflow when they leave 128 bits.
std::expected<std::vector<Int128>, Fault> allocate(Int128 units, std::span<const Int128> weights);

}  // namespace endcap
