// Names, namespaces and positions in an XML document.
#include "compiler/schema/xml.h"

#include <sstream>

namespace endcap::schema {

namespace {

// The prefixes that people know for the namespaces that carry meaning.
std::string canonical_prefix(std::string_view uri, std::string_view as_written) {
  if (uri == "http://www.sap.com/Protocols/SAPData") return "sap";
  if (uri.starts_with("http://schemas.microsoft.com/ado/") && uri.ends_with("/metadata")) return "m";
  if (uri.starts_with("http://schemas.microsoft.com/ado/") && uri.ends_with("/annotation"))
    return "annotation";
  return std::string(as_written);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::string_view local_name(std::string_view qualified) {
  size_t colon = qualified.find(':');
  return colon == qualified.npos ? qualified : qualified.substr(colon + 1);
}

std::string_view namespace_at(pugi::xml_node node, std::string_view prefix) {
  std::string declaration = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (; node; node = node.parent()) {
    if (auto attribute = node.attribute(declaration.c_str())) return attribute.value();
  }
  return {};
}

bool deeper_than(pugi::xml_node root, uint32_t depth_max, pugi::xml_node& offender) {
  uint32_t depth = 0;
  for (pugi::xml_node node = root; node;) {
    if (auto child = node.first_child()) {
      node = child;
      if (++depth > depth_max) {
        offender = node;
        return true;
      }
      continue;
    }
    while (node && node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == root) return false;
    node = node.next_sibling();
  }
  return false;
}

std::string verbatim(pugi::xml_node node) {
  std::ostringstream out;
  node.print(out, "", pugi::format_raw, pugi::encoding_utf8);
  return out.str();
}

std::string collapsed_text(pugi::xml_node node) {
  std::string result;
  for (char c : std::string_view(node.text().get())) {
    if (!is_blank(c)) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

AttributeNames::AttributeNames(pugi::xml_node root) {
  std::unordered_map<std::string, std::string> uris;
  for (pugi::xml_node node = root; node;) {
    for (auto attribute : node.attributes()) {
      std::string_view name = attribute.name();
      if (!name.starts_with("xmlns:")) continue;
      std::string prefix(name.substr(6));
      auto [known, is_new] = uris.emplace(prefix, attribute.value());
      if (is_new) {
        single_[prefix] = canonical_prefix(attribute.value(), prefix);
      } else if (known->second != attribute.value()) {
        single_.erase(prefix);
      }
    }
    if (auto child = node.first_child()) {
      node = child;
      continue;
    }
    while (node && node != root && !node.next_sibling()) node = node.parent();
    node = node == root ? pugi::xml_node() : node.next_sibling();
  }
}

std::string AttributeNames::canonical(pugi::xml_node node, std::string_view attribute) const {
  size_t colon = attribute.find(':');
  if (colon == attribute.npos) return std::string(attribute);
  std::string prefix(attribute.substr(0, colon));
  auto known = single_.find(prefix);
  std::string name =
      known != single_.end() ? known->second : canonical_prefix(namespace_at(node, prefix), prefix);
  return name + std::string(attribute.substr(colon));
}

Span attribute_span(SourceId source, std::string_view text, pugi::xml_node node, std::string_view attribute) {
  ptrdiff_t offset = node.offset_debug();
  if (offset < 0 || static_cast<size_t>(offset) >= text.size()) return {source, 0, 0};
  size_t at = static_cast<size_t>(offset);
  size_t name_end = std::min(text.find_first_of(" \t\r\n/>", at), text.size());
  Span element{source, static_cast<uint32_t>(at), static_cast<uint32_t>(name_end)};
  for (at = name_end; at < text.size() && text[at] != '>';) {
    if (is_blank(text[at]) || text[at] == '/') {
      ++at;
      continue;
    }
    size_t equals = text.find('=', at);
    if (equals == text.npos) break;
    std::string_view name = text.substr(at, equals - at);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    size_t open = text.find_first_of("\"'", equals);
    size_t close = open == text.npos ? open : text.find(text[open], open + 1);
    if (close == text.npos) break;
    if (name == attribute) return {source, static_cast<uint32_t>(open + 1), static_cast<uint32_t>(close)};
    at = close + 1;
  }
  return element;
}

}  // namespace endcap::schema
