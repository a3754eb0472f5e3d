// Systems of the project as the program sees them, and the events they send.
#include "compiler/sema/systems.h"

#include <fmt/format.h>

#include "compiler/sema/data_classes.h"
#include "compiler/sema/mends.h"
#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"

namespace endcap::sema {

void list_systems(Context& context) {
  for (const SystemConfig& system : context.project.systems) {
    const bool v4 = system.schema && system.schema->protocol == schema::Schema::Protocol::ODataV4;
    context.program.abi.systems.push_back({.name = system.name, .protocol = v4 ? "odata-v4" : "odata-v2"});
  }
}

uint32_t system_index(const Context& context, const SystemConfig* system) {
  return system ? static_cast<uint32_t>(system - context.project.systems.data()) : 0;
}

const SystemConfig* require_system(Context& context, uint32_t module, const ast::Name& name) {
  const ModuleInfo& info = context.modules[module];
  std::vector<std::string> known;
  for (const SystemConfig& system : context.project.systems) {
    known.push_back(system.name);
    if (system.name != name.text) continue;
    if (!info.systems.contains(name.text))
      suggest_if(context.emit(DiagnosticKind::SystemNotUsed, name.span, {info.name, name.text})
                     .note("write `use system " + name.text + "` at the top"),
                 add_use(context, module, "system " + name.text));
    return system.schema ? &system : nullptr;
  }
  if (!info.systems.contains(name.text))  // else told where it is used
    with_suggestion(context.emit(DiagnosticKind::UnknownSystem, name.span, {name.text}), name.span, name.text,
                    known);
  return nullptr;
}

// ---------------------------------------------------------------- events

namespace {

// Events are CloudEvents with JSON data: there is no schema of them, the type says how a value stands in the
// document.
std::string_view edm_of(Kind kind) {
  switch (kind) {
    case Kind::Bool:
      return "Edm.Boolean";
    case Kind::Int:
      return "Edm.Int64";
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity:
      return "Edm.Decimal";
    case Kind::Date:
      return "Edm.Date";
    case Kind::Time:
      return "Edm.TimeOfDay";
    case Kind::Instant:
      return "Edm.DateTimeOffset";
    case Kind::Duration:
      return "Edm.Duration";
    default:
      return "Edm.String";
  }
}

void describe_event(Context& context, uint32_t index, uint32_t system) {
  const EventInfo info = context.events[index];
  abi::Event& event = context.program.abi.events[index];
  event.system = system;
  std::map<std::string, Span> seen;
  std::vector<abi::Field> fields;
  for (const auto& field : info.tree->fields) {
    const auto [first, fresh] = seen.try_emplace(field.name.text, field.name.span);
    if (!fresh) {
      context.emit(DiagnosticKind::DuplicateName, field.name.span, {field.name.text})
          .label(first->second, "here first");
      continue;
    }
    const TypeId type = resolve_stored_type(context, info.module, field.type.get(), "an event");
    fields.push_back({.name = field.name.text, .type = type});
    abi::WireField wire{.name = field.source.text,
                        .unit_name = field.unit_source ? field.unit_source->text : ""};
    if (type != abi::kNoType) {
      const abi::Type& inner = context.types[context.types.inside(type)];
      if (inner.kind == Kind::Record || inner.kind == Kind::List)
        context.emit(DiagnosticKind::NotAScalar, field.type->span,
                     {"a field of an event", context.type_name(type)});
      wire.edm_type = edm_of(inner.kind);
      wire.scale = inner.scale;
    }
    context.program.abi.events[index].fields.push_back(std::move(wire));
  }
  const auto& said = info.tree->data_class;
  const DataMark mark{data_class_of(context, said).value_or(DataClass::Internal), said ? said->span : Span{}};
  const TypeId record = context.program.abi.events[index].record;
  context.program.data_marks.emplace(record, std::vector(fields.size(), mark));
  context.types.reserved(record).fields = std::move(fields);
}

}  // namespace

namespace {

// What comes in is told apart by its type.
void refuse_type_twice(Context& context, uint32_t index) {
  const auto& events = context.program.abi.events;
  for (uint32_t i = 0; i < index; ++i) {
    if (events[i].type != events[index].type || events[i].system != events[index].system) continue;
    context.emit(DiagnosticKind::DuplicateName, context.events[index].tree->name.span, {events[index].type})
        .label(context.events[i].tree->name.span, "this event has the type too");
    return;
  }
}

}  // namespace

void describe_events(Context& context) {
  for (ModuleInfo& module : context.modules) {
    for (const ast::Decl& declaration : module.tree->declarations) {
      const auto* tree = std::get_if<ast::SystemDecl>(&declaration.node);
      if (!tree) continue;
      const uint32_t at = static_cast<uint32_t>(&module - context.modules.data());
      const SystemConfig* system = require_system(context, at, tree->name);
      for (size_t i = 0; i < context.operations.size(); ++i) {
        const ast::OperationDecl* operation = context.operations[i].tree;
        if (operation < tree->operations.data() ||
            operation >= tree->operations.data() + tree->operations.size())
          continue;
        context.operations[i].system = system;
        context.program.abi.operations[i].system = system_index(context, system);
      }
      for (uint32_t i = 0; i < context.events.size(); ++i) {
        const ast::EventDecl* event = context.events[i].tree;
        if (event < tree->events.data() || event >= tree->events.data() + tree->events.size()) continue;
        describe_event(context, i, system_index(context, system));
        refuse_type_twice(context, i);
      }
    }
  }
}

}  // namespace endcap::sema
