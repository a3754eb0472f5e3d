// What annotations say that the compiler acts on: labels, documentation, what can be created and changed,
// currencies and units. Sources: "SAP Annotations for OData Version 2.0"; the OASIS vocabularies Core,
// Capabilities, Measures; SAP's Common.
#include <algorithm>

#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

// "Org.OData.Core.V1.Description" and "Core.Description" -> "Core.Description"; a qualified term is for a
// special use and not ours.
std::string canonical_term(const Reader& reader, const std::string& name) {
  size_t end = name.find_first_of("/@");
  std::string term = name.substr(0, end);
  size_t dot = term.rfind('.');
  if (dot == term.npos || term.find('#') != term.npos) return name;
  std::string name_space = term.substr(0, dot);
  if (auto alias = reader.vocabulary_aliases.find(name_space); alias != reader.vocabulary_aliases.end())
    name_space = alias->second;
  static constexpr std::pair<std::string_view, std::string_view> kVocabularies[] = {
      {"Org.OData.Core.V1", "Core"},
      {"Org.OData.Capabilities.V1", "Capabilities"},
      {"Org.OData.Measures.V1", "Measures"},
      {"com.sap.vocabularies.Common.v1", "Common"},
  };
  for (auto [full, brief] : kVocabularies) {
    if (name_space == full) name_space = brief;
  }
  return name_space + name.substr(dot);
}

bool is_false(const Annotation& annotation) { return annotation.value == "false"; }
bool is_tag(const Annotation& annotation) {
  return annotation.value.empty() || annotation.value == "true";
}  // default true

void append_sentence(std::string& to, const std::string& text) {
  if (text.empty() || to == text) return;
  if (!to.empty()) to += to.ends_with('.') ? " " : ". ";
  to += text;
}

// Labels and documentation are said alike everywhere. False when the annotation is about something else.
bool read_words(const std::string& term, const Annotation& annotation, std::string& label,
                std::string* documentation) {
  if (term == "sap:label" || term == "Common.Label") {
    label = annotation.value;
  } else if (documentation && (term == "sap:quickinfo" || term == "Common.QuickInfo" ||
                               term == "Core.Description" || term == "Core.LongDescription" ||
                               term == "Documentation" || term.starts_with("Documentation/"))) {
    append_sentence(*documentation, annotation.value);
  } else {
    return false;
  }
  return true;
}

Property::Semantics semantics_of(std::string_view value) {
  if (value == "currency-code") return Property::Semantics::CurrencyCode;
  if (value == "unit-of-measure") return Property::Semantics::UnitOfMeasure;
  return Property::Semantics::None;
}

void read_property_meaning(const Reader& reader, Property& property) {
  using Semantics = Property::Semantics;
  for (auto& annotation : property.annotations) {
    std::string term = canonical_term(reader, annotation.name);
    if (read_words(term, annotation, property.label, &property.documentation)) continue;
    if (term == "sap:creatable")
      property.creatable = !is_false(annotation);
    else if (term == "sap:updatable")
      property.updatable = !is_false(annotation);
    else if (term == "sap:filterable")
      property.filterable = !is_false(annotation);
    else if (term == "sap:sortable")
      property.sortable = !is_false(annotation);
    else if (term == "sap:unit")
      property.unit_property = annotation.value;
    else if (term == "sap:semantics")
      property.semantics = semantics_of(annotation.value);
    else if (term == "Core.Computed" && is_tag(annotation))
      property.creatable = property.updatable = false;
    else if (term == "Core.Immutable" && is_tag(annotation))
      property.updatable = false;
    else if (term == "Core.Permissions" && annotation.value.ends_with("/Read"))
      property.creatable = property.updatable = false;
    else if (term == "Common.IsCurrency" && is_tag(annotation))
      property.semantics = Semantics::CurrencyCode;
    else if (term == "Common.IsUnit" && is_tag(annotation))
      property.semantics = Semantics::UnitOfMeasure;
    else if (term == "Measures.ISOCurrency" && annotation.kind == "Path") {
      property.unit_property = annotation.value;
      property.semantics = Semantics::CurrencyCode;
    } else if (term == "Measures.Unit" && annotation.kind == "Path") {
      property.unit_property = annotation.value;
      property.semantics = Semantics::UnitOfMeasure;
    }
  }
}

// An amount and the sibling with its code say the same, whichever of the two the file said it on.
void share_semantics(EntityType& type) {
  for (auto& property : type.properties) {
    if (property.unit_property.empty()) continue;
    auto sibling = std::find_if(type.properties.begin(), type.properties.end(),
                                [&](const Property& other) { return other.name == property.unit_property; });
    if (sibling == type.properties.end()) continue;
    if (property.semantics == Property::Semantics::None) property.semantics = sibling->semantics;
    if (sibling->semantics == Property::Semantics::None) sibling->semantics = property.semantics;
  }
}

void read_set_meaning(const Reader& reader, EntitySet& set) {
  for (auto& annotation : set.annotations) {
    std::string term = canonical_term(reader, annotation.name);
    if (read_words(term, annotation, set.label, nullptr)) continue;
    if (term == "sap:creatable" || term == "Capabilities.InsertRestrictions/Insertable")
      set.creatable = !is_false(annotation);
    else if (term == "sap:updatable" || term == "Capabilities.UpdateRestrictions/Updatable")
      set.updatable = !is_false(annotation);
    else if (term == "sap:deletable" || term == "Capabilities.DeleteRestrictions/Deletable")
      set.deletable = !is_false(annotation);
  }
}

}  // namespace

void interpret_annotations(Reader& reader) {
  for (auto& type : reader.schema.types) {
    for (auto& annotation : type.annotations) {
      read_words(canonical_term(reader, annotation.name), annotation, type.label, &type.documentation);
    }
    for (auto& property : type.properties) read_property_meaning(reader, property);
    share_semantics(type);
  }
  for (auto& set : reader.schema.sets) read_set_meaning(reader, set);
  for (auto& callable : reader.schema.callables) {
    for (auto& annotation : callable.annotations) {
      read_words(canonical_term(reader, annotation.name), annotation, callable.label,
                 &callable.documentation);
    }
  }
}

}  // namespace endcap::schema
