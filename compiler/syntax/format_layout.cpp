// Words to lines: how far they are indented, which blocks don't fit on one, and the comments and blank lines
// between them.
#include "compiler/syntax/format_parts.h"

namespace endcap::syntax::layout {

namespace {

constexpr uint32_t kIndent = 2;
constexpr uint32_t kContinuationIndent = 4;

// The indentation of lines, told word by word.
class Indenter {
 public:
  Indenter(const std::vector<Word>& words, const Breaks& breaks) : words_(words), breaks_(breaks) {}

  // Of the line that word i begins.
  uint32_t indent(size_t i) const {
    const Word& word = words_[i];
    const uint32_t block = kIndent * word.depth;
    if (word.begins != Word::Begins::Nothing || word.type == Lexer::OPEN_BRACE ||
        word.type == Lexer::CLOSE_BRACE)
      return block;
    const size_t before = words_[i - 1].type;
    if (before == Lexer::OPEN_BRACE || before == Lexer::CLOSE_BRACE) return block;
    if (!open_.empty() && open_.back().hangs) {
      if (word.partner == open_.back().opening) return open_.back().indent;
      const bool element = i - 1 == open_.back().opening || before == Lexer::COMMA;
      if (element) return open_.back().indent + kIndent;
    }
    for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
      if (open->hangs) return open->indent + kIndent + kContinuationIndent;
    }
    return block + kContinuationIndent;
  }

  // Of a comment on a line of its own in front of word i: what closes stands outside of what is closed.
  uint32_t comment_indent(size_t i) const {
    const Word& word = words_[i];
    const bool closes = word.type == Lexer::CLOSE_BRACE || (is_closing(word) && breaks_.hangs(word.partner));
    return indent(i) + (closes ? kIndent : 0);
  }

  void pass(size_t i, uint32_t line_indent) {
    if (is_opening(words_[i])) open_.push_back({i, line_indent, breaks_.hangs(i)});
    if (is_closing(words_[i])) open_.pop_back();
  }

 private:
  struct Open {
    size_t opening;
    uint32_t indent;  // of its line
    bool hangs;
  };
  const std::vector<Word>& words_;
  const Breaks& breaks_;
  std::vector<Open> open_;
};

// From word `begin` to the end of its line, no further than it takes to see that it does not fit.
bool fits(const std::vector<Word>& words, const Breaks& breaks, size_t begin, uint32_t indent) {
  uint32_t width = indent + columns(words[begin].text);
  for (size_t i = begin + 1; i < words.size() && !breaks.line_begins(i) && width <= kLineColumns; ++i) {
    width += (blank_between(words, i) ? 1 : 0) + columns(words[i].text);
  }
  return width <= kLineColumns;
}

void spread_what_does_not_fit(const std::vector<Word>& words, Breaks& breaks) {
  Indenter indenter(words, breaks);
  size_t line = 0;
  uint32_t indent = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (breaks.line_begins(i)) {
      line = i;
      indent = indenter.indent(i);
    }
    const bool one_line =
        words[i].type == Lexer::OPEN_BRACE && !breaks.spread(i) && words[i].partner != i + 1;
    if (one_line && !fits(words, breaks, line, indent)) breaks.spread_family(i);
    indenter.pass(i, indent);
  }
}

class LineBuilder {
 public:
  LineBuilder(const Script& script, const Breaks& breaks)
      : words_(script.words),
        last_comments_(script.last_comments),
        breaks_(breaks),
        indenter_(words_, breaks) {}

  std::vector<Line> build() {
    for (size_t i = 0; i < words_.size(); ++i) {
      if (breaks_.line_begins(i)) begin_line(i);
      lines_.back().end = i + 1;
      indenter_.pass(i, lines_.back().indent);
    }
    comments(last_comments_, words_.size(), 0, true);
    return std::move(lines_);
  }

 private:
  void begin_line(size_t i) {
    const Word& word = words_[i];
    const bool may_be_apart = is_item(word) || word.type == Lexer::CLOSE_BRACE;
    const size_t lines_before = lines_.size();
    comments(word.comments, i, indenter_.comment_indent(i), may_be_apart);
    const bool apart = word.blank_before && is_item(word) && !first_in_block();
    lines_.push_back({apart, indenter_.indent(i), i, i, {}});
    if (word.begins == Word::Begins::Declaration) set_apart(i, lines_before);
  }

  void comments(const std::vector<Comment>& comments, size_t i, uint32_t indent, bool may_be_apart) {
    for (const Comment& comment : comments) {
      if (!comment.own_line) {
        lines_.back().comment = comment.text;
        continue;
      }
      const bool apart = comment.blank_before && may_be_apart && !first_in_block();
      lines_.push_back({apart, indent, i, i, comment.text});
    }
  }

  // What is long has a blank line above and below it, and so has the module's name.
  void set_apart(size_t i, size_t lines_before) {
    const bool spacious = takes_space(i);
    bool apart = lines_before == 0 || !(spacious || last_spacious_);
    for (size_t line = lines_before; line < lines_.size(); ++line) apart = apart || lines_[line].blank_before;
    if (!apart) lines_[lines_before].blank_before = true;
    last_spacious_ = spacious;
  }

  bool takes_space(size_t declaration) const {
    if (words_[declaration].type == Lexer::MODULE) return true;
    for (size_t i = declaration; i < words_.size(); ++i) {
      if (i > declaration && words_[i].begins == Word::Begins::Declaration) return false;
      if (words_[i].type == Lexer::OPEN_BRACE && breaks_.spread(i)) return true;
    }
    return false;
  }

  bool first_in_block() const {
    return lines_.empty() ||
           (lines_.back().has_words() && words_[lines_.back().end - 1].type == Lexer::OPEN_BRACE);
  }

  const std::vector<Word>& words_;
  const std::vector<Comment>& last_comments_;
  const Breaks& breaks_;
  Indenter indenter_;
  std::vector<Line> lines_;
  bool last_spacious_ = false;
};

}  // namespace

std::vector<Line> lay_out(const Script& script) {
  Breaks breaks(script.words);
  spread_what_does_not_fit(script.words, breaks);
  return LineBuilder(script, breaks).build();
}

}  // namespace endcap::syntax::layout
