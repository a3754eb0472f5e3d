// The entity container: what a client can reach by name.
#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

void read_set(Reader& reader, pugi::xml_node node, bool singleton) {
  EntitySet set;
  set.name = read_name(reader, node);
  set.span = reader.span(node);
  set.singleton = singleton;
  const char* type = singleton ? "Type" : "EntityType";
  set.entity_type = reader.qualified(node.attribute(type).value());
  keep_attributes(reader, node, {"Name", type}, set.annotations);
  for (auto child : node.children()) {
    if (local_name(child) == "NavigationPropertyBinding") {
      set.navigation_targets.emplace_back(child.attribute("Path").value(), child.attribute("Target").value());
      keep_attributes(reader, child, {"Path", "Target"}, set.annotations);
    } else {
      keep_child(reader, child, set.annotations);
    }
  }
  reader.schema.sets.push_back(std::move(set));
}

}  // namespace

void read_container(Reader& reader, pugi::xml_node node) {
  Container container;
  container.name = reader.full(read_name(reader, node));
  container.span = reader.span(node);
  container.extends = reader.qualified(node.attribute("Extends").value());
  keep_attributes(reader, node, {"Name", "Extends"}, container.annotations);
  for (auto child : node.children()) {
    std::string_view name = local_name(child);
    if (name == "EntitySet") {
      read_set(reader, child, false);
    } else if (name == "Singleton") {
      read_set(reader, child, true);
    } else if (name == "AssociationSet") {
      read_association_set(reader, child);
    } else if (name == "FunctionImport" && reader.v4()) {
      read_import_v4(reader, child, Callable::Kind::Function);
    } else if (name == "FunctionImport") {
      read_function_import_v2(reader, child);
    } else if (name == "ActionImport") {
      read_import_v4(reader, child, Callable::Kind::Action);
    } else {
      keep_child(reader, child, container.annotations);
    }
  }
  reader.schema.containers.push_back(std::move(container));
}

}  // namespace endcap::schema
