// The standard library: see standard_modules.h.
#include "compiler/sema/standard_modules.h"

#include <algorithm>
#include <string>

#include "compiler/syntax/parser.h"

namespace endcap {
namespace {

std::string path_of(std::string_view name) {
  return "std/" + std::string(name.substr(name.find('.') + 1)) + ".endcap";
}

}  // namespace

std::optional<std::string_view> standard_module_text(std::string_view path) {
  for (const auto& [name, text] : standard_module_texts()) {
    if (path_of(name) == path) return text;
  }
  return std::nullopt;
}

void add_standard_modules(std::vector<ast::Module>& modules, SourceMap& sources, Diagnostics& diagnostics) {
  const auto& texts = standard_module_texts();
  const auto add = [&](const std::string& name) {
    const auto text = texts.find(name);
    const bool there = std::ranges::any_of(
        modules, [&](const ast::Module& module) { return module.name && module.name->text() == name; });
    if (text == texts.end() || there) return;
    modules.push_back(parse(sources, sources.add(path_of(name), std::string(text->second)), diagnostics));
  };
  for (size_t i = 0; i < modules.size(); ++i) {  // those that were added use others
    std::vector<std::string> used;
    for (const ast::Decl& declaration : modules[i].declarations) {
      const auto* use = std::get_if<ast::UseDecl>(&declaration.node);
      if (use && use->what == ast::UseDecl::What::Module) used.push_back(use->name.text());
    }
    for (const std::string& name : used) add(name);
  }
}

}  // namespace endcap
