// One blank between words, or none.
#include <algorithm>

#include "compiler/syntax/format_parts.h"

namespace endcap::syntax::layout {

namespace {

bool is_angle(const Word& word) {
  return word.rule == Parser::RuleType && (word.type == Lexer::LESS || word.type == Lexer::GREATER);
}

// A call, parameters, the numbers of a type: the parenthesis belongs to the name before it.
bool calls(const Word& before) {
  return before.rule == Parser::RuleName || before.rule == Parser::RuleSoftKeyword || is_closing(before) ||
         is_angle(before);
}

bool never_blank_before(const Word& word) {
  return word.type == Lexer::COMMA || word.type == Lexer::DOT || word.type == Lexer::COLON ||
         is_closing(word) || is_angle(word);
}

bool never_blank_behind(const Word& word) {
  return word.type == Lexer::DOT || is_opening(word) || (is_angle(word) && word.type == Lexer::LESS);
}

}  // namespace

bool blank_between(const std::vector<Word>& words, size_t i) {
  const Word& before = words[i - 1];
  const Word& word = words[i];
  if (never_blank_behind(before) || never_blank_before(word)) return false;
  if (word.type == Lexer::OPEN_BRACKET && word.rule == Parser::RuleLookup) return false;
  if (is_opening(word) && word.type == Lexer::OPEN_PAREN) return !calls(before);
  // Two signs side by side could begin a comment.
  if (before.type == Lexer::MINUS && before.rule == Parser::RuleUnary) return word.type == Lexer::MINUS;
  return true;
}

uint32_t columns(std::string_view text) {
  return static_cast<uint32_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace endcap::syntax::layout
