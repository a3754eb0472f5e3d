// Diagnostics as workflow commands of GitHub Actions: the runner shows them beside the lines of a pull
// request. docs.github.com, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit,
// core/src/command.ts.
#include <fmt/format.h>

#include "compiler/diag/render_formats.h"

namespace endcap {

namespace {

std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result;
}

std::string escaped_text(std::string_view text) { return escaped(text, "%\r\n"); }
std::string escaped_property(std::string_view text) { return escaped(text, "%\r\n:,"); }

std::string_view command(Severity severity) {
  return severity == Severity::Note ? "notice" : severity_word(severity);
}

std::string place(const Diagnostic& d, const SourceMap& sources, const std::string& folder) {
  const auto begin = sources.line_column(d.span.source, d.span.begin);
  const auto end = sources.line_column(d.span.source, d.span.end);
  const std::string path = path_from(folder, sources.file(d.span.source).path);
  std::string result =
      fmt::format("file={},line={},endLine={}", escaped_property(path), begin.line, end.line);
  // The runner drops columns of an annotation that covers several lines, with a complaint.
  if (begin.line == end.line) result += fmt::format(",col={}", begin.column);
  return result + ",";
}

std::string sentences(const Diagnostic& d, const SourceMap& sources, const std::string& folder) {
  std::string text = printable(message(d));
  for (const Label& label : d.labels) {
    if (!label.span.valid()) continue;
    const auto at = sources.line_column(label.span.source, label.span.begin);
    text += fmt::format("\n{}:{}:{}: {}", path_from(folder, sources.file(label.span.source).path), at.line,
                        at.column, printable(label.text));
  }
  for (const std::string& note : d.notes) text += "\nnote: " + printable(note);
  if (d.fix) text += "\nfix: " + printable(d.fix->title);
  return text;
}

}  // namespace

std::string render_github(const Diagnostic& diagnostic, const SourceMap& sources, const std::string& folder) {
  const DiagnosticInfo& entry = info(diagnostic.kind);
  return fmt::format("::{} {}title={}::{}\n", command(entry.severity),
                     diagnostic.span.valid() ? place(diagnostic, sources, folder) : std::string(),
                     escaped_property(entry.code), escaped_text(sentences(diagnostic, sources, folder)));
}

}  // namespace endcap
