// What only version 4 has: functions and actions with their imports, and navigation properties with a type of
// their own.
#include "compiler/schema/reader.h"

namespace endcap::schema {

Parameter read_parameter(Reader& reader, pugi::xml_node node) {
  Parameter parameter;
  parameter.name = read_name(reader, node);
  parameter.type = reader.type_name(node.attribute("Type").value());
  parameter.nullable = read_flag(reader, node, "Nullable", true, parameter.annotations);
  for (auto [name, field] : {std::pair{"MaxLength", &parameter.max_length},
                             {"Precision", &parameter.precision},
                             {"Scale", &parameter.scale}}) {
    std::string_view value = node.attribute(name).value();
    if (value == "Max" || value == "max" || value == "variable" || value == "Variable" ||
        value == "floating") {
      parameter.annotations.push_back({name, std::string(value), ""});
    } else {
      *field = read_number(reader, node, name, parameter.annotations);
    }
  }
  keep_attributes(reader, node, {"Name", "Type", "Nullable", "MaxLength", "Precision", "Scale"},
                  parameter.annotations);
  for (auto child : node.children()) keep_child(reader, child, parameter.annotations);
  return parameter;
}

void read_callable_v4(Reader& reader, pugi::xml_node node, Callable::Kind kind) {
  Callable callable;
  callable.name = reader.full(read_name(reader, node));
  callable.span = reader.span(node);
  callable.kind = kind;
  callable.http_method = kind == Callable::Kind::Action ? "POST" : "GET";
  callable.bound = read_flag(reader, node, "IsBound", false, callable.annotations);
  callable.entity_set = node.attribute("EntitySetPath").value();
  keep_attributes(reader, node, {"Name", "IsBound", "EntitySetPath"}, callable.annotations);
  for (auto child : node.children()) {
    std::string_view name = local_name(child);
    if (name == "Parameter") {
      callable.parameters.push_back(read_parameter(reader, child));
    } else if (name == "ReturnType") {
      callable.result = reader.type_name(child.attribute("Type").value());
      std::vector<Annotation> kept;
      keep_attributes(reader, child, {"Type"}, kept);
      for (auto inner : child.children()) keep_child(reader, inner, kept);
      for (auto& one : kept) callable.annotations.push_back({"ReturnType/" + one.name, one.value, one.kind});
    } else {
      keep_child(reader, child, callable.annotations);
    }
  }
  reader.schema.callables.push_back(std::move(callable));
}

void read_import_v4(Reader& reader, pugi::xml_node node, Callable::Kind kind) {
  Callable callable;
  callable.name = read_name(reader, node);
  callable.span = reader.span(node);
  callable.kind = kind;
  callable.http_method = kind == Callable::Kind::Action ? "POST" : "GET";
  callable.imported = true;
  callable.entity_set = node.attribute("EntitySet").value();
  const char* what = kind == Callable::Kind::Action ? "Action" : "Function";
  callable.annotations.push_back({what, reader.qualified(node.attribute(what).value()), ""});
  keep_attributes(reader, node, {"Name", "EntitySet", what}, callable.annotations);
  for (auto child : node.children()) keep_child(reader, child, callable.annotations);
  reader.schema.callables.push_back(std::move(callable));
}

void read_navigation_v4(Reader& reader, pugi::xml_node node, Navigation& navigation) {
  TypeName type = reader.type_name(node.attribute("Type").value());
  navigation.target_type = type.full;
  navigation.many = type.collection;
  navigation.nullable = read_flag(reader, node, "Nullable", true, navigation.annotations);
  navigation.contains_target = read_flag(reader, node, "ContainsTarget", false, navigation.annotations);
  navigation.partner = node.attribute("Partner").value();
  keep_attributes(reader, node, {"Name", "Type", "Nullable", "ContainsTarget", "Partner"},
                  navigation.annotations);
  for (auto child : node.children()) {
    std::string_view name = local_name(child);
    if (name == "ReferentialConstraint") {
      navigation.constraints.emplace_back(child.attribute("Property").value(),
                                          child.attribute("ReferencedProperty").value());
      keep_attributes(reader, child, {"Property", "ReferencedProperty"}, navigation.annotations);
      for (auto inner : child.children()) keep_child(reader, inner, navigation.annotations);
    } else if (name == "OnDelete") {
      navigation.annotations.push_back({"OnDelete", child.attribute("Action").value(), ""});
      for (auto inner : child.children()) keep_child(reader, inner, navigation.annotations);
    } else {
      keep_child(reader, child, navigation.annotations);
    }
  }
}

// An import has no parameters of its own: it is the unbound function or action that it names. Overloads
// become imports of one name.
void resolve_imports_v4(Reader& reader) {
  auto& callables = reader.schema.callables;
  const size_t count = callables.size();
  for (size_t i = 0; i < count; ++i) {
    if (!callables[i].imported || callables[i].kind == Callable::Kind::FunctionImport) continue;
    const std::string wanted = callables[i].annotations.front().value;
    const Callable import = callables[i];
    bool found = false;
    for (size_t j = 0; j < count; ++j) {
      const Callable definition = callables[j];
      if (definition.imported || definition.bound || definition.kind != import.kind ||
          definition.name != wanted)
        continue;
      if (found) callables.push_back(import);
      Callable& target = found ? callables.back() : callables[i];
      target.parameters = definition.parameters;
      target.result = definition.result;
      found = true;
    }
    if (!found) reader.diagnostics.emit(DiagnosticKind::SchemaImportLost, import.span, {import.name, wanted});
  }
}

}  // namespace endcap::schema
