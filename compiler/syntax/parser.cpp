// The door of the layer: each declaration's tree becomes a part of the syntax tree.
#include "compiler/syntax/parser.h"

#include <utility>

#include "compiler/syntax/build.h"
#include "compiler/syntax/trees.h"

namespace endcap {

ast::Module parse(const SourceMap& sources, SourceId source, Diagnostics& diagnostics) {
  ast::Module module{.source = source, .name = std::nullopt, .declarations = {}};
  syntax::DeclarationTrees trees(sources, source, diagnostics);
  syntax::Builder builder(sources.file(source).text, source, diagnostics);
  while (auto found = trees.next()) {
    if (found->later) {
      module.declarations.push_back(
          {found->span, ast::LaterDecl{std::move(*found->later), std::move(found->declared)}});
    } else if (found->tree == nullptr) {
      module.declarations.push_back({found->span, ast::ErrorDecl{std::move(found->declared)}});
    } else {
      std::optional<ast::QualifiedName> name;
      ast::Decl declaration = builder.declaration(found->tree, name);
      if (!name) {
        module.declarations.push_back(std::move(declaration));
      } else {
        const bool first = !module.name && module.declarations.empty();
        if (!first) diagnostics.emit(DiagnosticKind::ModuleNotFirst, declaration.span);
        if (!module.name) module.name = std::move(name);
      }
    }
  }
  return module;
}

}  // namespace endcap
