// What the parts of dump() share.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/compiler/syntax/dump.h"

namespace endcap {

// "(head part part)", empty parts left out.
inline std::string form(const std::string& head, std::initializer_list<std::string> parts) {
  std::string result = "(" + head;
  for (const auto& part : parts) {
    if (!part.empty()) result += " " + part;
  }
  return result + ")";
}
template <typename Items, typename Show>
std::string each(const Items& items, Show show) {
  std::string result;
  for (const auto& item : items) result += (result.empty() ? "" : " ") + show(item);
  return result;
}
inline std::string dump(const ast::Name& name) { return name.text; }
inline std::string dump(const std::optional<ast::Name>& name) { return name ? name->text : ""; }
inline std::string dump(const ast::ExprPtr& expression) { return expression ? dump(*expression) : ""; }
inline std::string dump(const std::vector<ast::Name>& names) {
  return each(names, [](const ast::Name& n) { return n.text; });
}
std::string dump(const ast::TypePtr& type);
std::string dump(const std::vector<ast::Argument>& arguments);
std::string dump(const std::vector<ast::Parameter>& parameters);
std::string dump(const ast::Block& block);
std::string dump_call(const ast::Call& call);
std::string dump_handlers(const std::vector<ast::Handler>& handlers);
// "(within x)" or nothing.
inline std::string clause(const std::string& head, const std::string& value) {
  return value.empty() ? "" : form(head, {value});
}

template <typename... Forms>
struct Overloaded : Forms... {
  using Forms::operator()...;
};

}  // namespace endcap
