// `answers RECORD` in the braces of a task: a keyword there and a name everywhere else.
#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

// Nowhere else do two names follow each other behind a brace.
void retag_answer_words(Tokens& tokens, std::string_view text) {
  const auto type = [&](size_t i) { return i < tokens.size() ? tokens[i]->getType() : antlr4::Token::EOF; };
  for (size_t i = 1; i + 2 < tokens.size(); ++i) {
    const bool begins = type(i - 1) == Lexer::OPEN_BRACE || type(i - 1) == Lexer::CLOSE_BRACE;
    const bool ends =
        type(i + 2) == Lexer::OPEN_PAREN || type(i + 2) == Lexer::ON || type(i + 2) == Lexer::CLOSE_BRACE;
    if (begins && ends && is_name(type(i + 1)) && type(i) == Lexer::NAME &&
        text_of(*tokens[i], text) == "answers")
      tokens[i]->setType(Lexer::ANSWERS);
  }
}

}  // namespace endcap::syntax
