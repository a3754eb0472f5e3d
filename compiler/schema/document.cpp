// The Edmx envelope: which version it is, what it refers to, and its Schema elements.
#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

bool refuse(Reader& reader, pugi::xml_node node, std::string why) {
  reader.diagnostics.emit(DiagnosticKind::SchemaNotMetadata, reader.span(node, ""),
                          {reader.schema.path, std::move(why)});
  return false;
}

// What stands there instead of metadata, when it is one of the usual things.
std::string guess(pugi::xml_node root) {
  std::string_view name = local_name(root);
  if (name == "html" || name == "HTML")
    return "it is a web page, often a sign-in page that a download was sent to";
  if (name == "error") {
    std::string message =
        collapsed_text(root.find_node([](pugi::xml_node n) { return local_name(n) == "message"; }));
    return "it is the error a server answered with: " + message;
  }
  if (name == "service")
    return "it is a service document: the metadata is at the same address with /$metadata";
  return "its root element is <" + std::string(root.name()) + ">, metadata starts with <edmx:Edmx>";
}

void read_reference(Reader& reader, pugi::xml_node node) {
  Reference reference;
  const char* uri = node.attribute("Uri") ? "Uri" : "Url";  // version 3 says Url
  reference.uri = node.attribute(uri).value();
  keep_attributes(reader, node, {uri}, reference.annotations);
  for (auto child : node.children()) {
    if (local_name(child) != "Include") {
      if (local_name(child) == "IncludeAnnotations") {
        reference.annotations.push_back({"IncludeAnnotations", verbatim(child), "Xml"});
      } else {
        keep_child(reader, child, reference.annotations);
      }
      continue;
    }
    Reference::Include include{child.attribute("Namespace").value(), child.attribute("Alias").value(), {}};
    if (!include.alias.empty()) reader.vocabulary_aliases.emplace(include.alias, include.name_space);
    keep_attributes(reader, child, {"Namespace", "Alias"}, include.annotations);
    for (auto inner : child.children()) keep_child(reader, inner, include.annotations);
    reference.includes.push_back(std::move(include));
  }
  reader.schema.references.push_back(std::move(reference));
}

void read_schema(Reader& reader, pugi::xml_node node) {
  reader.name_space = node.attribute("Namespace").value();
  reader.schema.namespaces.push_back(reader.name_space);
  keep_attributes(reader, node, {"Namespace"}, reader.schema.annotations);
  for (auto child : node.children()) {
    std::string_view name = local_name(child);
    if (name == "EntityType")
      read_structured_type(reader, child, false);
    else if (name == "ComplexType")
      read_structured_type(reader, child, true);
    else if (name == "EnumType")
      read_enum(reader, child);
    else if (name == "TypeDefinition")
      read_type_definition(reader, child);
    else if (name == "Association")
      read_association(reader, child);
    else if (name == "EntityContainer")
      read_container(reader, child);
    else if (name == "Function" && reader.v4())
      read_callable_v4(reader, child, Callable::Kind::Function);
    else if (name == "Action")
      read_callable_v4(reader, child, Callable::Kind::Action);
    else if (name == "Annotations")
      reader.targets.emplace_back(child, child.attribute("Target").value());
    else if (name == "Term")
      reader.schema.annotations.push_back(
          {"Term/" + std::string(child.attribute("Name").value()), verbatim(child), "Xml"});
    else
      keep_child(reader, child, reader.schema.annotations);
  }
}

bool read_version(Reader& reader, pugi::xml_node root, pugi::xml_node services) {
  std::string_view version = root.attribute("Version").value();
  reader.schema.version = version;
  if (version.starts_with("4.")) {
    reader.schema.protocol = Schema::Protocol::ODataV4;
    return true;
  }
  if (!version.starts_with("1.")) {
    return refuse(
        reader, root,
        "its version is \"" + std::string(version) + "\": 1.0 (OData 2 and 3), 4.0 and 4.01 are read");
  }
  reader.schema.protocol = Schema::Protocol::ODataV2;
  for (auto attribute : services.attributes()) {
    std::string_view name = local_name(std::string_view(attribute.name()));
    if (name == "DataServiceVersion") reader.schema.version = attribute.value();
    if (name.ends_with("DataServiceVersion") && std::string_view(attribute.value()).starts_with("3")) {
      reader.schema.protocol = Schema::Protocol::ODataV3;
    }
  }
  return true;
}

}  // namespace

bool read_document(Reader& reader, pugi::xml_node root) {
  if (local_name(root) != "Edmx") return refuse(reader, root, guess(root));
  pugi::xml_node services;
  for (auto child : root.children()) {
    if (local_name(child) == "DataServices") services = child;
  }
  if (!services) return refuse(reader, root, "it has no <DataServices>");
  if (!read_version(reader, root, services)) return false;
  keep_attributes(reader, root, {"Version"}, reader.schema.annotations);
  keep_attributes(reader, services, {}, reader.schema.annotations);

  // Aliases first: a name may use the alias of a Schema element further down.
  bool any = false;
  for (auto child : services.children()) {
    if (local_name(child) != "Schema") continue;
    any = true;
    std::string name_space = child.attribute("Namespace").value();
    if (auto alias = child.attribute("Alias")) reader.aliases.emplace(alias.value(), name_space);
  }
  if (!any) return refuse(reader, services, "its <DataServices> has no <Schema>");

  for (auto child : root.children()) {
    if (local_name(child) == "Reference")
      read_reference(reader, child);
    else if (child != services)
      keep_child(reader, child, reader.schema.annotations);
  }
  for (auto child : services.children()) {
    if (local_name(child) == "Schema")
      read_schema(reader, child);
    else
      keep_child(reader, child, reader.schema.annotations);
  }
  resolve_navigations_v2(reader);
  resolve_imports_v4(reader);
  attach_targets(reader);
  interpret_annotations(reader);
  cross_check(reader);
  return true;
}

}  // namespace endcap::schema
