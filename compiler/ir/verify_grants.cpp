// The verifier: within a machine, a single leaf is not written again once its write has succeeded. Leaves by
// target are the engine's to check: only it knows the targets.
#include "compiler/ir/uses.h"
#include "compiler/ir/verifier.h"

namespace endcap::ir {
namespace {

struct SingleWrite {
  uint32_t state;
  RegisterId grant;
  uint32_t proposal;
};

// The target of a single leaf is the empty text: a register that only ever holds a constant.
bool is_constant(const Graph& graph, RegisterId id) {
  bool constant = false;
  for (const Block& block : graph.blocks) {
    for (const Instruction& instruction : block.instructions) {
      if (instruction.result != id || instruction.op == Op::LoadFrame) continue;
      if (instruction.op != Op::Constant) return false;
      constant = true;
    }
  }
  return constant;
}

std::vector<SingleWrite> single_writes(const Subject& s) {
  std::vector<SingleWrite> writes;
  for (const Block& block : s.graph.blocks) {
    auto* park = std::get_if<Park>(&block.terminator);
    if (!park || s.machine->states[park->state].kind != abi::WaitKind::Write || park->state == 0) continue;
    if (is_constant(s.graph, park->operands[1])) {
      writes.push_back({park->state, park->operands[0], s.machine->states[park->state].target});
    }
  }
  return writes;
}

bool assigns(const Block& block, RegisterId id) {
  for (const Instruction& instruction : block.instructions) {
    if (instruction.result == id && instruction.op != Op::LoadFrame) return true;
  }
  return false;
}

// States that can be parked at with the same grant after `write` has succeeded. A path that assigns the grant
// anew (a loop that asks for each round) has another approval.
std::vector<char> states_after(const Graph& graph, const SingleWrite& write) {
  std::vector<char> states(graph.states.size()), seen(graph.blocks.size());
  std::vector<BlockId> open;
  const Terminator& entry = graph.blocks[graph.states[write.state].entry.index].terminator;
  if (auto* choice = std::get_if<SwitchTag>(&entry)) {
    for (auto& [tag, block] : choice->cases) {
      if (tag == abi::Tag::Ok) open.push_back(block);
    }
  }
  while (!open.empty()) {
    BlockId block = open.back();
    open.pop_back();
    if (std::exchange(seen[block.index], 1) || assigns(graph.blocks[block.index], write.grant)) continue;
    const Terminator& terminator = graph.blocks[block.index].terminator;
    for_each_successor(terminator, [&](BlockId next) { open.push_back(next); });
    if (auto* park = std::get_if<Park>(&terminator); park && !std::exchange(states[park->state], 1)) {
      open.push_back(graph.states[park->state].entry);
    }
  }
  return states;
}

}  // namespace

void verify_grants(const Subject& s) {
  if (!s.machine) return;
  std::vector<SingleWrite> writes = single_writes(s);
  for (const SingleWrite& first : writes) {
    std::vector<char> later = states_after(s.graph, first);
    for (const SingleWrite& second : writes) {
      if (first.grant != second.grant || first.proposal != second.proposal || !later[second.state]) continue;
      s.say("{} may write a leaf again that {} has written", s.machine->states[second.state].path,
            s.machine->states[first.state].path);
    }
  }
}

}  // namespace endcap::ir
