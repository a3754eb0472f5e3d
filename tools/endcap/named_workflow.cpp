// A workflow by its name: see named_workflow.h.
#include "tools/endcap/named_workflow.h"

#include <fmt/format.h>

#include "compiler/diag/diagnostic.h"
#include "tools/endcap/commands.h"

namespace endcap::command {

const sema::Workflow* find_workflow(const sema::Program& program, const std::string& name) {
  std::vector<std::string> names;
  std::vector<const sema::Workflow*> found;
  for (const sema::Workflow& workflow : program.workflows) {
    const std::string last = workflow.name.substr(workflow.name.rfind('.') + 1);
    names.push_back(last);
    if (workflow.name == name) return &workflow;
    if (last == name) found.push_back(&workflow);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    names.clear();
    for (const sema::Workflow* each : found) names.push_back(each->name);
    tell(fmt::format("there are several workflows {}: {}", name, fmt::join(names, ", ")));
  } else if (names.empty()) {
    tell(fmt::format("there is no workflow {}: the project has none at all", name));
  } else {
    const auto meant = did_you_mean(name, names);
    tell(fmt::format(
        "there is no workflow {}{}", name,
        meant ? fmt::format(": did you mean {}?", *meant) : fmt::format(", but {}", fmt::join(names, ", "))));
  }
  return nullptr;
}

}  // namespace endcap::command
