// Syntax errors in words for planners: what could stand here, what stands here, and what was perhaps meant.
#pragma once

#include <memory>
#include <vector>

#include "EndcapParser.h"
#include "compiler/diag/diagnostic.h"

namespace endcap::syntax {

using Parser = grammar::EndcapParser;

// Where the parser could not go on.
struct SyntaxErrorPlace {
  const antlr4::dfa::Vocabulary* words = nullptr;  // the spelling of keywords
  size_t token = 0;                                // index in the stream
  std::vector<size_t> rules;                       // the open rules, innermost first
  antlr4::misc::IntervalSet expected;  // may be empty: the parser looked further than the token before
};

// Gives up at the first error and remembers it: what follows in the same declaration would mostly be an echo.
class FirstError : public antlr4::DefaultErrorStrategy {
 public:
  const SyntaxErrorPlace& error() const { return error_; }

  void reset(antlr4::Parser*) override {}
  void sync(antlr4::Parser*) override {}
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) override;
  void recover(antlr4::Parser* parser, std::exception_ptr e) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;

 private:
  SyntaxErrorPlace error_;
};

void report_syntax_error(const SyntaxErrorPlace& error, antlr4::TokenStream& stream, std::string_view text,
                         SourceId source, Diagnostics& diagnostics);

void report_unknown_declaration(const antlr4::Token& first, std::string_view text, SourceId source,
                                Diagnostics& diagnostics);

}  // namespace endcap::syntax
