// Which ratios stay in registers: see ratios.h.
#include "compiler/codegen/ratios.h"

#include <variant>

#include "compiler/ir/uses.h"
#include "runtime/value/decimal.h"

namespace endcap::codegen {
namespace {

using abi::Builtin;

bool makes_ratio(const ir::Instruction& i) {
  if (i.op != ir::Op::Call) return false;
  if (i.builtin == Builtin::RatioMake) return true;
  return i.builtin == Builtin::RatioOfDecimal && denominator_places(i) <= kScaleMax;
}

bool compares_ratios(const ir::Instruction& i) {
  return i.op == ir::Op::Call && i.builtin == Builtin::RatioCompare;
}

}  // namespace

unsigned denominator_places(const ir::Instruction& instruction) {
  return (instruction.immediate & 0xff) + ((instruction.immediate >> 8 & 0xff) != 0 ? 2U : 0U);
}

std::set<uint32_t> ratios_in_registers(const ir::Graph& graph) {
  std::set<uint32_t> made, other;
  const auto is_seen = [&](ir::RegisterId id) { other.insert(id.index); };
  for (const ir::RegisterId parameter : graph.parameters) is_seen(parameter);
  for (const ir::Block& block : graph.blocks) {
    for (const ir::Instruction& i : block.instructions) {
      makes_ratio(i) ? void(made.insert(i.result.index)) : is_seen(i.result);
      if (!compares_ratios(i)) ir::for_each_use(i, is_seen);
    }
    ir::for_each_use(block.terminator, is_seen);
  }
  for (const uint32_t index : other) made.erase(index);
  return made;
}

}  // namespace endcap::codegen
