// What goes into one module of native code: a workflow's machines and the pure graphs they reach, those of its elements
// that wait for nothing, those of all routes and syncs, or all pure graphs by themselves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/flow.h"

namespace endcap::codegen {

struct ModulePlan {
  std::string name;                // of the workflow; "deliveries", "functions"
  std::vector<uint32_t> machines;  // indices into Program::machines; exported as machine_<index>
  std::vector<ir::GraphId> pure;   // in order of their ids
  bool exports_pure = false;       // as pure_<graph id>
  bool thorough = false;           // it runs a million times: its code is worth a compiler's time
};

// `functions`: of all pure graphs, to be called by themselves.
std::vector<ModulePlan> plan_modules(const ir::Program& program, bool functions);
inline std::string machine_symbol(uint32_t machine) { return "machine_" + std::to_string(machine); }
inline std::string pure_symbol(ir::GraphId graph) { return "pure_" + std::to_string(graph.index); }

// Everything of the module's Flow IR that decides its code, as bytes to be hashed.
std::string fingerprint(const ir::Program& program, const ModulePlan& plan);

}  // namespace endcap::codegen
