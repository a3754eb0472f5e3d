// What a view, a system or an advisor says of its data: `fresh within` and `class personal`. Both are pairs
// of words, so that a field may have either name.
#include <algorithm>

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

// A name that is asked for by what stands before it.
bool is_asked_for(size_t before) {
  constexpr size_t kAsking[] = {Lexer::ASSIGN, Lexer::COLON,      Lexer::IN,  Lexer::DOT,
                                Lexer::COMMA,  Lexer::OPEN_PAREN, Lexer::OF,  Lexer::BY,
                                Lexer::OWNER,  Lexer::REJECTED,   Lexer::PER, Lexer::KEY};
  return std::ranges::find(kAsking, before) != std::end(kAsking);
}

}  // namespace

void retag_data_words(Tokens& tokens, std::string_view text) {
  for (size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (tokens[i]->getType() != Lexer::NAME || is_asked_for(tokens[i - 1]->getType())) continue;
    const std::string_view word = text_of(*tokens[i], text);
    const size_t next = tokens[i + 1]->getType();
    if (word == "fresh" && next == Lexer::WITHIN) tokens[i]->setType(Lexer::FRESH);
    // `2 * class` ends where the next field begins.
    const bool field = i + 2 < tokens.size() && tokens[i + 2]->getType() == Lexer::COLON;
    if (word == "class" && next == Lexer::NAME && !field) tokens[i]->setType(Lexer::CLASS);
  }
}

}  // namespace endcap::syntax
