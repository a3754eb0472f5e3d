// Where lines begin.
#include <algorithm>

#include "compiler/syntax/format_parts.h"

namespace endcap::syntax::layout {

Breaks::Breaks(const std::vector<Word>& words)
    : words_(words), spread_(words.size()), lines_before_(words.size() + 1) {
  for (size_t i = 0; i < words.size(); ++i) {
    lines_before_[i + 1] = lines_before_[i] + (words[i].line_before ? 1 : 0);
    if (words[i].type != Lexer::OPEN_BRACE || words[i].family == 0) continue;
    families_.resize(std::max<size_t>(families_.size(), words[i].family + 1));
    families_[words[i].family].push_back(i);
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].type == Lexer::OPEN_BRACE && !spread_[i] && broken_inside(i)) spread_family(i);
  }
}

void Breaks::spread_family(size_t brace) {
  spread_[brace] = true;
  const uint32_t family = words_[brace].family;
  if (family == 0) return;
  for (const size_t other : families_[family]) spread_[other] = !is_empty(other);
}

bool Breaks::hangs(size_t opening) const {
  const bool empty = words_[opening].partner == opening + 1;
  return is_opening(words_[opening]) && !empty && words_[opening + 1].line_before;
}

bool Breaks::line_begins(size_t i) const {
  const Word& word = words_[i];
  if (word.begins == Word::Begins::Declaration || !word.comments.empty()) return true;
  const Word& before = words_[i - 1];
  if (before.type == Lexer::OPEN_BRACE) return spread_[i - 1];
  if (word.type == Lexer::CLOSE_BRACE) return spread_[word.partner];
  if (word.begins == Word::Begins::Item) return spread_[word.block];
  if (is_closing(word)) return hangs(word.partner);
  if (is_opening(before)) return hangs(i - 1);
  return word.line_before && !joined(i);
}

bool Breaks::is_empty(size_t brace) const {
  return words_[brace].partner == brace + 1 && words_[brace + 1].comments.empty();
}

bool Breaks::broken_inside(size_t brace) const {
  return !is_empty(brace) && lines_before_[words_[brace].partner + 1] > lines_before_[brace + 1];
}

// No line begins in the middle of what is read as one.
bool Breaks::joined(size_t i) const {
  const Word& word = words_[i];
  const Word& before = words_[i - 1];
  if (!blank_between(words_, i) || word.type == Lexer::OPEN_BRACE || before.type == Lexer::CLOSE_BRACE)
    return true;
  if (word.type == Lexer::BAR || before.type == Lexer::BAR || word.type == Lexer::UNIT) return true;
  return before.type == Lexer::MINUS && before.rule == Parser::RuleUnary;
}

}  // namespace endcap::syntax::layout
