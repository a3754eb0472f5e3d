// How a text is set, in four steps: words with what the grammar says of them, lines of words, blanks that
// align the lines, text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/format.h"
#include "compiler/syntax/trees.h"

namespace endcap::syntax::layout {

// A comment stands in front of a word: behind the word before it on the same line, or on lines of its own.
struct Comment {
  std::string_view text;  // from `--` on, without blanks at its end
  bool own_line = false;
  bool blank_before = false;  // the author left a blank line above it
};

// A token as it is to be set.
struct Word {
  // What begins with it: an item of a block has a line of its own, a soft one has the block's indentation
  // where its author broke the line.
  enum class Begins : uint8_t { Nothing, SoftItem, Item, Declaration };

  std::string_view text;
  size_t type = 0;
  size_t rule = 0;  // of the parser, around it
  Begins begins = Begins::Nothing;
  uint32_t depth = 0;   // blocks open around it; a brace stands outside of its own block
  size_t block = 0;     // the index of the innermost open brace, where there is one
  size_t partner = 0;   // of a bracket or brace: the index of its other end; of others their own
  uint32_t family = 0;  // of a brace: blocks of one `when .. otherwise ..` have the same; 0: it stands alone
  bool line_before = false;   // the author began a line with it
  bool blank_before = false;  // and left a blank line above it, below its comments
  std::vector<Comment> comments;
};

struct Script {
  std::vector<Word> words;
  std::vector<Comment> last_comments;  // behind the last word
};

// Nothing, and a diagnostic, when a declaration can't be read.
std::optional<Script> read_script(const SourceMap& sources, SourceId source, Diagnostics& diagnostics);

// Whether a blank separates words[i] from the word before it when both stand on one line.
bool blank_between(const std::vector<Word>& words, size_t i);

struct Line {
  bool blank_before = false;
  uint32_t indent = 0;
  size_t begin = 0;  // words [begin, end); none in a line that is a comment only
  size_t end = 0;
  std::string_view comment;  // behind the words; may be empty
  bool has_words() const { return begin != end; }
};

// Where lines begin. A block is spread when it takes several lines, its items one each; the constructor
// spreads those that their author did.
class Breaks {
 public:
  explicit Breaks(const std::vector<Word>& words);

  bool spread(size_t brace) const { return spread_[brace]; }
  void spread_family(size_t brace);  // and the blocks that belong to it
  // The author began a line behind the parenthesis: what is in it stands on lines between its two ends.
  bool hangs(size_t opening) const;
  bool line_begins(size_t i) const;

 private:
  bool is_empty(size_t brace) const;
  bool broken_inside(size_t brace) const;
  bool joined(size_t i) const;

  const std::vector<Word>& words_;
  std::vector<bool> spread_;
  std::vector<std::vector<size_t>> families_;  // their braces
  std::vector<size_t> lines_before_;           // lines the author began with one of the first i words
};

std::vector<Line> lay_out(const Script& script);

// Blanks to set in front of each word, beyond blank_between, so that columns of adjacent lines align.
std::vector<uint32_t> align(const std::vector<Word>& words, const std::vector<Line>& lines);

std::string print(const std::vector<Word>& words, const std::vector<Line>& lines,
                  const std::vector<uint32_t>& padding);

// As a reader counts them: code points.
uint32_t columns(std::string_view text);

inline bool is_opening(const Word& word) {
  return word.type == Lexer::OPEN_PAREN || word.type == Lexer::OPEN_BRACKET;
}
inline bool is_closing(const Word& word) {
  return word.type == Lexer::CLOSE_PAREN || word.type == Lexer::CLOSE_BRACKET;
}
inline bool is_item(const Word& word) { return word.begins >= Word::Begins::Item; }

}  // namespace endcap::syntax::layout
