// What the importer needs of an XML document: names without prefixes, namespaces, and spans into the file.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

#include "compiler/base/source.h"

namespace endcap::schema {

inline constexpr uint32_t kXmlDepthMax = 100;  // elements inside of each other; real metadata has about 12

std::string_view local_name(std::string_view qualified);  // "edmx:Edmx" -> "Edmx"
inline std::string_view local_name(pugi::xml_node node) { return local_name(std::string_view(node.name())); }

// The namespace that `prefix` ("" for the default) stands for at `node`; empty when undeclared.
std::string_view namespace_at(pugi::xml_node node, std::string_view prefix);
inline std::string_view namespace_of(pugi::xml_node node) {
  std::string_view name = node.name();
  size_t colon = name.find(':');
  return namespace_at(node, colon == name.npos ? std::string_view{} : name.substr(0, colon));
}

bool deeper_than(pugi::xml_node root, uint32_t depth_max, pugi::xml_node& offender);  // does not recurse

std::string verbatim(pugi::xml_node node);        // the element as XML text, on one line
std::string collapsed_text(pugi::xml_node node);  // its text with runs of blanks as one

// Attribute names as the model writes them: `sap:` and `m:` for their namespaces whatever the file's prefixes
// are.
class AttributeNames {
 public:
  explicit AttributeNames(pugi::xml_node root);
  std::string canonical(pugi::xml_node node, std::string_view attribute) const;

 private:
  std::unordered_map<std::string, std::string>
      single_;  // prefix -> canonical one, where the document declares it once
};

// Of the value of `attribute` in the start tag of `node`, or of the element's name when it has no such
// attribute.
Span attribute_span(SourceId source, std::string_view text, pugi::xml_node node,
                    std::string_view attribute = "Name");

}  // namespace endcap::schema
