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

// Reads one tree from its tokens in two stages: SLL is enough for what is right; only what it can't read is
// read again with full LL, and only then is an error certain. The tree lives until the next one.
class TwoStageParser {
 public:
  TwoStageParser(std::string_view text, SourceId source, Diagnostics& diagnostics);

  // What `rule` of the grammar makes of the tokens, which end at `end`; null when it can't: a diagnostic says
  // why.
  template <typename Tree>
  Tree* parse(Tokens tokens, uint32_t end, Tree* (Parser::*rule)()) {
    take(std::move(tokens), end);
    try {
      try {
        return (parser_.*rule)();
      } catch (const antlr4::ParseCancellationException&) {
        take_again();
        return (parser_.*rule)();
      }
    } catch (const antlr4::ParseCancellationException&) {
      report();
      return nullptr;
    }
  }

 private:
  void take(Tokens tokens, uint32_t end);
  void take_again();
  void report();

  std::string_view text_;
  SourceId source_;
  Diagnostics& diagnostics_;
  std::unique_ptr<antlr4::ListTokenSource> list_;
  std::unique_ptr<antlr4::CommonTokenStream> stream_;
  std::shared_ptr<FirstError> strategy_;
  Parser parser_;
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

  std::string_view text_;
  SourceId source_;
  Diagnostics& diagnostics_;
  TokenisedFile file_;
  std::vector<Piece> pieces_;
  size_t at_ = 0;
  TwoStageParser parser_;
};

}  // namespace endcap::syntax
