// Looking up what a program declares.
#include "runtime/abi/program.h"

namespace endcap::abi {

const char* severity_name(Severity severity) {
  constexpr const char* kNames[] = {"low", "normal", "high", "critical"};
  return kNames[static_cast<size_t>(severity)];
}

const Workflow* Program::find_workflow(std::string_view name) const {
  const Workflow* found = nullptr;
  for (const Workflow& workflow : workflows) {
    if (workflow.name == name && !workflow.only_run) return &workflow;
  }
  for (const Workflow& workflow : workflows) {
    const std::string_view full = workflow.name;
    if (workflow.only_run || full.substr(full.rfind('.') + 1) != name) continue;
    if (found != nullptr) return nullptr;  // ambiguous
    found = &workflow;
  }
  return found;
}

}  // namespace endcap::abi
