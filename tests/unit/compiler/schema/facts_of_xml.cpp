// The facts of a metadata file straight from its XML, knowing as little as possible about what elements mean.
#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/compiler/schema/facts.h"

namespace endcap::test {

namespace {

std::string local(std::string_view name) {
  return std::string(name.substr(name.find(':') == name.npos ? 0 : name.find(':') + 1));
}

bool is_constant(const std::string& name) {
  static const std::set<std::string> kNames = {
      "String",     "Bool", "Int",  "Decimal",      "Float",
      "EnumMember", "Path", "Date", "PropertyPath", "NavigationPropertyPath"};
  return kNames.contains(name);
}

class Teller {
 public:
  explicit Teller(const pugi::xml_document& document) {
    for (auto schema : document.document_element().select_nodes("//*[local-name()='Schema']")) {
      if (auto alias = schema.node().attribute("Alias"))
        aliases_[alias.value()] = schema.node().attribute("Namespace").value();
    }
    tell(document.document_element(), "");
    std::sort(facts_.begin(), facts_.end());
  }
  std::vector<std::string> facts_;

 private:
  std::string without_alias(std::string value) {
    for (auto& [alias, name_space] : aliases_) {
      for (std::string start : {"", "Collection("}) {
        if (value.starts_with(start + alias + "."))
          return start + name_space + value.substr(start.size() + alias.size());
      }
    }
    return value;
  }

  // What an absent attribute means need not be kept apart from saying it.
  static bool is_default(const std::string& element, const std::string& name, const std::string& value) {
    if (name == "Nullable") return value == "true" && element != "ReturnType";
    if (name == "UnderlyingType") return value == "Edm.Int32";
    static const std::set<std::string> kFlags = {"Abstract", "OpenType", "HasStream",
                                                 "IsFlags",  "IsBound",  "ContainsTarget"};
    return kFlags.contains(name) && value == "false";
  }

  void tell_attributes(pugi::xml_node node, const std::string& path) {
    std::string element = local(node.name());
    for (auto attribute : node.attributes()) {
      std::string name = attribute.name();
      if (name.starts_with("xmlns")) continue;
      if (!name.starts_with("sap:") && !name.starts_with("m:") && !name.starts_with("xml:"))
        name = local(name);
      std::string value = name == "Path" ? attribute.value() : without_alias(attribute.value());
      if (name == "Name" || is_default(element, name, value)) continue;
      facts_.push_back(path + " " + name + "=" + value);
    }
  }

  void tell_leaves(pugi::xml_node node, const std::string& term) {
    bool empty = true;
    for (auto attribute : node.attributes()) {
      if (!is_constant(attribute.name())) continue;
      facts_.push_back("term " + term + "=" + attribute.value());
      empty = false;
    }
    std::string name = local(node.name());
    if (name == "Record" && node.attribute("Type"))
      facts_.push_back("term " + term + "=" + node.attribute("Type").value());
    for (auto child : node.children()) {
      if (child.type() != pugi::node_element) continue;
      empty = false;
      if (is_constant(local(child.name())))
        facts_.push_back("term " + term + "=" + child.text().get());
      else
        tell_leaves(child, term);
    }
    if (empty)
      facts_.push_back("term " + term + "=" + (name == "Record" ? "{}" : name == "Collection" ? "[]" : ""));
  }

  void tell(pugi::xml_node node, const std::string& parent) {
    if (node.type() != pugi::node_element) return;
    std::string element = local(node.name());
    if (element == "Annotation") return tell_leaves(node, node.attribute("Term").value());
    std::string path = parent;
    if (element == "Annotations") {
      path = "Annotations";  // where they land is tested elsewhere
    } else if (element == "Edmx" || element == "DataServices" || element == "Schema") {
      path = "file";
      tell_attributes(node, path);
    } else if (element == "Documentation") {
      for (auto child : node.children())
        facts_.push_back(parent + " Documentation/" + local(child.name()) + "=" + child.text().get());
      return;
    } else if (element == "link") {
      facts_.push_back("foreign link");
      return;
    } else {
      path = (parent == "file" ? "" : parent + "/") + element + " " + node.attribute("Name").value();
      facts_.push_back(path);
      tell_attributes(node, path);
    }
    for (auto child : node.children()) tell(child, path);
  }

  std::map<std::string, std::string> aliases_;
};

}  // namespace

std::vector<std::string> facts_of_xml(const pugi::xml_document& document) { return Teller(document).facts_; }

}  // namespace endcap::test
