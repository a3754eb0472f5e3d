// `class` marks: a property has one class, whichever view reads it. What one view says of it holds where
// another says nothing, and two do not say two things of it.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "compiler/sema/data_classes.h"
#include "compiler/sema/systems.h"

namespace endcap::sema {
namespace {

struct ClassedField {
  uint32_t view = 0, field = 0;  // its place in the record
  const ast::ViewField* tree = nullptr;
  bool said = false;
};
// As for advice: a property stands for itself, whichever entity set or derived type it is read through.
using ClassedFields = std::map<const schema::Property*, std::vector<ClassedField>>;

// The view as a whole says nothing of its key: that tells which thing is meant, in other views too.
bool says_class(const ViewInfo& view, const ast::ViewField& field) {
  const auto is = [&](const ast::Name& key) { return key.text == field.name.text; };
  return field.data_class || (view.tree->data_class && std::ranges::none_of(view.tree->key, is));
}

ClassedFields classed_fields(const Context& context) {
  ClassedFields found;
  for (uint32_t i = 0; i < context.views.size(); ++i) {
    const ViewInfo& view = context.views[i];
    if (!view.entity) continue;
    const std::vector<abi::Field>& fields = context.types[view.record].fields;
    for (const ast::ViewField& field : view.tree->fields) {
      const schema::Property* property = view.system->schema->find_property(*view.entity, field.source.text);
      const auto at = std::ranges::find(fields, field.name.text, &abi::Field::name);
      if (!property || at == fields.end()) continue;
      found[property].push_back(
          {i, static_cast<uint32_t>(at - fields.begin()), &field, says_class(view, field)});
    }
  }
  return found;
}

DataMark& mark_of(Context& context, const ClassedField& field) {
  return context.program.data_marks.at(context.views[field.view].record).at(field.field);
}

std::string data_class_name(DataClass level) {
  return std::string(kDataClassNames[static_cast<size_t>(level)]);
}

void tell_two_classes(Context& context, const ClassedField& field, const ClassedField& highest) {
  const auto& own = field.tree->data_class;
  const DataMark& most = mark_of(context, highest);
  context
      .emit(DiagnosticKind::DataClassesDiffer, own ? own->span : field.tree->source.span,
            {field.tree->source.text, data_class_name(mark_of(context, field).level),
             data_class_name(most.level), context.views[highest.view].tree->name.text})
      .label(most.span, "said here");
}

// Events have no schema: a property of that name in that system is what they bring.
void mark_event_fields(Context& context, uint32_t system, const std::string& property, const DataMark& mark) {
  for (const abi::Event& event : context.program.abi.events) {
    if (event.system != system || !context.program.data_marks.contains(event.record)) continue;
    std::vector<DataMark>& marks = context.program.data_marks.at(event.record);
    for (size_t i = 0; i < event.fields.size() && i < marks.size(); ++i) {
      const bool unsaid = !marks[i].span.valid() && marks[i].level < mark.level;
      if (unsaid && event.fields[i].name == property) marks[i] = mark;
    }
  }
}

}  // namespace

void check_class_marks(Context& context) {
  for (const auto& [property, fields] : classed_fields(context)) {
    const ClassedField* highest = nullptr;
    for (const ClassedField& field : fields) {
      const bool higher = !highest || mark_of(context, *highest).level < mark_of(context, field).level;
      if (field.said && higher) highest = &field;
    }
    if (!highest) continue;
    const DataMark most = mark_of(context, *highest);
    for (const ClassedField& field : fields) {
      DataMark& mark = mark_of(context, field);
      if (field.said && mark.level != most.level) tell_two_classes(context, field, *highest);
      if (!field.said && mark.level < most.level) mark = most;
    }
    mark_event_fields(context, context.program.abi.views[highest->view].system, property->name, most);
  }
}

}  // namespace endcap::sema
