// Backwards dataflow over the blocks of a machine; a park continues, as far as liveness goes, in its state's
// entry and guards.
#include "compiler/ir/liveness.h"

#include <algorithm>
#include <utility>

#include "compiler/ir/uses.h"

namespace endcap::ir {
namespace {

using RegisterSet = std::vector<char>;  // by register

class Liveness {
 public:
  Liveness(const abi::Types& types, Graph& graph, abi::Machine& machine)
      : types_(types), graph_(graph), machine_(machine), in_(graph.blocks.size()) {
    for (RegisterSet& set : in_) set.resize(graph.registers.size());
  }

  void run() {
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = graph_.blocks.size(); i-- > 0;) changed |= update(i);
    }
    for (size_t i = 0; i < graph_.states.size(); ++i) graph_.states[i].live = slots(i);
    for (size_t i = 0; i < graph_.states.size(); ++i) {
      for (const abi::Subscription& event : machine_.states[i].events) {
        if (event.guard_state && !event.machine)
          graph_.states[*event.guard_state].live = graph_.states[i].live;
      }
    }
    for (size_t i = 0; i < graph_.states.size(); ++i) write_state(i);
    for (RegisterId id : graph_.parameters) machine_.parameters.push_back(slot(id));
  }

 private:
  // What is live after a park at `state`: what its entry needs, and what its guards look at while it waits.
  void add_state(RegisterSet& live, size_t state) const {
    add(live, in_[graph_.states[state].entry.index]);
    for (const abi::Subscription& event : machine_.states[state].events) {
      if (event.guard_state && !event.machine) add(live, in_[graph_.states[*event.guard_state].entry.index]);
    }
  }
  static void add(RegisterSet& to, const RegisterSet& from) {
    for (size_t i = 0; i < to.size(); ++i) to[i] |= from[i];
  }

  bool update(size_t number) {
    const Block& block = graph_.blocks[number];
    RegisterSet live(graph_.registers.size());
    for_each_successor(block.terminator, [&](BlockId next) { add(live, in_[next.index]); });
    if (auto* park = std::get_if<Park>(&block.terminator)) add_state(live, park->state);
    for_each_use(block.terminator, [&](RegisterId id) { live[id.index] = 1; });
    for (size_t i = block.instructions.size(); i-- > 0;) {
      live[block.instructions[i].result.index] = 0;
      for_each_use(block.instructions[i], [&](RegisterId id) { live[id.index] = 1; });
    }
    if (live == in_[number]) return false;
    in_[number] = std::move(live);
    return true;
  }

  std::vector<RegisterId> slots(size_t state) const {
    // A guard of a handler is called before the handler has a frame of its own: it sees the parameters.
    bool handler_guard = machine_.kind == abi::MachineKind::Handler && is_handler_guard(state);
    if (state == 0 || handler_guard) return graph_.parameters;
    RegisterSet live(graph_.registers.size());
    add_state(live, state);
    std::vector<RegisterId> result;
    for (size_t i = 0; i < live.size(); ++i) {
      if (live[i]) result.push_back(RegisterId(i));
    }
    return result;
  }
  bool is_handler_guard(size_t state) const {
    if (!machine_.states[state].path.empty()) return false;
    for (const abi::WaitPoint& wait : machine_.states) {
      for (const abi::Subscription& event : wait.events) {
        if (!event.machine && event.guard_state == state) return false;
      }
    }
    return true;
  }

  abi::Slot slot(RegisterId id) const {
    const Register& r = graph_.registers[id.index];
    abi::Slot slot{r.name, r.type, r.trust, r.advised};
    if (r.trust == abi::Trust::Advice && r.advised.empty()) slot.advised = abi::every_part(types_, r.type);
    return slot;
  }

  void write_state(size_t number) {
    const State& state = graph_.states[number];
    auto& instructions = graph_.blocks[state.entry.index].instructions;
    std::vector<Instruction> loads(state.live.size());
    machine_.states[number].live.clear();
    for (size_t i = 0; i < state.live.size(); ++i) {
      loads[i].op = Op::LoadFrame;
      loads[i].result = state.live[i];
      loads[i].index = static_cast<uint32_t>(i);
      machine_.states[number].live.push_back(slot(state.live[i]));
    }
    instructions.insert(instructions.begin(), loads.begin(), loads.end());
  }

  const abi::Types& types_;
  Graph& graph_;
  abi::Machine& machine_;
  std::vector<RegisterSet> in_;
};

void renumber(Terminator& terminator, const std::vector<BlockId>& to) {
  auto change = [&](BlockId& id) { id = to[id.index]; };
  if (auto* jump = std::get_if<Jump>(&terminator)) change(jump->to);
  if (auto* branch = std::get_if<Branch>(&terminator)) change(branch->then), change(branch->otherwise);
  if (auto* choice = std::get_if<SwitchTag>(&terminator)) {
    for (auto& entry : choice->cases) change(entry.second);
    change(choice->fallback);
  }
  if (auto* choice = std::get_if<SwitchInt>(&terminator)) {
    for (auto& entry : choice->cases) change(entry.second);
    change(choice->fallback);
  }
}

}  // namespace

void remove_unreachable(Graph& graph) {
  std::vector<BlockId> to(graph.blocks.size()), open;
  std::vector<char> seen(graph.blocks.size());
  if (graph.pure) open.push_back(BlockId(0));
  for (const State& state : graph.states) open.push_back(state.entry);
  while (!open.empty()) {
    BlockId block = open.back();
    open.pop_back();
    if (std::exchange(seen[block.index], 1)) continue;
    for_each_successor(graph.blocks[block.index].terminator, [&](BlockId next) { open.push_back(next); });
  }
  std::vector<Block> kept;
  for (size_t i = 0; i < graph.blocks.size(); ++i) {
    if (!seen[i]) continue;
    to[i] = BlockId(kept.size());
    kept.push_back(std::move(graph.blocks[i]));
  }
  for (Block& block : kept) {
    renumber(block.terminator, to);
    if (block.behind) block.behind = to[block.behind->index];
  }
  for (State& state : graph.states) state.entry = to[state.entry.index];
  graph.blocks = std::move(kept);
}

void fill_liveness(Program& program) {
  for (size_t i = 0; i < program.machines.size(); ++i) {
    Liveness(program.abi.types, program.graphs[program.machines[i].index], program.abi.machines[i]).run();
  }
}

}  // namespace endcap::ir
