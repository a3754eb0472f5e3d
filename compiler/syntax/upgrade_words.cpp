// The words of an `upgrades from` clause. They are keywords in it and names everywhere else.
#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

void retag_upgrade_words(Tokens& tokens, std::string_view text) {
  const auto is_word = [&](size_t i, std::string_view word) {
    return i < tokens.size() && tokens[i]->getType() == Lexer::NAME && text_of(*tokens[i], text) == word;
  };
  const auto type = [&](size_t i) { return i < tokens.size() ? tokens[i]->getType() : antlr4::Token::EOF; };
  for (size_t i = 1; i + 2 < tokens.size(); ++i) {
    const bool begins = type(i - 1) == Lexer::OPEN_BRACE || type(i - 1) == Lexer::CLOSE_BRACE;
    if (!begins || !is_word(i, "upgrades") || type(i + 1) != Lexer::FROM) continue;
    tokens[i]->setType(Lexer::UPGRADES);
    size_t each = i + 2;
    while (each < tokens.size() && type(each) != Lexer::OPEN_BRACE) ++each;
    for (; each < tokens.size() && type(each) != Lexer::CLOSE_BRACE; ++each) {
      const size_t before = type(each - 1);
      const bool path = before == Lexer::STEP || before == Lexer::WAIT || before == Lexer::DOT ||
                        before == Lexer::LET || type(each + 1) == Lexer::DOT;
      if (is_word(each, "becomes") && !path) tokens[each]->setType(Lexer::BECOMES);
      // What waits without a name of its own is called after what it is: `task.Look`, `throughout`.
      const bool begins_path = before == Lexer::STEP || before == Lexer::WAIT || before == Lexer::BECOMES;
      if (begins_path && is_keyword(type(each))) tokens[each]->setType(Lexer::NAME);
    }
    i = each;
  }
}

}  // namespace endcap::syntax
