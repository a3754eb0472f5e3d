// From a checked project to its signatures.
#include "tools/endcap/signatures.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::command {

namespace {

DeclarationPlaces places_of(const CheckedProject& project) {
  DeclarationPlaces places;
  const auto add = [&](std::string name, Span span) {
    places.emplace(std::move(name), std::pair(project.sources.file(span.source).path,
                                              project.sources.line_column(span.source, span.begin).line));
  };
  for (const sema::Workflow& workflow : project.program.workflows) add(workflow.name, workflow.span);
  for (const ast::Module& module : project.modules) {
    for (const ast::Decl& declaration : module.declarations) {
      if (const auto* interface = std::get_if<ast::InterfaceDecl>(&declaration.node))
        add(fmt::format("{}/{}", interface->name.text, interface->version), interface->name.span);
    }
  }
  return places;
}

}  // namespace

std::expected<ProjectSignatures, std::string> signatures_of(CheckedProject& project) {
  ProjectSignatures result;
  for (const sema::Workflow& workflow : project.program.workflows)
    result.texts.emplace(workflow.name, project.sources.text(workflow.span));
  result.places = places_of(project);
  if (project.modules.empty()) return result;
  result.labels = sema::exported_labels(project.program, project.modules);
  const auto program = lower_project(project);
  if (!program) return std::unexpected(program.error());
  for (uint32_t i = 0; i < program->abi.workflows.size(); ++i) {
    if (program->abi.workflows[i].only_run) continue;  // a part of those that run it
    result.signatures.push_back(ir::signature_of(program->abi, i));
  }
  result.interfaces = ir::interface_shapes(program->abi);
  result.carriers = ir::carrier_shapes(program->abi);
  result.calendars = program->abi.calendars;
  std::ranges::sort(result.signatures, {}, &ir::Signature::workflow);
  return result;
}

}  // namespace endcap::command
