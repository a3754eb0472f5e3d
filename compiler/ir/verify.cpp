// The verifier's front door and its first part: ids in range.
#include "compiler/ir/lower.h"
#include "compiler/ir/uses.h"
#include "compiler/ir/verifier.h"

namespace endcap::ir {
namespace {

bool good_instruction(const Subject& s, const Instruction& instruction) {
  bool good = instruction.result.index < s.graph.registers.size();
  for_each_use(instruction, [&](RegisterId id) { good &= id.index < s.graph.registers.size(); });
  if (instruction.op == Op::CallGraph || instruction.op == Op::TryGraph) {
    good &= instruction.graph.index < s.program.graphs.size();
  }
  if (instruction.op == Op::Call)
    good &= static_cast<size_t>(instruction.builtin) < abi::all_builtins().size();
  return good;
}

bool good_terminator(const Subject& s, const Terminator& terminator) {
  bool good = true;
  for_each_use(terminator, [&](RegisterId id) { good &= id.index < s.graph.registers.size(); });
  for_each_successor(terminator, [&](BlockId id) { good &= id.index < s.graph.blocks.size(); });
  if (auto* park = std::get_if<Park>(&terminator)) good &= park->state < s.graph.states.size();
  return good;
}

// A graph calls only graphs that do not lead back to it.
bool calls_itself(const Program& program, size_t start) {
  std::vector<char> seen(program.graphs.size());
  std::vector<size_t> open{start};
  while (!open.empty()) {
    const Graph& graph = program.graphs[open.back()];
    open.pop_back();
    for (const Block& block : graph.blocks) {
      for (const Instruction& instruction : block.instructions) {
        if (instruction.op != Op::CallGraph && instruction.op != Op::TryGraph) continue;
        size_t callee = instruction.graph.index;
        if (callee == start) return true;
        if (callee < seen.size() && !std::exchange(seen[callee], 1)) open.push_back(callee);
      }
    }
  }
  return false;
}

}  // namespace

bool is_guard(const abi::Machine& machine, size_t state) {
  return state > 0 && machine.states[state].path.empty();
}

void verify_ids(const Subject& s) {
  const Graph& graph = s.graph;
  for (size_t i = 0; i < graph.registers.size(); ++i) {
    if (graph.registers[i].type >= s.types().size()) s.say("register {} has no type", i);
  }
  if (graph.blocks.empty()) s.say("has no block");
  for (RegisterId id : graph.parameters) {
    if (id.index >= graph.registers.size()) s.say("a parameter is not a register");
  }
  for (size_t i = 0; i < graph.states.size(); ++i) {
    bool good = graph.states[i].entry.index < graph.blocks.size();
    for (RegisterId id : graph.states[i].live) good &= id.index < graph.registers.size();
    if (!good) s.say("state {} names a block or register that does not exist", i);
  }
  for (size_t i = 0; i < graph.blocks.size(); ++i) {
    const auto& instructions = graph.blocks[i].instructions;
    for (size_t k = 0; k < instructions.size(); ++k) {
      if (!good_instruction(s, instructions[k]))
        s.say_at(i, "instruction {} names something that does not exist", k);
    }
    if (!good_terminator(s, graph.blocks[i].terminator)) {
      s.say_at(i, "the terminator names something that does not exist");
    }
  }
  if (s.machine) {
    if (graph.pure) s.say("a machine can't be pure");
    if (graph.states.empty()) s.say("a machine needs a start state");
    if (graph.states.size() != s.machine->states.size()) s.say("states and wait points differ in number");
    if (s.machine->kind != abi::MachineKind::Delivery &&
        s.machine->workflow >= s.program.abi.workflows.size())
      s.say("belongs to no workflow");
    for (const abi::WaitPoint& wait : s.machine->states) {
      for (const abi::Subscription& event : wait.events) {
        if (event.machine && *event.machine >= s.program.abi.machines.size())
          s.say("{} starts no machine", wait.path);
      }
    }
  } else if (!graph.pure) {
    s.say("is neither pure nor a machine");
  } else if (graph.result >= s.types().size()) {
    s.say("has no result type");
  }
}

std::vector<std::string> verify(const Program& program) {
  std::vector<std::string> findings;
  if (program.machines.size() != program.abi.machines.size()) {
    findings.push_back("graphs and descriptions of machines differ in number");
    return findings;
  }
  std::vector<const abi::Machine*> machine_of(program.graphs.size(), nullptr);
  for (size_t i = 0; i < program.machines.size(); ++i) {
    if (program.machines[i].index >= program.graphs.size()) {
      findings.push_back(fmt::format("machine {} has no graph", i));
      return findings;
    }
    machine_of[program.machines[i].index] = &program.abi.machines[i];
  }
  auto each = [&](void (*part)(const Subject&)) {
    for (size_t i = 0; i < program.graphs.size(); ++i) {
      part(Subject{program, program.graphs[i], machine_of[i], findings});
    }
    return findings.empty();
  };
  if (!each(verify_ids)) return findings;
  for (size_t i = 0; i < program.graphs.size(); ++i) {
    if (calls_itself(program, i)) findings.push_back(program.graphs[i].name + ": calls itself");
  }
  each(verify_shape);
  each(verify_types);
  if (!findings.empty()) return findings;
  each(verify_assignment);
  each(verify_waits);
  each(verify_grants);
  return findings;
}

}  // namespace endcap::ir
