// The parts of the CSDL importer and what they share while one file is read. Each part reads one kind of
// element and keeps whatever it does not know as annotations, so that nothing is lost; what has no place at
// all is a warning.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/schema/model.h"
#include "compiler/schema/xml.h"

namespace endcap::schema {

struct Reader {
  Schema& schema;
  Diagnostics& diagnostics;
  std::string_view text;  // of the file
  AttributeNames names;
  std::unordered_map<std::string, std::string> aliases;  // of the file's own Schema elements -> namespace
  std::unordered_map<std::string, std::string> vocabulary_aliases;  // of references -> namespace
  std::vector<std::pair<pugi::xml_node, std::string>>
      targets;             // Annotations blocks, for attach_targets: (block, target)
  std::string name_space;  // of the Schema element being read

  bool v4() const { return schema.protocol == Schema::Protocol::ODataV4; }
  Span span(pugi::xml_node node, std::string_view attribute = "Name") const {
    return attribute_span(schema.source, text, node, attribute);
  }
  std::string full(std::string_view name) const { return name_space + "." + std::string(name); }
  std::string qualified(
      std::string_view name) const;  // an alias of this file's schemas replaced by its namespace
  TypeName type_name(std::string_view written) const;  // "Collection(Self.Address)"
  Diagnostic& warn(DiagnosticKind kind, pugi::xml_node node, std::vector<std::string> arguments,
                   std::string_view attribute = "Name") {
    return diagnostics.emit(kind, span(node, attribute), std::move(arguments));
  }
};

// keep.cpp: what is kept as it stands.
void keep_attributes(Reader& reader, pugi::xml_node node, std::initializer_list<std::string_view> interpreted,
                     std::vector<Annotation>& out);
// A child that its parent's reader does not know: Documentation, Annotation, foreign XML; else a warning.
// Kept in all cases.
void keep_child(Reader& reader, pugi::xml_node child, std::vector<Annotation>& out);
bool read_flag(Reader& reader, pugi::xml_node node, const char* name, bool otherwise,
               std::vector<Annotation>& out);
std::optional<uint32_t> read_number(Reader& reader, pugi::xml_node node, const char* name,
                                    std::vector<Annotation>& out);
// The element's Name; a missing one is a warning.
std::string read_name(Reader& reader, pugi::xml_node node);

// annotations.cpp: vocabulary annotations, flattened to leaves. `qualifier`: of the block around it.
void read_annotation(Reader& reader, pugi::xml_node node, std::string_view prefix, std::string_view qualifier,
                     std::vector<Annotation>& out);

// read_types.cpp
void read_structured_type(Reader& reader, pugi::xml_node node, bool complex);
void read_enum(Reader& reader, pugi::xml_node node);
void read_type_definition(Reader& reader, pugi::xml_node node);

// read_v2.cpp: associations and function imports as versions 2 and 3 have them.
void read_association(Reader& reader, pugi::xml_node node);
void read_association_set(Reader& reader, pugi::xml_node node);
void read_function_import_v2(Reader& reader, pugi::xml_node node);
void read_navigation_v2(Reader& reader, pugi::xml_node node, Navigation& navigation);
void resolve_navigations_v2(Reader& reader);  // target and multiplicity by the association's ends

// read_v4.cpp: functions, actions and their imports, navigation with a type of its own.
void read_callable_v4(Reader& reader, pugi::xml_node node, Callable::Kind kind);
void read_import_v4(Reader& reader, pugi::xml_node node, Callable::Kind kind);
void read_navigation_v4(Reader& reader, pugi::xml_node node, Navigation& navigation);
void resolve_imports_v4(Reader& reader);  // parameters of what is imported
Parameter read_parameter(Reader& reader, pugi::xml_node node);

// read_container.cpp
void read_container(Reader& reader, pugi::xml_node node);

// document.cpp: the Edmx element with all below it. False when it is not metadata; a diagnostic says why.
bool read_document(Reader& reader, pugi::xml_node root);

// targets.cpp: puts the annotations of Annotations blocks where they belong.
void attach_targets(Reader& reader);

// meaning.cpp: labels, documentation, capabilities, units out of the annotations.
void interpret_annotations(Reader& reader);

// cross_check.cpp: names that lead nowhere and names declared twice.
void cross_check(Reader& reader);

}  // namespace endcap::schema
