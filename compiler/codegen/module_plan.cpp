// Splits a program into modules.
#include "compiler/codegen/module_plan.h"

#include <set>

namespace endcap::codegen {
namespace {

void reach(const ir::Program& program, const ir::Graph& graph, std::set<uint32_t>& reached) {
  for (const ir::Block& block : graph.blocks) {
    for (const ir::Instruction& instruction : block.instructions) {
      if (instruction.op != ir::Op::CallGraph && instruction.op != ir::Op::TryGraph) continue;
      if (!reached.insert(instruction.graph.index).second) continue;
      reach(program, program.graphs[instruction.graph.index], reached);
    }
  }
}

}  // namespace

std::vector<ModulePlan> plan_modules(const ir::Program& program) {
  std::vector<ModulePlan> plans;
  for (uint32_t workflow = 0; workflow < program.abi.workflows.size(); ++workflow) {
    ModulePlan plan{program.abi.workflows[workflow].name, {}, {}, false};
    std::set<uint32_t> reached;
    for (uint32_t i = 0; i < program.machines.size(); ++i) {
      if (!program.abi.machines[i].belongs_to(workflow)) continue;
      plan.machines.push_back(i);
      reach(program, program.graphs[program.machines[i].index], reached);
    }
    for (const uint32_t graph : reached) plan.pure.push_back(ir::GraphId(graph));
    if (!plan.machines.empty()) plans.push_back(std::move(plan));
  }
  ModulePlan deliveries{"deliveries", {}, {}, false};
  std::set<uint32_t> reached;
  for (uint32_t i = 0; i < program.machines.size(); ++i) {
    if (program.abi.machines[i].kind != abi::MachineKind::Delivery) continue;
    deliveries.machines.push_back(i);
    reach(program, program.graphs[program.machines[i].index], reached);
  }
  for (const uint32_t graph : reached) deliveries.pure.push_back(ir::GraphId(graph));
  if (!deliveries.machines.empty()) plans.push_back(std::move(deliveries));
  ModulePlan functions{"functions", {}, {}, true};
  for (uint32_t i = 0; i < program.graphs.size(); ++i) {
    if (program.graphs[i].pure) functions.pure.push_back(ir::GraphId(i));
  }
  if (!functions.pure.empty()) plans.push_back(std::move(functions));
  return plans;
}

}  // namespace endcap::codegen
