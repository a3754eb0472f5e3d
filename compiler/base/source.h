// Source files, positions in them, and the map that turns positions into lines and columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace endcap {

// Index of a file in a SourceMap. Schema files have one too, so that a diagnostic can point into them.
enum class SourceId : uint32_t { None = 0xffffffff };

// Half-open byte range [begin, end) in one source file. `end == begin` is a caret.
struct Span {
  SourceId source = SourceId::None;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool valid() const { return source != SourceId::None; }
  friend bool operator==(const Span&, const Span&) = default;
};

// Smallest span that covers both; they must lie in the same file.
Span cover(Span first, Span last);

// 1-based line and column; the column counts Unicode code points.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};

struct SourceFile {
  std::string path;   // as shown to people: relative to the project's folder where possible
  std::string text;   // UTF-8
  std::vector<uint32_t> line_starts;
};

// Owns every text that was read. Ids stay valid for the life of the map.
class SourceMap {
 public:
  SourceId add(std::string path, std::string text);
  const SourceFile& file(SourceId id) const;
  size_t size() const { return files_.size(); }
  LineColumn line_column(SourceId id, uint32_t offset) const;
  std::string_view line_text(SourceId id, uint32_t line) const;  // without the line end
  std::string_view text(Span span) const;

 private:
  std::vector<SourceFile> files_;
};

}  // namespace endcap
