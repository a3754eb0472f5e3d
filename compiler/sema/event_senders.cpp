// What endcap.toml says that a system sends, against what modules declare and workflows hear.
#include <algorithm>
#include <set>

#include "compiler/sema/passes/walk.h"
#include "compiler/sema/systems.h"

namespace endcap::sema {
namespace {

bool partners_send(const Context& context, uint32_t event) {
  using What = abi::Interface::Operation::What;
  return std::ranges::any_of(context.program.abi.interfaces, [&](const abi::Interface& interface) {
    return std::ranges::any_of(interface.operations, [&](const auto& operation) {
      return operation.what == What::Sends && operation.target == event;
    });
  });
}

// An event of a type that never comes is waited for in vain.
void refuse_unsent(Context& context, uint32_t event, const SystemConfig& system) {
  const std::string& type = context.program.abi.events[event].type;
  if (partners_send(context, event)) return;
  std::vector<std::string> types;
  for (const auto& [sent, span] : *system.sends) types.push_back(sent);
  if (std::ranges::find(types, type) != types.end()) return;
  const Span span = context.events[event].tree->type_span;
  auto& diagnostic = context.emit(DiagnosticKind::EventNotSent, span, {system.name, type});
  if (const auto meant = did_you_mean(type, types))
    diagnostic.suggest({span, "\"" + *meant + "\"", "did you mean `" + *meant + "`?", false});
  diagnostic.note("what it sends stands in endcap.toml: `sends` of [systems." + system.name + "]");
}

// A module that several projects share declares more than one of them hears.
bool is_library(const Context& context, uint32_t module) {
  const auto& library = context.project.library;
  return std::ranges::find(library, context.modules[module].tree->source) != library.end();
}

// What is declared as an event of a system, and comes to nobody. Where nothing hears anything, the project is
// what others use.
void tell_events_unheard(Context& context, const std::set<uint32_t>& heard) {
  const abi::Program& program = context.program.abi;
  if (context.workflows.empty() && program.routes.empty() && program.syncs.empty()) return;
  for (uint32_t i = 0; i < context.events.size(); ++i) {
    const EventInfo& event = context.events[i];
    const auto& systems = context.project.systems;
    const uint32_t number = program.events[i].system;
    if (number >= systems.size() || systems[number].sends) continue;  // what it sends is compared by type
    if (heard.contains(i) || partners_send(context, i) || is_library(context, event.module)) continue;
    context
        .emit(DiagnosticKind::EventNotHeard, event.tree->name.span,
              {systems[number].name, program.events[i].type})
        .note("hear it in a workflow, a route or a sync, or take its declaration out")
        .note(
            "where other projects hear it, say so in endcap.toml: `library` of [project] names their files");
  }
}

}  // namespace

std::set<uint32_t> heard_events(Program& program) {
  std::set<uint32_t> heard;
  for (Workflow& workflow : program.workflows) {
    visit_statements(workflow.body, [&](Stmt& stmt) {
      if (const auto* wait = std::get_if<WaitEvent>(&stmt.node)) heard.insert(wait->pattern.event);
      visit_event_handlers(stmt, [&](EventHandler& handler) { heard.insert(handler.pattern.event); });
    });
  }
  for (const abi::Route& route : program.abi.routes) heard.insert(route.event);
  for (const abi::Sync& sync : program.abi.syncs) {
    for (const abi::Sync::Change& change : sync.changes) heard.insert(change.event);
  }
  return heard;
}

void check_event_senders(Context& context) {
  const std::set<uint32_t> heard = heard_events(context.program);
  if (!context.diagnostics.has_errors()) tell_events_unheard(context, heard);
  for (const SystemConfig& system : context.project.systems) {
    if (!system.sends) continue;
    const uint32_t number = system_index(context, &system);
    std::set<std::string> types;
    for (uint32_t i = 0; i < context.events.size(); ++i) {
      const abi::Event& event = context.program.abi.events[i];
      if (event.system != number) continue;
      refuse_unsent(context, i, system);
      if (heard.contains(i)) types.insert(event.type);
    }
    for (const auto& [type, span] : *system.sends) {
      if (!types.contains(type))
        context.emit(DiagnosticKind::EventNotHeard, span, {system.name, type})
            .note("declare it as an `event` and hear it, or take it off the list");
    }
  }
}

}  // namespace endcap::sema
