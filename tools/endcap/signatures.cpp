// From a checked project to its signatures.
#include "tools/endcap/signatures.h"

#include <algorithm>

namespace endcap::command {

std::expected<ProjectSignatures, std::string> signatures_of(CheckedProject& project) {
  ProjectSignatures result;
  for (const sema::Workflow& workflow : project.program.workflows)
    result.texts.emplace(workflow.name, project.sources.text(workflow.span));
  if (project.modules.empty()) return result;
  const auto program = lower_project(project);
  if (!program) return std::unexpected(program.error());
  for (uint32_t i = 0; i < program->abi.workflows.size(); ++i) {
    if (program->abi.workflows[i].only_run) continue;  // a part of those that run it
    result.signatures.push_back(ir::signature_of(program->abi, i));
  }
  result.interfaces = ir::interface_shapes(program->abi);
  std::ranges::sort(result.signatures, {}, &ir::Signature::workflow);
  return result;
}

}  // namespace endcap::command
