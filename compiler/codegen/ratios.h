// Ratios that are made and compared, and nothing else: they need no place in the arena.
#pragma once

#include <cstdint>
#include <set>

#include "compiler/ir/flow.h"

namespace endcap::codegen {

// How many decimal places the denominator of a RatioOfDecimal has.
unsigned denominator_places(const ir::Instruction& instruction);

// Indices of the registers that hold nothing but such ratios.
std::set<uint32_t> ratios_in_registers(const ir::Graph& graph);

}  // namespace endcap::codegen
