// Comma-separated values to cells, with their places in the file.
#include "compiler/syntax/sheet.h"

#include <algorithm>
#include <string_view>

namespace endcap {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

class SheetReader {
 public:
  SheetReader(std::string_view text, SourceId source, Diagnostics& diagnostics)
      : text_(text), source_(source), diagnostics_(diagnostics) {}

  std::optional<Sheet> read() {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    separator_ = separator_of_header();
    Sheet sheet{.source = source_, .header = {}, .rows = {}};
    while (at_ < text_.size()) {
      SheetRow row;
      if (!read_row(row)) return std::nullopt;
      const bool blank = row.cells.size() == 1 && row.cells[0].text.empty();
      if (blank) continue;
      if (sheet.header.empty()) {
        sheet.header = std::move(row.cells);
      } else {
        sheet.rows.push_back(std::move(row));
      }
    }
    if (!sheet.header.empty()) return sheet;
    return unreadable(span(0, 0), "its first line names the columns, and it has none");
  }

 private:
  Span span(size_t begin, size_t end) const {
    return {source_, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }

  std::nullopt_t unreadable(Span at, std::string why) {
    diagnostics_.emit(DiagnosticKind::SheetUnreadable, at, {std::move(why)});
    return std::nullopt;
  }

  // What stands between names can't stand in one.
  char separator_of_header() const {
    const size_t first = text_.find_first_not_of("\r\n", at_);
    if (first == text_.npos) return ',';
    const std::string_view header = text_.substr(first, text_.find('\n', first) - first);
    const size_t found = header.find_first_of(",;\t");
    return found == header.npos ? ',' : header[found];
  }

  bool at_end_of_cell() const {
    return at_ == text_.size() || text_[at_] == separator_ || text_[at_] == '\n';
  }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  // Leaves `at_` behind the end of the line.
  bool read_row(SheetRow& row) {
    const size_t begin = at_;
    for (;;) {
      if (!read_cell(row)) return false;
      const bool more = at_ < text_.size() && text_[at_] == separator_;
      if (!more) break;
      ++at_;
    }
    size_t end = at_;
    while (end > begin && is_blank(text_[end - 1])) --end;
    row.span = span(begin, end);
    if (at_ < text_.size()) ++at_;
    return true;
  }

  bool read_cell(SheetRow& row) {
    while (!at_end_of_cell() && is_blank(text_[at_])) ++at_;
    return !at_end_of_cell() && text_[at_] == '"' ? read_quoted(row) : read_plain(row);
  }

  bool read_plain(SheetRow& row) {
    const size_t begin = at_;
    while (!at_end_of_cell()) ++at_;
    add(row, begin, at_);
    return true;
  }

  bool read_quoted(SheetRow& row) {
    const size_t open = at_++;
    for (;;) {
      at_ = text_.find('"', at_);
      if (at_ == text_.npos) {
        unreadable(span(open, open + 1), "this quote is not closed");
        return false;
      }
      const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == '"';
      if (!doubled) break;
      at_ += 2;
    }
    const size_t close = at_++;
    while (!at_end_of_cell() && is_blank(text_[at_])) ++at_;
    if (!at_end_of_cell()) {
      unreadable(span(close, close + 1),
                 "behind the closing quote the cell ends; a quote inside is written twice");
      return false;
    }
    add(row, open + 1, close);
    std::string& text = row.cells.back().text;
    for (size_t quote = 0; (quote = text.find("\"\"", quote)) != text.npos; ++quote) text.erase(quote, 1);
    return true;
  }

  void add(SheetRow& row, size_t begin, size_t end) const {
    while (end > begin && (is_blank(text_[end - 1]) || text_[end - 1] == '\n')) --end;
    while (begin < end && (is_blank(text_[begin]) || text_[begin] == '\n')) ++begin;
    row.cells.push_back({std::string(text_.substr(begin, end - begin)), span(begin, end)});
  }

  std::string_view text_;
  SourceId source_;
  Diagnostics& diagnostics_;
  size_t at_ = 0;
  char separator_ = ',';
};

}  // namespace

std::optional<Sheet> read_sheet(const SourceMap& sources, SourceId source, Diagnostics& diagnostics) {
  return SheetReader(sources.file(source).text, source, diagnostics).read();
}

}  // namespace endcap
