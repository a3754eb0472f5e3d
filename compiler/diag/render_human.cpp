// Diagnostics for people: the sentence, the lines it speaks of with what is meant underlined, notes, and what
// to write instead.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/diag/render_formats.h"

namespace endcap {

namespace {

constexpr size_t kExcerptColumnsMax = 120;
constexpr size_t kTabColumns = 4;

struct Mark {
  Span span;
  std::string text;
  bool primary = false;
};

class HumanRenderer {
 public:
  HumanRenderer(const Diagnostic& diagnostic, const SourceMap& sources, bool colour)
      : diagnostic_(diagnostic), sources_(sources), colour_(colour) {}

  std::string render() {
    const auto& entry = info(diagnostic_.kind);
    out_ += paint(severity_colour(), fmt::format("{} {}", severity_word(entry.severity), entry.code));
    out_ += paint("1", fmt::format(": {}", printable(message(diagnostic_)))) + "\n";
    collect_marks();
    margin_ = std::to_string(largest_line_).size();
    for (size_t i = 0; i < files_.size(); ++i) excerpt_of_file(i);
    if (files_.empty() && (!diagnostic_.notes.empty() || diagnostic_.fix)) margin_ = 1;
    for (const auto& note : diagnostic_.notes) remark("note", printable(note));
    if (diagnostic_.fix) remark("fix", printable(diagnostic_.fix->title));
    return std::move(out_);
  }

 private:
  struct FileMarks {
    SourceId source;
    std::map<uint32_t, std::vector<Mark>> lines;
  };

  std::string paint(std::string_view style, std::string_view text) const {
    return colour_ && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", style, text) : std::string(text);
  }
  std::string_view severity_colour() const {
    switch (info(diagnostic_.kind).severity) {
      case Severity::Error:
        return "1;31";
      case Severity::Warning:
        return "1;33";
      default:
        return "1;36";
    }
  }

  void collect_marks() {
    add(Mark{diagnostic_.span, "", true});
    for (const Label& label : diagnostic_.labels) add(Mark{label.span, printable(label.text), false});
  }

  void add(Mark mark) {
    if (!mark.span.valid()) return;
    auto file = std::ranges::find(files_, mark.span.source, &FileMarks::source);
    if (file == files_.end()) file = files_.insert(files_.end(), {mark.span.source, {}});
    const uint32_t line = sources_.line_column(mark.span.source, mark.span.begin).line;
    largest_line_ = std::max(largest_line_, line);
    auto& marks = file->lines[line];
    // A label on the very place of the primary mark is its text.
    const auto same = std::ranges::find_if(
        marks, [&](const Mark& m) { return m.primary && m.text.empty() && m.span == mark.span; });
    if (same != marks.end()) {
      same->text = std::move(mark.text);
    } else {
      marks.push_back(std::move(mark));
    }
  }

  void gutter(std::string_view number, std::string_view bar) {
    out_ += paint("1;34", fmt::format("{:>{}} {}", number, margin_, bar));
  }

  void excerpt_of_file(size_t index) {
    const FileMarks& file = files_[index];
    const auto& [line, marks] = *file.lines.begin();
    const bool primary_file = index == 0 && diagnostic_.span.valid();
    const Span at = primary_file ? diagnostic_.span : marks.front().span;
    const auto place = sources_.line_column(at.source, at.begin);
    out_ += std::string(margin_, ' ') + paint("1;34", primary_file ? "-->" : ":::");
    out_ += fmt::format(" {}:{}:{}\n", sources_.file(file.source).path, place.line, place.column);
    gutter("", "|");
    out_ += '\n';
    uint32_t last = 0;
    for (const auto& [number, line_marks] : file.lines) {
      if (last != 0 && number > last + 1) out_ += paint("1;34", "...") + "\n";
      excerpt_of_line(file.source, number, line_marks);
      last = number;
    }
  }

  void excerpt_of_line(SourceId source, uint32_t number, const std::vector<Mark>& marks) {
    const std::string_view written = sources_.line_text(source, number);
    const auto line_begin = static_cast<uint32_t>(written.data() - sources_.file(source).text.data());
    // The columns shown: a line of a schema file can be as long as the file.
    const auto first = std::ranges::min(marks, {}, [](const Mark& m) { return m.span.begin; });
    const size_t first_mark = columns(written.substr(0, offset_in(written, first.span.begin, line_begin)));
    const size_t from = first_mark > kExcerptColumnsMax * 3 / 4 ? first_mark - kExcerptColumnsMax / 4 : 0;
    gutter(std::to_string(number), "|");
    const std::string shown = clip(expand(written), from);
    out_ += (shown.empty() ? "" : " " + shown) + "\n";
    for (const Mark& mark : marks) underline(written, line_begin, mark, from);
  }

  void underline(std::string_view written, uint32_t line_begin, const Mark& mark, size_t from) {
    const size_t begin = columns(written.substr(0, offset_in(written, mark.span.begin, line_begin)));
    const size_t end = columns(written.substr(0, offset_in(written, mark.span.end, line_begin)));
    if (begin < from || begin > from + kExcerptColumnsMax) return;
    const size_t length =
        std::min(std::max<size_t>(end, begin + 1) - begin, from + kExcerptColumnsMax + 1 - begin);
    const std::string_view style = mark.primary ? severity_colour() : std::string_view("1;34");
    gutter("", "|");
    out_ += ' ' + std::string(begin - from + (from > 0 ? 1 : 0), ' ');
    out_ += paint(style, std::string(length, mark.primary ? '^' : '-') +
                             (mark.text.empty() ? "" : " " + mark.text)) +
            "\n";
  }

  void remark(std::string_view kind, std::string_view text) {
    out_ +=
        std::string(margin_ + 1, ' ') + paint("1;34", "=") + ' ' + paint(kind == "fix" ? "1;32" : "1", kind);
    out_ += fmt::format(": {}\n", text);
  }

  static size_t offset_in(std::string_view line, uint32_t offset, uint32_t line_begin) {
    return std::min<size_t>(line.size(), offset > line_begin ? offset - line_begin : 0);
  }

  static std::string expand(std::string_view text) {
    std::string tabs_gone;
    for (const char c : text) {
      if (c == '\t') {
        tabs_gone.append(kTabColumns, ' ');
      } else {
        tabs_gone += c;
      }
    }
    return printable(tabs_gone);
  }

  static bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }
  static size_t columns(std::string_view text) {
    return static_cast<size_t>(std::ranges::count_if(expand(text), begins_character));
  }

  // `kExcerptColumnsMax` characters from `from` on, with dots where something was left out.
  static std::string clip(const std::string& text, size_t from) {
    std::string result = from > 0 ? "\u2026" : "";
    size_t column = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      if (begins_character(text[i])) ++column;
      if (column > from + kExcerptColumnsMax) return result + "\u2026";
      if (column > from) result += text[i];
    }
    while (result.ends_with(' ')) result.pop_back();
    return result;
  }

  const Diagnostic& diagnostic_;
  const SourceMap& sources_;
  const bool colour_;
  std::string out_;
  std::vector<FileMarks> files_;
  uint32_t largest_line_ = 1;
  size_t margin_ = 1;
};

}  // namespace

std::string render_human(const Diagnostic& diagnostic, const SourceMap& sources, bool colour) {
  return HumanRenderer(diagnostic, sources, colour).render();
}

}  // namespace endcap
