// The words of an interface: keywords in it and names everywhere else.
#include <algorithm>

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

struct InterfaceWord {
  std::string_view text;
  size_t type;
};
constexpr InterfaceWord kInterfaceWords[] = {{"sends", Lexer::SENDS},
                                             {"starts", Lexer::STARTS},
                                             {"quota", Lexer::QUOTA},
                                             {"deprecated", Lexer::DEPRECATED}};

// A name stands behind these, whatever it is.
bool names_something(size_t type) {
  return type == Lexer::INTERFACE || type == Lexer::FOR || type == Lexer::OPERATION || type == Lexer::SENDS ||
         type == Lexer::STARTS || type == Lexer::DOT || type == Lexer::PER;
}

}  // namespace

void retag_interface_words(Tokens& tokens, std::string_view text) {
  size_t depth = 0;  // of parentheses: parameters and values stand there
  for (size_t i = 1; i < tokens.size(); ++i) {
    auto& token = *tokens[i];
    if (token.getType() == Lexer::OPEN_PAREN) ++depth;
    if (token.getType() == Lexer::CLOSE_PAREN && depth > 0) --depth;
    const bool word = token.getType() == Lexer::NAME || token.getType() == Lexer::UNIT ||
                      token.getType() == Lexer::CURRENCY;
    if (!word || depth > 0) continue;
    if (names_something(tokens[i - 1]->getType())) {
      token.setType(Lexer::NAME);
      continue;
    }
    const auto found = std::ranges::find(kInterfaceWords, text_of(token, text), &InterfaceWord::text);
    if (found != std::end(kInterfaceWords)) token.setType(found->type);
  }
}

std::string_view interface_word(size_t type) {
  const auto found = std::ranges::find(kInterfaceWords, type, &InterfaceWord::type);
  return found == std::end(kInterfaceWords) ? std::string_view() : found->text;
}

}  // namespace endcap::syntax
