// The words of syntax errors.
#include "compiler/syntax/messages.h"

#include <algorithm>

#include "compiler/syntax/declarations.h"
#include "compiler/syntax/expectations.h"
#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

void remember(SyntaxErrorPlace& place, antlr4::Parser* parser, size_t token,
              antlr4::misc::IntervalSet expected) {
  place = {.words = &parser->getVocabulary(), .token = token, .rules = {}, .expected = std::move(expected)};
  for (auto* rule = parser->getContext(); rule != nullptr;
       rule = dynamic_cast<antlr4::ParserRuleContext*>(rule->parent)) {
    place.rules.push_back(rule->getRuleIndex());
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

namespace {

class Wording {
 public:
  Wording(const SyntaxErrorPlace& error, antlr4::TokenStream& stream, std::string_view text, SourceId source)
      : error_(error), stream_(stream), text_(text), source_(source), found_(*stream.get(error.token)) {}

  void report(Diagnostics& diagnostics) const {
    const auto* before = error_.token > 0 ? stream_.get(error_.token - 1) : nullptr;
    const Expectation expected =
        expectation(error_, before == nullptr ? antlr4::Token::EOF : before->getType());
    std::string sentence = expected.what.empty() ? "this does not fit here" : "expected " + expected.what;
    if (before != nullptr) sentence += " after `" + shown(*before) + "`";
    sentence += ", found " + (at_end() ? end_of_text(error_) : "`" + shown(found_) + "`");
    auto& diagnostic = diagnostics.emit(DiagnosticKind::SyntaxError, place(before), {std::move(sentence)});
    if (at_end()) point_to_unclosed(diagnostic);
    suggest(diagnostic, before, expected);
    explain(diagnostic, before);
  }

 private:
  bool at_end() const { return found_.getType() == antlr4::Token::EOF; }

  Span place(const antlr4::Token* before) const {
    if (!at_end() || before == nullptr) return span_of(found_, source_);
    const auto end = static_cast<uint32_t>(before->getStopIndex());
    return {source_, end, end};
  }

  // A token in a sentence: a long text would drown it.
  std::string shown(const antlr4::Token& token) const {
    constexpr size_t kShownMax = 40;
    const std::string_view whole = text_of(token, text_);
    if (whole.size() <= kShownMax) return std::string(whole);
    size_t cut = kShownMax;
    while (cut > 0 && (static_cast<unsigned char>(whole[cut]) & 0xc0) == 0x80) --cut;
    return std::string(whole.substr(0, cut)) + "\u2026";
  }

  void point_to_unclosed(Diagnostic& diagnostic) const {
    std::vector<const antlr4::Token*> open;
    for (size_t i = 0; i < error_.token; ++i) {
      const auto* token = stream_.get(i);
      switch (token->getType()) {
        case Lexer::OPEN_BRACE:
        case Lexer::OPEN_PAREN:
        case Lexer::OPEN_BRACKET:
          open.push_back(token);
          break;
        case Lexer::CLOSE_BRACE:
        case Lexer::CLOSE_PAREN:
        case Lexer::CLOSE_BRACKET:
          if (!open.empty()) open.pop_back();
          break;
        default:
          break;
      }
    }
    if (!open.empty()) diagnostic.label(span_of(*open.back(), source_), "this is not closed");
  }

  void suggest(Diagnostic& diagnostic, const antlr4::Token* before, const Expectation& expected) const {
    if (found_.getType() == Lexer::NAME && suggest_for(diagnostic, found_, expected.keywords)) return;
    if (before != nullptr && before->getType() == Lexer::NAME &&
        suggest_for(diagnostic, *before, expected.keywords_before))
      return;
    if (expected.name && is_question(found_.getType())) {
      const std::string word(text_of(found_, text_));
      diagnostic.note("`" + word +
                      "` can't stand inside an expression: it waits for somebody. Give what it gives a name, "
                      "`let NAME = " +
                      word + " ...`, and go on with that.");
      return;
    }
    if ((is_keyword(found_.getType()) || !test_word(found_.getType()).empty() ||
         !advisor_word(found_.getType()).empty() || !schedule_word(found_.getType()).empty() ||
         !interface_word(found_.getType()).empty() || !route_word(found_.getType()).empty()) &&
        expected.name) {
      const std::string word(text_of(found_, text_));
      diagnostic.note("`" + word + "` is a word of the language. As a name it is written in backticks.");
      diagnostic.suggest(
          {span_of(found_, source_), "`" + word + "`", "put `" + word + "` in backticks", false});
    }
  }

  // What waits for an answer, and stands alone behind `let NAME =`.
  static bool is_question(size_t token) {
    return token == Lexer::ASK || token == Lexer::READ || token == Lexer::REREAD || token == Lexer::RUN;
  }

  bool suggest_for(Diagnostic& diagnostic, const antlr4::Token& token,
                   const std::vector<std::string>& keywords) const {
    const auto meant = did_you_mean(text_of(token, text_), keywords);
    if (meant) diagnostic.suggest({span_of(token, source_), *meant, "did you mean `" + *meant + "`?", false});
    return meant.has_value();
  }

  void explain(Diagnostic& diagnostic, const antlr4::Token* before) const {
    if (found_.getType() == Lexer::ASSIGN) diagnostic.note("Two values are compared with `==`.");
    if (before != nullptr && found_.getType() == Lexer::MINUS && before->getType() == Lexer::MINUS) {
      diagnostic.note("A comment begins with `--` and a space.");
    }
    if (before != nullptr && found_.getType() == Lexer::SLASH && before->getType() == Lexer::SLASH) {
      diagnostic.note("A comment begins with `--` and a space.");
    }
  }

  const SyntaxErrorPlace& error_;
  antlr4::TokenStream& stream_;
  std::string_view text_;
  SourceId source_;
  const antlr4::Token& found_;
};

}  // namespace

void report_syntax_error(const SyntaxErrorPlace& error, antlr4::TokenStream& stream, std::string_view text,
                         SourceId source, Diagnostics& diagnostics) {
  Wording(error, stream, text, source).report(diagnostics);
}

void report_unknown_declaration(const antlr4::Token& first, std::string_view text, SourceId source,
                                Diagnostics& diagnostics) {
  const std::string word(text_of(first, text));
  const Span at = span_of(first, source);
  auto& diagnostic = diagnostics.emit(DiagnosticKind::UnknownDeclaration, at, {word});
  if (const auto meant = did_you_mean(word, declaration_keywords())) {
    diagnostic.suggest({at, *meant, "did you mean `" + *meant + "`?", false});
  } else {
    diagnostic.note(
        "A declaration begins with module, use, type, role, conflict, view, system, record, enum, function, "
        "policy, advisor, workflow, exception, schedule, partner, interface, route, sync or test.");
  }
}

}  // namespace endcap::syntax
