// What the importer does not interpret, kept as annotations; and attribute values that must be numbers or
// flags.
#include <algorithm>
#include <charconv>

#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

bool is_edm(std::string_view uri) {
  return (uri.starts_with("http://schemas.microsoft.com/ado/") &&
          (uri.ends_with("/edm") || uri.ends_with("/edmx"))) ||
         uri.starts_with("http://docs.oasis-open.org/odata/ns/");
}

void keep_documentation(Reader& reader, pugi::xml_node node, std::vector<Annotation>& out) {
  if (!node.first_child()) out.push_back({"Documentation", "", ""});
  keep_attributes(reader, node, {}, out);
  for (auto child : node.children()) {
    if (child.type() == pugi::node_element) {
      out.push_back({"Documentation/" + std::string(local_name(child)), collapsed_text(child), ""});
    } else if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      out.push_back({"Documentation", child.value(), ""});
    }
  }
}

}  // namespace

std::string Reader::qualified(std::string_view name) const {
  size_t dot = name.rfind('.');
  if (dot == name.npos) return std::string(name);
  auto alias = aliases.find(std::string(name.substr(0, dot)));
  return alias == aliases.end() ? std::string(name) : alias->second + std::string(name.substr(dot));
}

TypeName Reader::type_name(std::string_view written) const {
  constexpr std::string_view kCollection = "Collection(";
  if (written.starts_with(kCollection) && written.ends_with(")")) {
    written.remove_prefix(kCollection.size());
    written.remove_suffix(1);
    return {qualified(written), true};
  }
  return {qualified(written), false};
}

void keep_attributes(Reader& reader, pugi::xml_node node, std::initializer_list<std::string_view> interpreted,
                     std::vector<Annotation>& out) {
  for (auto attribute : node.attributes()) {
    std::string_view name = attribute.name();
    if (name == "xmlns" || name.starts_with("xmlns:")) continue;
    if (std::find(interpreted.begin(), interpreted.end(), name) != interpreted.end()) continue;
    out.push_back({reader.names.canonical(node, name), attribute.value(), ""});
  }
}

void keep_child(Reader& reader, pugi::xml_node child, std::vector<Annotation>& out) {
  if (child.type() != pugi::node_element) return;
  std::string_view name = local_name(child);
  if (name == "Annotation") return read_annotation(reader, child, "", "", out);
  if (name == "Documentation") return keep_documentation(reader, child, out);
  if (is_edm(namespace_of(child))) {
    reader.warn(DiagnosticKind::SchemaElementUnknown, child,
                {std::string(name), std::string(local_name(child.parent()))}, "");
  }
  out.push_back({std::string(child.name()), verbatim(child), "Xml"});
}

bool read_flag(Reader& reader, pugi::xml_node node, const char* name, bool otherwise,
               std::vector<Annotation>& out) {
  auto attribute = node.attribute(name);
  if (!attribute) return otherwise;
  std::string_view value = attribute.value();
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  reader.warn(DiagnosticKind::SchemaFacetInvalid, node, {name, std::string(value), "`true` or `false`"},
              name);
  out.push_back({name, std::string(value), ""});
  return otherwise;
}

std::optional<uint32_t> read_number(Reader& reader, pugi::xml_node node, const char* name,
                                    std::vector<Annotation>& out) {
  auto attribute = node.attribute(name);
  if (!attribute) return std::nullopt;
  std::string_view value = attribute.value();
  uint32_t number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size() && !value.empty()) return number;
  reader.warn(DiagnosticKind::SchemaFacetInvalid, node, {name, std::string(value), "a whole number"}, name);
  out.push_back({name, std::string(value), ""});
  return std::nullopt;
}

std::string read_name(Reader& reader, pugi::xml_node node) {
  std::string name = node.attribute("Name").value();
  if (name.empty()) reader.warn(DiagnosticKind::SchemaNameMissing, node, {std::string(local_name(node))});
  return name;
}

}  // namespace endcap::schema
