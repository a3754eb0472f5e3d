// Splits a program into modules.
#include "compiler/codegen/module_plan.h"

#include <set>
#include <utility>

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

// An element that waits for nothing, as those of a sweep: it runs once for each of a million combinations.
// All else waits for people and systems far longer than it runs.
bool is_worth_it(const abi::Machine& machine) {
  return machine.kind == abi::MachineKind::Element && machine.states.size() == 1;
}

template <typename Wanted>
void add_machines(std::vector<ModulePlan>& plans, const ir::Program& program, ModulePlan plan,
                  Wanted wanted) {
  std::set<uint32_t> reached;
  for (uint32_t i = 0; i < program.machines.size(); ++i) {
    if (!wanted(i)) continue;
    plan.machines.push_back(i);
    reach(program, program.graphs[program.machines[i].index], reached);
  }
  for (const uint32_t graph : reached) plan.pure.push_back(ir::GraphId(graph));
  if (!plan.machines.empty()) plans.push_back(std::move(plan));
}

}  // namespace

std::vector<ModulePlan> plan_modules(const ir::Program& program, bool functions) {
  std::vector<ModulePlan> plans;
  for (uint32_t workflow = 0; workflow < program.abi.workflows.size(); ++workflow) {
    const std::string& name = program.abi.workflows[workflow].name;
    for (const bool thorough : {false, true}) {
      add_machines(plans, program, {.name = thorough ? name + ", elements" : name, .thorough = thorough},
                   [&](uint32_t machine) {
                     return program.abi.machines[machine].belongs_to(workflow) &&
                            is_worth_it(program.abi.machines[machine]) == thorough;
                   });
    }
  }
  add_machines(plans, program, {.name = "deliveries"}, [&](uint32_t machine) {
    return program.abi.machines[machine].kind == abi::MachineKind::Delivery;
  });
  ModulePlan all{.name = "functions", .exports_pure = true, .thorough = true};
  for (uint32_t i = 0; i < program.graphs.size(); ++i) {
    if (program.graphs[i].pure) all.pure.push_back(ir::GraphId(i));
  }
  if (functions && !all.pure.empty()) plans.push_back(std::move(all));
  return plans;
}

}  // namespace endcap::codegen
