// Vocabulary annotations (CSDL XML 4.01, section 14): nested records and collections become one leaf each,
// named by its path.
#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

constexpr std::string_view kConstants[] = {"String",
                                           "Bool",
                                           "Int",
                                           "Decimal",
                                           "Float",
                                           "Date",
                                           "DateTimeOffset",
                                           "Duration",
                                           "TimeOfDay",
                                           "Guid",
                                           "Binary",
                                           "EnumMember",
                                           "Path",
                                           "PropertyPath",
                                           "NavigationPropertyPath",
                                           "AnnotationPath",
                                           "ModelElementPath",
                                           "UrlRef",
                                           "Time"};

bool is_constant(std::string_view name) {
  for (auto constant : kConstants) {
    if (name == constant) return true;
  }
  return false;
}

void read_expression(Reader& reader, pugi::xml_node node, const std::string& path,
                     std::vector<Annotation>& out);

// The value of an Annotation or PropertyValue: an attribute or a child element; neither means the term's
// default.
void read_value(Reader& reader, pugi::xml_node node, const std::string& path,
                std::initializer_list<std::string_view> own_attributes, std::vector<Annotation>& out) {
  bool found = false;
  std::vector<Annotation> others;
  keep_attributes(reader, node, own_attributes, others);
  for (auto& other : others) {
    bool constant = is_constant(other.name);
    found |= constant;
    out.push_back(constant ? Annotation{path, other.value, other.name}
                           : Annotation{path + "/@" + other.name, other.value, ""});
  }
  for (auto child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    if (local_name(child) == "Annotation") {
      read_annotation(reader, child, path + "@", "", out);
    } else {
      read_expression(reader, child, path, out);
      found = true;
    }
  }
  if (!found) out.push_back({path, "", ""});
}

void read_record(Reader& reader, pugi::xml_node node, const std::string& path, std::vector<Annotation>& out) {
  if (auto type = node.attribute("Type")) out.push_back({path + "/@type", type.value(), "Record"});
  bool empty = true;
  for (auto child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    empty = false;
    std::string_view name = local_name(child);
    if (name == "PropertyValue") {
      read_value(reader, child, path + "/" + child.attribute("Property").value(), {"Property"}, out);
    } else if (name == "Annotation") {
      read_annotation(reader, child, path + "@", "", out);
    } else {
      out.push_back({path, verbatim(child), "Xml"});
    }
  }
  if (empty) out.push_back({path, "{}", "Record"});
}

void read_expression(Reader& reader, pugi::xml_node node, const std::string& path,
                     std::vector<Annotation>& out) {
  std::string_view name = local_name(node);
  if (is_constant(name) &&
      !node.find_child([](pugi::xml_node n) { return n.type() == pugi::node_element; })) {
    out.push_back({path, node.text().get(), std::string(name)});
  } else if (name == "Record") {
    read_record(reader, node, path, out);
  } else if (name == "Collection") {
    size_t index = 0;
    for (auto child : node.children()) {
      if (child.type() == pugi::node_element)
        read_expression(reader, child, path + "/" + std::to_string(index++), out);
    }
    if (index == 0) out.push_back({path, "[]", "Collection"});
  } else if (name == "Null" && !node.first_child()) {
    out.push_back({path, "", "Null"});
  } else {
    out.push_back({path, verbatim(node), "Xml"});  // Apply, If, Cast, comparisons: computed at run time
  }
}

}  // namespace

void read_annotation(Reader& reader, pugi::xml_node node, std::string_view prefix, std::string_view qualifier,
                     std::vector<Annotation>& out) {
  std::string path = std::string(prefix) + node.attribute("Term").value();
  std::string_view own = node.attribute("Qualifier").value();
  if (own.empty()) own = qualifier;
  if (!own.empty()) path += "#" + std::string(own);
  read_value(reader, node, path, {"Term", "Qualifier"}, out);
}

}  // namespace endcap::schema
