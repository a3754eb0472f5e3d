// Where declarations begin and end.
#include "compiler/syntax/declarations.h"

#include <algorithm>
#include <array>
#include <optional>

namespace endcap::syntax {

namespace {

constexpr std::array<size_t, 22> kKeywords{
    Lexer::MODULE,    Lexer::USE,     Lexer::TYPE,     Lexer::ROLE,      Lexer::CONFLICT, Lexer::VIEW,
    Lexer::SYSTEM,    Lexer::RECORD,  Lexer::ENUM,     Lexer::FUNCTION,  Lexer::MAPPING,  Lexer::TABLE,
    Lexer::POLICY,    Lexer::ADVISOR, Lexer::WORKFLOW, Lexer::EXCEPTION, Lexer::SCHEDULE, Lexer::PARTNER,
    Lexer::INTERFACE, Lexer::ROUTE,   Lexer::SYNC,     Lexer::TEST};

constexpr std::array<std::string_view, 2> kLaterDeclarations{"measure", "alert"};

class Cutter {
 public:
  Cutter(const Tokens& tokens, std::string_view text) : tokens_(tokens), text_(text) {}

  std::vector<Piece> cut() {
    std::vector<Piece> pieces;
    size_t braces = 0;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (const auto form = begins(i, braces)) {
        close(pieces, i);
        pieces.push_back({*form, i, tokens_.size()});
        braces = 0;
      } else if (pieces.empty()) {
        pieces.push_back({Piece::Form::Unknown, i, tokens_.size()});
      }
      if (type(i) == Lexer::OPEN_BRACE) ++braces;
      if (type(i) == Lexer::CLOSE_BRACE && braces > 0) --braces;
    }
    return pieces;
  }

 private:
  size_t type(size_t i) const { return i < tokens_.size() ? tokens_[i]->getType() : antlr4::Token::EOF; }
  bool first_on_line(size_t i) const { return i == 0 || tokens_[i - 1]->getLine() != tokens_[i]->getLine(); }
  static void close(std::vector<Piece>& pieces, size_t at) {
    if (!pieces.empty()) pieces.back().end = at;
  }

  std::optional<Piece::Form> begins(size_t i, size_t braces) const {
    // A test has a sentence for a name.
    const bool named = is_name(type(i + 1)) || (type(i) == Lexer::TEST && type(i + 1) == Lexer::TEXT);
    const bool alone = braces == 0 ? first_on_line(i) || (named && type(i - 1) == Lexer::CLOSE_BRACE)
                                   : named && tokens_[i]->getCharPositionInLine() == 0;
    if (!alone || (i > 0 && continues_line_above(i))) return std::nullopt;
    if (std::ranges::find(kKeywords, type(i)) != kKeywords.end()) return Piece::Form::Declaration;
    const std::string_view word = text_of(*tokens_[i], text_);
    if (type(i) == Lexer::LATER) {
      const bool titled = named || type(i + 1) == Lexer::TEXT || type(i + 1) == Lexer::WHEN;
      const bool declares = std::ranges::find(kLaterDeclarations, word) != kLaterDeclarations.end();
      return titled && declares ? std::optional(Piece::Form::Later) : std::nullopt;
    }
    // Two names side by side outside of braces are a keyword misspelt and what it declares.
    if (braces == 0 && type(i) == Lexer::NAME && named) return Piece::Form::Unknown;
    return std::nullopt;
  }

  // `use` and a line end and `system erp`: still the same declaration.
  bool continues_line_above(size_t i) const {
    switch (type(i - 1)) {
      case Lexer::USE:
      case Lexer::COMMA:
      case Lexer::DOT:
      case Lexer::ASSIGN:
        return !is_keyword(type(i)) || type(i - 1) == Lexer::USE;
      default:
        return false;
    }
  }

  const Tokens& tokens_;
  std::string_view text_;
};

}  // namespace

std::vector<Piece> cut_into_declarations(const Tokens& tokens, std::string_view text) {
  return Cutter(tokens, text).cut();
}

std::vector<std::string> declaration_keywords() {
  return {"module",   "use",      "type",      "role",  "conflict", "view",    "system",   "record",
          "enum",     "function", "mapping",   "table", "policy",   "advisor", "workflow", "exception",
          "schedule", "partner",  "interface", "route", "sync",     "test"};
}

}  // namespace endcap::syntax
