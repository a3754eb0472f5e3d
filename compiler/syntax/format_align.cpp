// Columns of adjacent lines. Which lines have columns, and where, is told by the words they begin and end
// with.
#include <algorithm>
#include <optional>

#include "compiler/syntax/format_parts.h"

namespace endcap::syntax::layout {

namespace {

// Lines of the same shape, one under the other, are aligned.
enum class Shape : uint8_t { None, TableRow, PolicyRow, Arm, Handler, Part, Field, Let, Type };

struct Columns {
  Shape shape = Shape::None;
  std::vector<size_t> words;  // each begins a column
};

class ColumnFinder {
 public:
  ColumnFinder(const std::vector<Word>& words, const Line& line) : words_(words), line_(line) {}

  Columns find(bool whole) const {
    const Word& first = words_[line_.begin];
    if (first.begins < Word::Begins::Item) return {};
    if (first.type == Lexer::BAR) return row(whole);
    if (!whole) return {};
    switch (first.type) {
      case Lexer::ON:
        return type(1) == Lexer::EVENT ? Columns() : short_block(Shape::Handler);
      case Lexer::STEP:
      case Lexer::BRANCH:
        return short_block(Shape::Part);
      case Lexer::LET:
        return at_first(Shape::Let, {Lexer::ASSIGN});
      default:
        break;
    }
    if (first.type == Lexer::TYPE && first.begins == Word::Begins::Declaration)
      return at_first(Shape::Type, {Lexer::ASSIGN});
    return type(1) == Lexer::COLON ? field() : Columns();
  }

 private:
  size_t type(size_t i) const {
    return line_.begin + i < line_.end ? words_[line_.begin + i].type : antlr4::Token::EOF;
  }
  const Word& last() const { return words_[line_.end - 1]; }

  // `| cover | margin |`, `| permit when ..`, `| low, high { .. }`
  Columns row(bool whole) const {
    if (last().type == Lexer::CLOSE_BRACE) return whole ? short_block(Shape::Arm) : Columns();
    if (last().type != Lexer::BAR) return at_first(Shape::PolicyRow, {Lexer::WHEN, Lexer::OTHERWISE});
    Columns result{Shape::TableRow, {}};
    for (size_t i = line_.begin + 1; i < line_.end; ++i) {
      if (words_[i].type == Lexer::BAR) result.words.push_back(i);
    }
    return result;
  }

  Columns short_block(Shape shape) const {
    if (last().type != Lexer::CLOSE_BRACE || last().partner <= line_.begin) return {};
    return {shape, {last().partner}};
  }

  Columns field() const {
    if (line_.begin + 2 >= line_.end) return {};
    Columns result{Shape::Field, {line_.begin + 2}};
    if (const auto assign = first_of({Lexer::ASSIGN})) result.words.push_back(*assign);
    return result;
  }

  Columns at_first(Shape shape, std::initializer_list<size_t> types) const {
    const auto found = first_of(types);
    return found ? Columns{shape, {*found}} : Columns();
  }

  // Outside of brackets, behind the first word.
  std::optional<size_t> first_of(std::initializer_list<size_t> types) const {
    for (size_t i = line_.begin + 1; i < line_.end; ++i) {
      if (words_[i].partner > i) i = words_[i].partner;
      if (i < line_.end && std::ranges::find(types, words_[i].type) != types.end()) return i;
    }
    return std::nullopt;
  }

  const std::vector<Word>& words_;
  const Line& line_;
};

class Aligner {
 public:
  Aligner(const std::vector<Word>& words, const std::vector<Line>& lines)
      : words_(words), lines_(lines), padding_(words.size()) {}

  std::vector<uint32_t> run() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].blank_before) end_group();
      if (!lines_[i].has_words()) continue;
      const bool continues_row = words_[lines_[i].begin].begins == Word::Begins::Nothing &&
                                 group_shape() == Shape::PolicyRow &&
                                 words_[lines_[i].begin].type != Lexer::CLOSE_BRACE;
      if (continues_row) continue;
      Columns columns = ColumnFinder(words_, lines_[i]).find(is_whole(i));
      const bool joins =
          !group_.empty() && columns.shape == group_shape() && block_of(i) == block_of(group_.back().line);
      if (!joins) end_group();
      if (columns.shape != Shape::None) group_.push_back({i, std::move(columns)});
    }
    end_group();
    return std::move(padding_);
  }

 private:
  struct Row {
    size_t line;
    Columns columns;
  };

  Shape group_shape() const { return group_.empty() ? Shape::None : group_.back().columns.shape; }
  size_t block_of(size_t line) const {
    const Word& first = words_[lines_[line].begin];
    return first.depth == 0 ? words_.size() : first.block;
  }

  // All of its item stands on this line.
  bool is_whole(size_t line) const {
    const size_t next = lines_[line].end;
    if (next == words_.size()) return true;
    return is_item(words_[next])
               ? words_[next].depth <= words_[lines_[line].begin].depth
               : words_[next].type == Lexer::CLOSE_BRACE && words_[next].partner < lines_[line].begin;
  }

  uint32_t width_to(const Line& line, size_t end) const {
    uint32_t width = line.indent;
    for (size_t i = line.begin; i < end; ++i) {
      width += columns(words_[i].text) + (i > line.begin && blank_between(words_, i) ? 1 : 0) + padding_[i];
    }
    return width;
  }

  void end_group() {
    std::vector<uint32_t> widths;
    size_t count = 0;
    for (const Row& row : group_) {
      widths.push_back(width_to(lines_[row.line], lines_[row.line].end));
      count = std::max(count, row.columns.words.size());
    }
    for (size_t column = 0; column < count; ++column) align_column(column);
    for (size_t i = 0; i < group_.size(); ++i) {
      const Line& line = lines_[group_[i].line];
      if (widths[i] <= kLineColumns && width_to(line, line.end) > kLineColumns) undo();
    }
    group_.clear();
  }

  void align_column(size_t column) {
    const auto has = [&](const Row& row) { return column < row.columns.words.size(); };
    const auto width = [&](const Row& row) { return width_to(lines_[row.line], row.columns.words[column]); };
    uint32_t widest = 0;
    for (const Row& row : group_) {
      if (has(row)) widest = std::max(widest, width(row));
    }
    for (const Row& row : group_) {
      if (has(row)) padding_[row.columns.words[column]] = widest - width(row);
    }
  }

  // Aligned, a line would not fit any more.
  void undo() {
    for (const Row& row : group_) {
      for (const size_t word : row.columns.words) padding_[word] = 0;
    }
  }

  const std::vector<Word>& words_;
  const std::vector<Line>& lines_;
  std::vector<uint32_t> padding_;
  std::vector<Row> group_;
};

}  // namespace

std::vector<uint32_t> align(const std::vector<Word>& words, const std::vector<Line>& lines) {
  return Aligner(words, lines).run();
}

}  // namespace endcap::syntax::layout
