// Properties and navigations of a type that is in both files.
#include "compiler/schema/diff_parts.h"

namespace endcap::schema {
namespace {

using Aspect = Change::Aspect;
using Element = Change::Element;
using Kind = Change::Kind;

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

std::string semantics_text(Property::Semantics semantics) {
  switch (semantics) {
    case Property::Semantics::CurrencyCode:
      return "currency code";
    case Property::Semantics::UnitOfMeasure:
      return "unit of measure";
    case Property::Semantics::None:
      break;
  }
  return "none";
}

void diff_unit(Differ& differ, const Change& at, const Property& before, const Property& after) {
  if (before.unit_property != after.unit_property) {
    Change& change = differ.note(at, Aspect::Unit, Kind::Changed, or_none(before.unit_property),
                                 or_none(after.unit_property));
    change.reading = change.writing = Impact::Breaking;
    change.why =
        "the amount is in the currency or unit of another property: the same number means another thing";
  }
  if (before.semantics == after.semantics) return;
  Change& change = differ.note(at, Aspect::Semantics, Kind::Changed, semantics_text(before.semantics),
                               semantics_text(after.semantics));
  const bool contradicts =
      before.semantics != Property::Semantics::None && after.semantics != Property::Semantics::None;
  change.reading = change.writing = contradicts ? Impact::Breaking : Impact::Note;
  if (contradicts) change.why = "a currency is no unit of measure";
}

void diff_property(Differ& differ, const EntityType& type, const Property& before, const Property& after) {
  const Change at{.element = Element::Property,
                  .owner = type.name,
                  .name = before.name,
                  .before_span = before.span,
                  .after_span = after.span};
  diff_facets(differ, at, facets_of(differ.before, before), facets_of(differ.after, after));
  diff_unit(differ, at, before, after);
  diff_permission(differ, at, Aspect::Creatable, before.creatable, after.creatable,
                  "a create that gives it is refused");
  diff_permission(differ, at, Aspect::Updatable, before.updatable, after.updatable,
                  "an update that gives it is refused");
  if (before.filterable != after.filterable) {
    Change& change = differ.note(at, Aspect::Filterable, after.filterable ? Kind::Widened : Kind::Narrowed,
                                 before.filterable ? "true" : "false", after.filterable ? "true" : "false");
    change.reading = after.filterable ? Impact::Compatible : Impact::Breaking;
    if (!after.filterable) change.why = "a query by it is refused";
  }
  if (before.sortable != after.sortable) {
    differ
        .note(at, Aspect::Sortable, after.sortable ? Kind::Widened : Kind::Narrowed,
              before.sortable ? "true" : "false", after.sortable ? "true" : "false")
        .reading = Impact::Note;
  }
  if (before.default_value != after.default_value) {
    differ
        .note(at, Aspect::Default, Kind::Changed, before.default_value.value_or("none"),
              after.default_value.value_or("none"))
        .writing = Impact::Note;
  }
  diff_words(differ, at, before.label, after.label, before.documentation, after.documentation);
  diff_annotations(differ, at, before.annotations, after.annotations);
}

void added_property(Differ& differ, const EntityType& type, const Property& after) {
  Change& change = differ.note(
      {.element = Element::Property, .owner = type.name, .name = after.name, .after_span = after.span},
      Aspect::Presence, Kind::Added, "none", facets_text(facets_of(differ.after, after)));
  const bool demanded = !after.nullable && !after.default_value && after.creatable;
  change.reading = Impact::Compatible;
  change.writing = demanded ? Impact::Breaking : Impact::Compatible;
  if (demanded) change.why = "a create must give it";
}

void diff_navigation(Differ& differ, const EntityType& type, const Navigation& before,
                     const Navigation& after) {
  const Change at{.element = Element::Navigation,
                  .owner = type.name,
                  .name = before.name,
                  .before_span = before.span,
                  .after_span = after.span};
  if (!differ.same_type(before.target_type, after.target_type)) {
    Change& change = differ.note(at, Aspect::Target, Kind::Changed, before.target_type, after.target_type);
    change.reading = change.writing = Impact::Breaking;
    change.why = "it leads to other entities";
  }
  if (before.many != after.many) {
    Change& change = differ.note(at, Aspect::Multiplicity, Kind::Changed, before.many ? "many" : "one",
                                 after.many ? "many" : "one");
    change.reading = change.writing = Impact::Breaking;
    change.why = "a list is no single entity";
  }
  if (!before.many && !after.many && before.nullable != after.nullable) {
    Change& change = differ.note(at, Aspect::Nullable, after.nullable ? Kind::Widened : Kind::Narrowed,
                                 before.nullable ? "true" : "false", after.nullable ? "true" : "false");
    change.reading = after.nullable ? Impact::Breaking : Impact::Compatible;
    change.writing = after.nullable ? Impact::Compatible : Impact::Breaking;
    change.why = after.nullable ? "it may lead nowhere" : "it must lead somewhere now";
  }
  diff_annotations(differ, at, before.annotations, after.annotations);
}

}  // namespace

void diff_properties(Differ& differ, const EntityType& before, const EntityType& after) {
  for (const Property& old_one : before.properties) {
    if (const Property* new_one = differ.after.find_property(after, old_one.name)) {
      diff_property(differ, before, old_one, *new_one);
      continue;
    }
    Change& change =
        differ.note({.element = Element::Property,
                     .owner = before.name,
                     .name = old_one.name,
                     .before_span = old_one.span},
                    Aspect::Presence, Kind::Removed, facets_text(facets_of(differ.before, old_one)), "none");
    change.reading = change.writing = Impact::Breaking;
    change.why = "what reads or writes it finds nothing";
  }
  for (const Property& new_one : after.properties) {
    if (!differ.before.find_property(before, new_one.name)) added_property(differ, before, new_one);
  }
}

void diff_navigations(Differ& differ, const EntityType& before, const EntityType& after) {
  for (const Navigation& old_one : before.navigations) {
    if (const Navigation* new_one = differ.after.find_navigation(after, old_one.name)) {
      diff_navigation(differ, before, old_one, *new_one);
      continue;
    }
    Change& change = differ.note({.element = Element::Navigation,
                                  .owner = before.name,
                                  .name = old_one.name,
                                  .before_span = old_one.span},
                                 Aspect::Presence, Kind::Removed, old_one.target_type, "none");
    change.reading = change.writing = Impact::Breaking;
    change.why = "what follows it finds nothing";
  }
  for (const Navigation& new_one : after.navigations) {
    if (differ.before.find_navigation(before, new_one.name)) continue;
    Change& change = differ.note({.element = Element::Navigation,
                                  .owner = before.name,
                                  .name = new_one.name,
                                  .after_span = new_one.span},
                                 Aspect::Presence, Kind::Added, "none", new_one.target_type);
    change.reading = change.writing = Impact::Compatible;
  }
}

}  // namespace endcap::schema
