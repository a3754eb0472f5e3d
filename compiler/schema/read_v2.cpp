// What only versions 2 and 3 have: associations that navigation properties refer to, and function imports
// with parameters of their own.
#include <unordered_map>

#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

// <Principal Role><PropertyRef/></Principal><Dependent Role><PropertyRef/></Dependent>: pairs are matched by
// position.
void read_referential_constraint(Reader& reader, pugi::xml_node node, Association& association) {
  std::vector<std::string> principal, dependent;
  for (auto child : node.children()) {
    std::string_view side = local_name(child);
    if (side != "Principal" && side != "Dependent") {
      keep_child(reader, child, association.annotations);
      continue;
    }
    association.annotations.push_back(
        {"ReferentialConstraint/" + std::string(side), child.attribute("Role").value(), ""});
    for (auto reference : child.children()) {
      if (local_name(reference) == "PropertyRef")
        (side == "Principal" ? principal : dependent).push_back(read_name(reader, reference));
    }
  }
  if (principal.size() != dependent.size()) {
    reader.warn(DiagnosticKind::SchemaConstraintUneven, node,
                {association.name, std::to_string(dependent.size()), std::to_string(principal.size())}, "");
    association.annotations.push_back({"ReferentialConstraint", verbatim(node), "Xml"});
    return;
  }
  for (size_t i = 0; i < principal.size(); ++i)
    association.constraints.emplace_back(dependent[i], principal[i]);
}

}  // namespace

void read_association(Reader& reader, pugi::xml_node node) {
  Association association;
  association.name = reader.full(read_name(reader, node));
  association.span = reader.span(node);
  keep_attributes(reader, node, {"Name"}, association.annotations);
  for (auto child : node.children()) {
    std::string_view name = local_name(child);
    if (name == "End") {
      AssociationEnd end;
      end.role = child.attribute("Role").value();
      end.type = reader.qualified(child.attribute("Type").value());
      end.multiplicity = child.attribute("Multiplicity").value();
      keep_attributes(reader, child, {"Role", "Type", "Multiplicity"}, end.annotations);
      for (auto inner : child.children()) {
        if (local_name(inner) == "OnDelete") {
          end.annotations.push_back({"OnDelete", inner.attribute("Action").value(), ""});
        } else {
          keep_child(reader, inner, end.annotations);
        }
      }
      association.ends.push_back(std::move(end));
    } else if (name == "ReferentialConstraint") {
      read_referential_constraint(reader, child, association);
    } else {
      keep_child(reader, child, association.annotations);
    }
  }
  reader.schema.associations.push_back(std::move(association));
}

void read_association_set(Reader& reader, pugi::xml_node node) {
  AssociationSet set;
  set.name = read_name(reader, node);
  set.span = reader.span(node);
  set.association = reader.qualified(node.attribute("Association").value());
  keep_attributes(reader, node, {"Name", "Association"}, set.annotations);
  for (auto child : node.children()) {
    if (local_name(child) != "End") {
      keep_child(reader, child, set.annotations);
      continue;
    }
    AssociationSet::End end{child.attribute("Role").value(), child.attribute("EntitySet").value(), {}};
    keep_attributes(reader, child, {"Role", "EntitySet"}, end.annotations);
    for (auto inner : child.children()) keep_child(reader, inner, end.annotations);
    set.ends.push_back(std::move(end));
  }
  reader.schema.association_sets.push_back(std::move(set));
}

void read_navigation_v2(Reader& reader, pugi::xml_node node, Navigation& navigation) {
  navigation.relationship = reader.qualified(node.attribute("Relationship").value());
  navigation.from_role = node.attribute("FromRole").value();
  navigation.to_role = node.attribute("ToRole").value();
  navigation.contains_target = read_flag(reader, node, "ContainsTarget", false, navigation.annotations);
  keep_attributes(reader, node, {"Name", "Relationship", "FromRole", "ToRole", "ContainsTarget"},
                  navigation.annotations);
  for (auto child : node.children()) keep_child(reader, child, navigation.annotations);
}

void read_function_import_v2(Reader& reader, pugi::xml_node node) {
  Callable callable;
  callable.name = read_name(reader, node);
  callable.span = reader.span(node);
  callable.imported = true;
  callable.entity_set = node.attribute("EntitySet").value();
  if (auto result = node.attribute("ReturnType")) callable.result = reader.type_name(result.value());
  keep_attributes(reader, node, {"Name", "ReturnType", "EntitySet"}, callable.annotations);
  for (size_t i = 0; i < callable.annotations.size(); ++i) {
    if (callable.annotations[i].name != "m:HttpMethod") continue;
    callable.http_method = callable.annotations[i].value;
    callable.annotations.erase(callable.annotations.begin() + static_cast<ptrdiff_t>(i));
    break;
  }
  if (callable.http_method.empty()) callable.http_method = "GET";
  for (auto child : node.children()) {
    if (local_name(child) == "Parameter") {
      callable.parameters.push_back(read_parameter(reader, child));
    } else {
      keep_child(reader, child, callable.annotations);
    }
  }
  reader.schema.callables.push_back(std::move(callable));
}

void resolve_navigations_v2(Reader& reader) {
  std::unordered_map<std::string_view, const Association*> associations;
  for (auto& association : reader.schema.associations) associations.emplace(association.name, &association);
  for (auto& type : reader.schema.types) {
    for (auto& navigation : type.navigations) {
      if (navigation.relationship.empty()) continue;
      auto found = associations.find(navigation.relationship);
      const AssociationEnd* to = nullptr;
      if (found != associations.end()) {
        for (auto& end : found->second->ends) {
          if (end.role == navigation.to_role) to = &end;
        }
      }
      if (!to) {
        reader.diagnostics.emit(DiagnosticKind::SchemaNavigationLost, navigation.span,
                                {navigation.name, navigation.relationship, navigation.to_role});
        continue;
      }
      navigation.target_type = to->type;
      navigation.many = to->multiplicity == "*";
      navigation.nullable = to->multiplicity != "1";
      // The side that holds the foreign key is the one whose navigation can join on it.
      for (auto& kept : found->second->annotations) {
        if (kept.name == "ReferentialConstraint/Dependent" && kept.value == navigation.from_role) {
          navigation.constraints = found->second->constraints;
        }
      }
    }
  }
}

}  // namespace endcap::schema
