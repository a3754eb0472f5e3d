// Entity types, complex types, their properties and keys; enumerations and type definitions.
#include <charconv>

#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

// MaxLength="Max" and Scale="variable" are words of the standard, not mistakes.
void read_facets(Reader& reader, pugi::xml_node node, Property& property) {
  std::string_view length = node.attribute("MaxLength").value();
  if (length == "Max" || length == "max") {
    property.annotations.push_back({"MaxLength", std::string(length), ""});
  } else {
    property.max_length = read_number(reader, node, "MaxLength", property.annotations);
  }
  property.precision = read_number(reader, node, "Precision", property.annotations);
  std::string_view scale = node.attribute("Scale").value();
  if (scale == "variable" || scale == "Variable" || scale == "floating") {
    property.scale_variable = true;
    property.annotations.push_back({"Scale", std::string(scale), ""});
  } else {
    property.scale = read_number(reader, node, "Scale", property.annotations);
  }
}

Property read_property(Reader& reader, pugi::xml_node node) {
  Property property;
  property.name = read_name(reader, node);
  property.span = reader.span(node);
  property.type = reader.type_name(node.attribute("Type").value());
  if (!reader.v4() && std::string_view(node.attribute("CollectionKind").value()).size() > 0)
    property.type.collection = true;
  property.nullable = read_flag(reader, node, "Nullable", true, property.annotations);
  read_facets(reader, node, property);
  if (auto value = node.attribute("DefaultValue")) property.default_value = value.value();
  keep_attributes(reader, node,
                  {"Name", "Type", "Nullable", "MaxLength", "Precision", "Scale", "DefaultValue"},
                  property.annotations);
  for (auto child : node.children()) keep_child(reader, child, property.annotations);
  return property;
}

void read_key(Reader& reader, pugi::xml_node node, EntityType& type) {
  keep_attributes(reader, node, {}, type.annotations);
  for (auto child : node.children()) {
    if (local_name(child) != "PropertyRef") {
      keep_child(reader, child, type.annotations);
      continue;
    }
    type.key.push_back(read_name(reader, child));
    if (auto alias = child.attribute("Alias")) {
      type.annotations.push_back({"Key/" + type.key.back() + "/Alias", alias.value(), ""});
    }
  }
}

Navigation read_navigation(Reader& reader, pugi::xml_node node) {
  Navigation navigation;
  navigation.name = read_name(reader, node);
  navigation.span = reader.span(node);
  if (node.attribute("Relationship")) {
    read_navigation_v2(reader, node, navigation);
  } else {
    read_navigation_v4(reader, node, navigation);
  }
  return navigation;
}

}  // namespace

void read_structured_type(Reader& reader, pugi::xml_node node, bool complex) {
  EntityType type;
  type.name = reader.full(read_name(reader, node));
  type.span = reader.span(node);
  type.complex = complex;
  type.base = reader.qualified(node.attribute("BaseType").value());
  type.abstract = read_flag(reader, node, "Abstract", false, type.annotations);
  type.open = read_flag(reader, node, "OpenType", false, type.annotations);
  type.has_stream = read_flag(reader, node, "HasStream", false, type.annotations);
  keep_attributes(reader, node, {"Name", "BaseType", "Abstract", "OpenType", "HasStream"}, type.annotations);
  for (auto& kept : type.annotations) type.has_stream |= kept.name == "m:HasStream" && kept.value == "true";
  for (auto child : node.children()) {
    std::string_view name = local_name(child);
    if (name == "Property") {
      type.properties.push_back(read_property(reader, child));
    } else if (name == "NavigationProperty") {
      type.navigations.push_back(read_navigation(reader, child));
    } else if (name == "Key" && !complex) {
      read_key(reader, child, type);
    } else {
      keep_child(reader, child, type.annotations);
    }
  }
  reader.schema.types.push_back(std::move(type));
}

void read_enum(Reader& reader, pugi::xml_node node) {
  EnumType result;
  result.name = reader.full(read_name(reader, node));
  result.span = reader.span(node);
  if (auto underlying = node.attribute("UnderlyingType")) result.underlying = underlying.value();
  result.flags = read_flag(reader, node, "IsFlags", false, result.annotations);
  keep_attributes(reader, node, {"Name", "UnderlyingType", "IsFlags"}, result.annotations);
  for (auto child : node.children()) {
    if (local_name(child) != "Member") {
      keep_child(reader, child, result.annotations);
      continue;
    }
    EnumType::Member member;
    member.name = read_name(reader, child);
    if (auto value = child.attribute("Value")) {
      std::string_view digits = value.value();
      int64_t number = 0;
      auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (error == std::errc() && end == digits.data() + digits.size()) {
        member.value = number;
      } else {
        reader.warn(DiagnosticKind::SchemaFacetInvalid, child,
                    {"Value", std::string(digits), "a whole number"}, "Value");
        member.annotations.push_back({"Value", std::string(digits), ""});
      }
    }
    keep_attributes(reader, child, {"Name", "Value"}, member.annotations);
    for (auto inner : child.children()) keep_child(reader, inner, member.annotations);
    result.members.push_back(std::move(member));
  }
  reader.schema.enums.push_back(std::move(result));
}

void read_type_definition(Reader& reader, pugi::xml_node node) {
  Property facets;  // the facets of a type definition are those of a property
  read_facets(reader, node, facets);
  TypeDefinition definition;
  definition.name = reader.full(read_name(reader, node));
  definition.span = reader.span(node);
  definition.underlying = node.attribute("UnderlyingType").value();
  definition.max_length = facets.max_length;
  definition.precision = facets.precision;
  definition.scale = facets.scale;
  definition.annotations = std::move(facets.annotations);
  keep_attributes(reader, node, {"Name", "UnderlyingType", "MaxLength", "Precision", "Scale"},
                  definition.annotations);
  for (auto child : node.children()) keep_child(reader, child, definition.annotations);
  reader.schema.definitions.push_back(std::move(definition));
}

}  // namespace endcap::schema
