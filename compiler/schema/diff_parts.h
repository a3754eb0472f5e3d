// The parts of the comparison of two metadata files, and what they share.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/schema/diff.h"

namespace endcap::schema {

// One run: both files, which types of theirs are the same, and what was found.
struct Differ {
  const Schema& before;
  const Schema& after;
  std::vector<Change> changes;
  std::unordered_map<std::string, std::string>
      renamed;  // full name in the old file -> in the new one, where they differ

  // Whether two type names mean the same type.
  bool same_type(const std::string& old_name, const std::string& new_name) const;

  // Notes a change; `at` has element, owner, name and spans.
  Change& note(const Change& at, Change::Aspect aspect, Change::Kind kind, std::string old_value,
               std::string new_value);
};

// What bounds a value, definitions resolved: of a property or a parameter.
struct Facets {
  std::string type;
  bool collection = false;
  bool nullable = true;
  std::optional<uint32_t> max_length, precision, scale;
  bool scale_variable = false;
};
Facets facets_of(const Schema& schema, const Property& property);
Facets facets_of(const Schema& schema, const Parameter& parameter);

// diff_facets.cpp
void diff_facets(Differ& differ, const Change& at, const Facets& before, const Facets& after);
std::string facets_text(const Facets& facets);  // "Edm.Decimal(16,2)"

// diff_properties.cpp
void diff_properties(Differ& differ, const EntityType& before, const EntityType& after);
void diff_navigations(Differ& differ, const EntityType& before, const EntityType& after);

// diff_types.cpp: entity and complex types, enums
void pair_types(Differ& differ);
void diff_types(Differ& differ);
void diff_enums(Differ& differ);

// diff_operations.cpp
void diff_operations(Differ& differ);

// What is not bounds: words and annotations that the compiler does not act on.
void diff_words(Differ& differ, const Change& at, const std::string& old_label, const std::string& new_label,
                const std::string& old_text, const std::string& new_text);
void diff_annotations(Differ& differ, const Change& at, const std::vector<Annotation>& before,
                      const std::vector<Annotation>& after);
// A permission: "true" or "false".
void diff_permission(Differ& differ, const Change& at, Change::Aspect aspect, bool before, bool after,
                     std::string why);

}  // namespace endcap::schema
