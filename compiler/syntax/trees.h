// A file's declarations as ANTLR's trees, one after the other: what the syntax tree is built from, and what
// the formatter sets.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/syntax/ast.h"
#include "compiler/syntax/declarations.h"
#include "compiler/syntax/messages.h"

namespace endcap::syntax {

struct DeclarationTree {
  Span span;
  std::optional<ast::Name> declared;           // what it declares, where that much is legible
  std::optional<std::string> later;            // its keyword, when this release does not have it
  Parser::DeclarationContext* tree = nullptr;  // null: it can't be read, and a diagnostic says why
};

class DeclarationTrees {
 public:
  DeclarationTrees(const SourceMap& sources, SourceId source, Diagnostics& diagnostics);

  // The next one, nothing at the end of the file. Its tree lives until the next call.
  std::optional<DeclarationTree> next();

 private:
  Tokens take(const Piece& piece);
  std::optional<ast::Name> declared_name(const Tokens& tokens) const;
  Parser::DeclarationContext* tree_of(const Piece& piece, Tokens tokens, uint32_t end);
  Parser::DeclarationContext* two_stages(Tokens tokens, uint32_t end);

  std::string_view text_;
  SourceId source_;
  Diagnostics& diagnostics_;
  TokenisedFile file_;
  std::vector<Piece> pieces_;
  size_t at_ = 0;
  std::unique_ptr<antlr4::ListTokenSource> list_;
  std::unique_ptr<antlr4::CommonTokenStream> stream_;
  Parser parser_;
};

}  // namespace endcap::syntax
