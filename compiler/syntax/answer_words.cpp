// `answers RECORD` in the braces of a task and `counter RECORD` in those of an approval: keywords there and
// names everywhere else.
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

}  // namespace

// Nowhere else do two names follow each other there.
void retag_answer_words(Tokens& tokens, std::string_view text) {
  const auto type = [&](size_t i) { return i < tokens.size() ? tokens[i]->getType() : antlr4::Token::EOF; };
  for (size_t i = 1; i + 2 < tokens.size(); ++i) {
    if (type(i) != Lexer::NAME || !is_name(type(i + 1)) || type(i - 1) == Lexer::DOT) continue;
    const std::string_view word = text_of(*tokens[i], text);
    const bool begins = type(i - 1) == Lexer::OPEN_BRACE || type(i - 1) == Lexer::CLOSE_BRACE;
    const bool ends =
        type(i + 2) == Lexer::OPEN_PAREN || type(i + 2) == Lexer::ON || type(i + 2) == Lexer::CLOSE_BRACE;
    if (begins && ends && word == "answers") tokens[i]->setType(Lexer::ANSWERS);
    const bool twice = type(i + 2) == Lexer::NAME && text_of(*tokens[i + 2], text) == "counter";
    if (word == "counter" && (twice || goes_on_in_approval(type(i + 2)))) tokens[i]->setType(Lexer::COUNTER);
  }
}

}  // namespace endcap::syntax
