// The words of syntax errors.
#include "compiler/syntax/messages.h"

#include "compiler/syntax/declarations.h"

namespace endcap::syntax {

namespace {

void remember(SyntaxErrorPlace& place, antlr4::Parser* parser, size_t token,
              antlr4::misc::IntervalSet expected) {
  place = {.token = token, .rules = {}, .expected = std::move(expected)};
  for (auto* rule = parser->getContext(); rule != nullptr;
       rule = dynamic_cast<antlr4::ParserRuleContext*>(rule->parent)) {
    place.rules.insert(place.rules.begin(), rule->getRuleIndex());
  }
}

}  // namespace

void FirstError::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) {
  auto* token = e.getOffendingToken();
  antlr4::misc::IntervalSet expected;
  // A decision that looked ahead failed at some later token, where what is expected depends on the way there.
  const auto* undecided = dynamic_cast<const antlr4::NoViableAltException*>(&e);
  if (undecided == nullptr || undecided->getStartToken() == token) expected = parser->getExpectedTokens();
  remember(error_, parser, token->getTokenIndex(), std::move(expected));
}

void FirstError::recover(antlr4::Parser*, std::exception_ptr) { throw antlr4::ParseCancellationException(); }

antlr4::Token* FirstError::recoverInline(antlr4::Parser* parser) {
  remember(error_, parser, parser->getCurrentToken()->getTokenIndex(), parser->getExpectedTokens());
  throw antlr4::ParseCancellationException();
}

void report_syntax_error(const SyntaxErrorPlace& error, antlr4::TokenStream& stream, std::string_view text,
                         SourceId source, Diagnostics& diagnostics) {
  const auto& token = *stream.get(error.token);
  diagnostics.emit(DiagnosticKind::SyntaxError, span_of(token, source),
                   {"unexpected `" + std::string(text_of(token, text)) + "`"});
}

void report_unknown_declaration(const antlr4::Token& first, std::string_view text, SourceId source,
                                Diagnostics& diagnostics) {
  const std::string word(text_of(first, text));
  const Span at = span_of(first, source);
  auto& diagnostic = diagnostics.emit(DiagnosticKind::UnknownDeclaration, at, {word});
  if (const auto meant = did_you_mean(word, declaration_keywords())) {
    diagnostic.suggest({at, *meant, "write `" + *meant + "`", true});
  }
}

}  // namespace endcap::syntax
