// `advice` marks: a property that one view calls a model's number is one wherever it is read, and so is one
// that a write fills with advice when no person decides it.
#include <algorithm>

#include "compiler/sema/systems.h"

namespace endcap::sema {
namespace {

struct Mark {
  Span span;
  std::string view;
  uint32_t system = 0;
};
// A property stands for itself, whichever entity set or derived type it is read through.
using Marks = std::map<const schema::Property*, Mark>;

template <typename Visit>
void visit_properties(const Context& context, const Visit& visit) {
  for (uint32_t i = 0; i < context.views.size(); ++i) {
    const ViewInfo& view = context.views[i];
    if (!view.entity) continue;
    for (const ast::ViewField& field : view.tree->fields) {
      const schema::Property* property = view.system->schema->find_property(*view.entity, field.source.text);
      if (property) visit(i, field, property);
    }
  }
}

// `advice` stands before the class of the field.
Diagnostic& missing_mark(Context& context, const ast::ViewField& field, const std::string& why) {
  const bool classed = field.class_span.valid();
  const uint32_t at = classed ? field.class_span.begin : field.span.end;
  return context.emit(DiagnosticKind::AdviceMarkMissing, field.source.span, {field.source.text, why})
      .suggest({{field.span.source, at, at}, classed ? "advice " : " advice", "mark it as `advice`", true});
}

// Whether the write fills in what the view reads. A call says by nothing but its names what it fills in: a
// key among them tells which thing is meant.
bool fills(const Context& context, const StoredAdvice& stored, uint32_t view, const schema::Property& read) {
  const abi::Operation& operation = context.program.abi.operations[stored.operation];
  const std::string& name = operation.fields[stored.cell].name;
  if (operation.system != context.program.abi.views[view].system || name != read.name) return false;
  const schema::Schema& schema = *context.views[view].system->schema;
  if (operation.form == abi::OperationForm::Call) {
    const auto& key = context.views[view].entity->key;
    return stored.own && std::ranges::find(key, name) == key.end();
  }
  const schema::EntitySet* set = schema.find_set(operation.target);
  const schema::EntityType* entity = set ? schema.find_type(set->entity_type) : nullptr;
  return entity && schema.find_property(*entity, name) == &read;
}

// Events have no mark of their own, and no schema: a property of that name in that system is what they bring.
void mark_events(Context& context, const Marks& marks) {
  for (abi::Event& event : context.program.abi.events) {
    std::vector<abi::Field>& fields = context.types.reserved(event.record).fields;
    for (size_t i = 0; i < fields.size() && i < event.fields.size(); ++i) {
      for (const auto& [property, mark] : marks)
        fields[i].advice =
            fields[i].advice || (mark.system == event.system && property->name == event.fields[i].name);
    }
  }
}

}  // namespace

void check_advice_marks(Context& context) {
  Marks marks;
  visit_properties(context, [&](uint32_t view, const ast::ViewField& field, const auto* property) {
    if (field.advice)
      marks.try_emplace(property, Mark{field.span, context.views[view].tree->name.text,
                                       context.program.abi.views[view].system});
  });
  if (marks.empty()) return;
  visit_properties(context, [&](uint32_t, const ast::ViewField& field, const auto* property) {
    const auto mark = marks.find(property);
    if (field.advice || mark == marks.end()) return;
    missing_mark(context, field, "in view " + mark->second.view).label(mark->second.span, "marked here");
  });
  mark_events(context, marks);
}

void check_stored_advice(Context& context) {
  visit_properties(context, [&](uint32_t view, const ast::ViewField& field, const auto* property) {
    if (field.advice) return;
    for (const StoredAdvice& stored : context.program.stored) {
      if (!fills(context, stored, view, *property)) continue;
      const std::string& operation = context.program.abi.operations[stored.operation].name;
      missing_mark(context, field, "as " + operation + " may store it")
          .label(stored.span, stored.path + " is stored from here")
          .label(stored.row, "this row lets it through without a person");
      return;
    }
  });
}

}  // namespace endcap::sema
