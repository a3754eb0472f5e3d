// The neutral model of a system's metadata: what every importer produces and everything later reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/source.h"

namespace endcap::schema {

// A type as the metadata names it, resolved where it is a primitive.
struct TypeName {
  std::string full;          // "Edm.Decimal", "Self.Address"
  bool collection = false;
};

// What the file says besides the structure, kept as written whether or not it is interpreted, so that nothing is lost:
// an attribute ("sap:label", "FixedLength"), documentation ("Documentation/Summary"), or a leaf of a vocabulary term with its path
// ("Capabilities.FilterRestrictions/NonFilterableProperties/0"). The SAP and Microsoft namespaces are always written `sap:`, `m:`.
struct Annotation {
  std::string name;
  std::string value;
  std::string kind;          // how a term's value stood: "String", "Bool", "Path", ..., "Xml" for a dynamic expression; else empty
};

struct Property {
  std::string name;
  TypeName type;
  bool nullable = true;
  std::optional<uint32_t> max_length;
  std::optional<uint32_t> precision;
  std::optional<uint32_t> scale;
  bool scale_variable = false;
  std::optional<std::string> default_value;
  std::string label;                     // sap:label, or Common.Label
  std::string documentation;             // Documentation element, quickinfo, or Core.Description
  bool creatable = true, updatable = true, filterable = true, sortable = true;
  std::string unit_property;             // sap:unit, Measures.Unit, Measures.ISOCurrency: the sibling with the unit or currency
  enum class Semantics : uint8_t { None, CurrencyCode, UnitOfMeasure } semantics = Semantics::None;
  // sap:semantics: of the code itself on the sibling, and what `unit_property` holds on the amount
  std::vector<Annotation> annotations;
  Span span;
};

struct Navigation {
  std::string name;
  std::string target_type;               // full name of the entity type
  bool many = false;
  bool nullable = true;
  bool contains_target = false;
  std::string relationship, from_role, to_role;  // V2
  std::string partner;                           // V4
  std::vector<std::pair<std::string, std::string>> constraints;  // (dependent property, principal property)
  std::vector<Annotation> annotations;
  Span span;
};

struct EntityType {                       // complex types have no key
  std::string name;                       // full
  std::string base;                       // full, or empty
  bool complex = false, abstract = false, open = false, has_stream = false;
  std::vector<std::string> key;
  std::vector<Property> properties;
  std::vector<Navigation> navigations;
  std::string label, documentation;
  std::vector<Annotation> annotations;
  Span span;
};

struct EnumType {
  std::string name;
  std::string underlying = "Edm.Int32";
  bool flags = false;
  struct Member { std::string name; std::optional<int64_t> value; std::vector<Annotation> annotations; };
  std::vector<Member> members;
  std::vector<Annotation> annotations;
  Span span;
};

struct TypeDefinition { std::string name, underlying; std::optional<uint32_t> max_length, precision, scale; std::vector<Annotation> annotations; Span span; };

struct AssociationEnd { std::string role, type, multiplicity; std::vector<Annotation> annotations; };
struct Association { std::string name; std::vector<AssociationEnd> ends; std::vector<std::pair<std::string, std::string>> constraints; std::vector<Annotation> annotations; Span span; };

struct Parameter {
  std::string name;
  TypeName type;
  bool nullable = true;
  std::optional<uint32_t> max_length, precision, scale;
  std::vector<Annotation> annotations;
};

// V2 function imports, V4 functions and actions (bound ones have a binding parameter first).
struct Callable {
  std::string name;                       // as called: imports by their name, bound ones and definitions by their full name
  enum class Kind : uint8_t { FunctionImport, Function, Action } kind = Kind::FunctionImport;
  std::string http_method;                // V2: GET or POST; V4: derived
  bool bound = false;
  bool imported = false;                  // reachable from the entity container
  std::vector<Parameter> parameters;
  std::optional<TypeName> result;
  std::string entity_set;
  std::string label, documentation;
  std::vector<Annotation> annotations;
  Span span;
};

struct EntitySet {
  std::string name;
  std::string entity_type;                // full
  bool singleton = false;
  bool creatable = true, updatable = true, deletable = true;
  std::string label;
  std::vector<std::pair<std::string, std::string>> navigation_targets;  // (navigation path, entity set)
  std::vector<Annotation> annotations;
  Span span;
};

// V2: between which entity sets an association runs.
struct AssociationSet {
  std::string name, association;
  struct End { std::string role, entity_set; std::vector<Annotation> annotations; };
  std::vector<End> ends;
  std::vector<Annotation> annotations;
  Span span;
};

struct Container { std::string name; std::string extends; std::vector<Annotation> annotations; Span span; };

// A file that this one refers to, and the namespaces it would bring. It is not fetched.
struct Reference {
  std::string uri;
  struct Include { std::string name_space, alias; std::vector<Annotation> annotations; };
  std::vector<Include> includes;
  std::vector<Annotation> annotations;
};

struct Schema {
  std::string path;                       // of the file
  SourceId source;
  enum class Protocol : uint8_t { ODataV2, ODataV3, ODataV4 } protocol = Protocol::ODataV2;
  std::string version;                    // as the file says it
  std::string hash;                       // SHA-256 of the file's bytes, hex
  std::vector<std::string> namespaces;
  std::vector<EntityType> types;          // entity and complex types
  std::vector<EnumType> enums;
  std::vector<TypeDefinition> definitions;
  std::vector<Association> associations;
  std::vector<Callable> callables;
  std::vector<EntitySet> sets;
  std::vector<AssociationSet> association_sets;
  std::vector<Container> containers;
  std::vector<Reference> references;
  std::vector<Annotation> annotations;    // of the file and its Schema elements; term definitions verbatim
  // Annotations blocks whose target is outside of this file: (target as written, annotations).
  std::vector<std::pair<std::string, std::vector<Annotation>>> external_annotations;

  const EntityType* find_type(std::string_view full_name) const;
  const EntitySet* find_set(std::string_view name) const;
  const Callable* find_callable(std::string_view name) const;
  // The property of the type or of one of its bases.
  const Property* find_property(const EntityType& type, std::string_view name) const;
  const Navigation* find_navigation(const EntityType& type, std::string_view name) const;
};

}  // namespace endcap::schema
