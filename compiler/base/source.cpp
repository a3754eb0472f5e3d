// Positions in source files: spans, lines, and columns that count what a person counts.
#include "compiler/base/source.h"

#include <algorithm>

namespace endcap {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// LF, CRLF and a lone CR each end a line.
std::vector<uint32_t> find_line_starts(std::string_view text) {
  std::vector<uint32_t> starts{0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\n' || text[i] == '\r') starts.push_back(static_cast<uint32_t>(i + 1));
  }
  return starts;
}

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

}  // namespace

Span cover(Span first, Span last) {
  if (!first.valid()) return last;
  if (!last.valid() || first.source != last.source) return first;
  return {first.source, std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

SourceId SourceMap::add(std::string path, std::string text) {
  auto starts = find_line_starts(text);
  files_.push_back({std::move(path), std::move(text), std::move(starts)});
  return static_cast<SourceId>(files_.size() - 1);
}

const SourceFile& SourceMap::file(SourceId id) const { return files_.at(static_cast<size_t>(id)); }

LineColumn SourceMap::line_column(SourceId id, uint32_t offset) const {
  const SourceFile& source = file(id);
  offset = std::min(offset, static_cast<uint32_t>(source.text.size()));
  const auto next = std::upper_bound(source.line_starts.begin(), source.line_starts.end(), offset);
  const auto line = static_cast<uint32_t>(next - source.line_starts.begin());
  uint32_t begin = source.line_starts[line - 1];
  if (begin == 0 && source.text.starts_with(kByteOrderMark)) begin = std::min<uint32_t>(3, offset);
  const auto counted = std::string_view(source.text).substr(begin, offset - begin);
  return {line, 1 + static_cast<uint32_t>(std::ranges::count_if(counted, starts_code_point))};
}

std::string_view SourceMap::line_text(SourceId id, uint32_t line) const {
  const SourceFile& source = file(id);
  if (line == 0 || line > source.line_starts.size()) return {};
  const uint32_t begin = source.line_starts[line - 1];
  const size_t end = line < source.line_starts.size() ? source.line_starts[line] : source.text.size();
  auto text = std::string_view(source.text).substr(begin, end - begin);
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (line == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(3);
  return text;
}

std::string_view SourceMap::text(Span span) const {
  if (!span.valid()) return {};
  const std::string_view whole = file(span.source).text;
  const size_t begin = std::min<size_t>(span.begin, whole.size());
  return whole.substr(begin, std::max<size_t>(span.end, begin) - begin);
}

}  // namespace endcap
