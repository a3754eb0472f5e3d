// `answers RECORD` in the braces of a task, `counter RECORD` and `reason for rejection TYPE` in those of an
// approval: keywords there and names everywhere else.
#include "compiler/syntax/tokens.h"

namespace endcap::syntax {
namespace {

// What can stand behind the record of an approval's `counter`.
bool goes_on_in_approval(size_t type) {
  switch (type) {
    case Lexer::OPEN_PAREN:
    case Lexer::ON:
    case Lexer::CLOSE_BRACE:
    case Lexer::BY:
    case Lexer::WITHIN:
    case Lexer::REMIND:
    case Lexer::ESCALATE:
      return true;
    default:
      return false;
  }
}

// `reason for rejection, approval`: a grant `reason` for an element stands behind `write`, or as an argument.
void retag_reason(Tokens& tokens, size_t i, std::string_view text) {
  const auto type = [&](size_t at) {
    return at < tokens.size() ? tokens[at]->getType() : antlr4::Token::EOF;
  };
  const auto is = [&](size_t at, std::string_view word) {
    return type(at) == Lexer::NAME && text_of(*tokens[at], text) == word;
  };
  const size_t before = type(i - 1);
  const bool grant = before == Lexer::WRITE || before == Lexer::OPEN_PAREN || before == Lexer::COMMA;
  if (grant || !is(i, "reason") || type(i + 1) != Lexer::FOR) return;
  if (!is(i + 2, "rejection") && type(i + 2) != Lexer::APPROVAL) return;
  tokens[i]->setType(Lexer::REASON);
  for (size_t at = i + 2; is(at, "rejection") || type(at) == Lexer::APPROVAL; at += 2) {
    if (type(at) == Lexer::NAME) tokens[at]->setType(Lexer::REJECTION);
    if (type(at + 1) != Lexer::COMMA) break;
  }
}

}  // namespace

// Nowhere else do two names follow each other there.
void retag_answer_words(Tokens& tokens, std::string_view text) {
  const auto type = [&](size_t i) { return i < tokens.size() ? tokens[i]->getType() : antlr4::Token::EOF; };
  for (size_t i = 1; i + 2 < tokens.size(); ++i) {
    if (type(i - 1) != Lexer::DOT) retag_reason(tokens, i, text);
    if (type(i) != Lexer::NAME || !is_name(type(i + 1)) || type(i - 1) == Lexer::DOT) continue;
    const std::string_view word = text_of(*tokens[i], text);
    const bool begins = type(i - 1) == Lexer::OPEN_BRACE || type(i - 1) == Lexer::CLOSE_BRACE;
    const bool ends =
        type(i + 2) == Lexer::OPEN_PAREN || type(i + 2) == Lexer::ON || type(i + 2) == Lexer::CLOSE_BRACE;
    if (begins && ends && word == "answers") tokens[i]->setType(Lexer::ANSWERS);
    const std::string_view behind = text_of(*tokens[i + 2], text);
    const bool twice = type(i + 2) == Lexer::NAME && (behind == "counter" || behind == "reason");
    if (word == "counter" && (twice || goes_on_in_approval(type(i + 2)))) tokens[i]->setType(Lexer::COUNTER);
  }
}

}  // namespace endcap::syntax
