// Lines to text; comments behind adjacent lines stand in one column.
#include <algorithm>

#include "compiler/syntax/format_parts.h"

namespace endcap::syntax::layout {

namespace {

constexpr uint32_t kBlanksBeforeComment = 2;

std::string code_of(const std::vector<Word>& words, const Line& line, const std::vector<uint32_t>& padding) {
  std::string text(line.indent, ' ');
  for (size_t i = line.begin; i < line.end; ++i) {
    if (i > line.begin && blank_between(words, i)) text += ' ';
    text.append(padding[i], ' ');
    text += words[i].text;
  }
  return text;
}

bool comment_follows(const Line& line) { return line.has_words() && !line.comment.empty(); }

// The end of the lines from `begin` whose comments stand in one column.
size_t comment_group(const std::vector<Line>& lines, size_t begin) {
  size_t end = begin + 1;
  while (end < lines.size() && comment_follows(lines[end]) && !lines[end].blank_before &&
         lines[end].indent == lines[begin].indent) {
    ++end;
  }
  return end;
}

// Blanks between each line of a group and its comment.
void set_comments(std::vector<std::string>& code, const std::vector<Line>& lines, size_t begin, size_t end) {
  uint32_t widest = 0;
  for (size_t i = begin; i < end; ++i) widest = std::max(widest, columns(code[i]));
  const bool aligned =
      std::all_of(lines.begin() + static_cast<ptrdiff_t>(begin), lines.begin() + static_cast<ptrdiff_t>(end),
                  [&](const Line& line) {
                    const std::string& text = code[static_cast<size_t>(&line - lines.data())];
                    const uint32_t comment = kBlanksBeforeComment + columns(line.comment);
                    return columns(text) + comment > kLineColumns || widest + comment <= kLineColumns;
                  });
  for (size_t i = begin; i < end; ++i) {
    code[i].append(kBlanksBeforeComment + (aligned ? widest - columns(code[i]) : 0), ' ');
    code[i] += lines[i].comment;
  }
}

}  // namespace

std::string print(const std::vector<Word>& words, const std::vector<Line>& lines,
                  const std::vector<uint32_t>& padding) {
  std::vector<std::string> code;
  for (const Line& line : lines) {
    code.push_back(code_of(words, line, padding));
    if (!line.has_words()) code.back() += line.comment;
  }
  for (size_t i = 0; i < lines.size();) {
    const size_t end = comment_follows(lines[i]) ? comment_group(lines, i) : i + 1;
    if (comment_follows(lines[i])) set_comments(code, lines, i, end);
    i = end;
  }
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].blank_before) text += '\n';
    text += code[i];
    text += '\n';
  }
  return text;
}

}  // namespace endcap::syntax::layout
