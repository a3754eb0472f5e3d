// Findings as workflow commands of GitHub Actions: the runner shows them beside the lines of a pull
// request. docs.github.com, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit,
// core/src/command.ts.
#include <fmt/format.h>

#include "compiler/diag/render_formats.h"
#include "compiler/diag/report.h"

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

std::string properties(const ReportPlace& place) {
  const uint32_t last = place.end ? place.end->line : place.begin.line;
  std::string result =
      fmt::format("file={},line={},endLine={}", escaped_property(place.path), place.begin.line, last);
  // The runner drops columns of an annotation that covers several lines, with a complaint.
  if (place.end && place.begin.line == last) result += fmt::format(",col={}", place.begin.column);
  return result + ",";
}

std::string sentences(const ReportFinding& finding) {
  std::string text = printable(finding.message);
  for (const auto& [at, words] : finding.related) {
    text += fmt::format("\n{}:{}", at.path, at.begin.line);
    if (at.end) text += fmt::format(":{}", at.begin.column);
    text += ": " + printable(words);
  }
  for (const std::string& note : finding.notes) text += "\nnote: " + printable(note);
  if (finding.edit) text += "\nfix: " + printable(finding.edit->title);
  return text;
}

}  // namespace

std::string github_command(const ReportFinding& finding) {
  return fmt::format("::{} {}title={}::{}\n", command(finding.severity),
                     finding.place ? properties(*finding.place) : std::string(),
                     escaped_property(finding.rule), escaped_text(sentences(finding)));
}

}  // namespace endcap
