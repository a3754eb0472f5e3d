// Diagnostics as findings of a report, and findings as a line.
#include "compiler/diag/report.h"

#include <fmt/format.h>

#include <cctype>

#include "compiler/diag/render_formats.h"

namespace endcap {

namespace {

ReportPlace place_of(Span span, const SourceMap& sources, const std::string& folder) {
  return {path_from(folder, sources.file(span.source).path), sources.line_column(span.source, span.begin),
          sources.line_column(span.source, span.end)};
}

}  // namespace

std::string rule_id(std::string_view words) {
  std::string id;
  for (const char c : words) {
    const auto byte = static_cast<unsigned char>(c);
    id += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : c == '/' ? c : '-';
  }
  return id;
}

ReportFinding report_of(const Diagnostic& diagnostic, const SourceMap& sources, const std::string& folder) {
  const DiagnosticInfo& entry = info(diagnostic.kind);
  ReportFinding finding{.rule = std::string(entry.code),
                        .rule_name = std::string(entry.name),
                        .help = std::string(explanation(entry.kind)),
                        .severity = entry.severity,
                        .message = message(diagnostic)};
  if (diagnostic.span.valid()) finding.place = place_of(diagnostic.span, sources, folder);
  for (const Label& label : diagnostic.labels) {
    if (label.span.valid()) finding.related.emplace_back(place_of(label.span, sources, folder), label.text);
  }
  finding.notes = diagnostic.notes;
  const auto& fix = diagnostic.fix;
  if (fix && fix->span.valid())
    finding.edit = {place_of(fix->span, sources, folder), fix->replacement, fix->title, fix->safe};
  return finding;
}

std::string short_line(const ReportFinding& finding) {
  std::string place;
  if (finding.place) {
    place = fmt::format("{}:{}", finding.place->path, finding.place->begin.line);
    if (finding.place->end) place += fmt::format(":{}", finding.place->begin.column);
    place += ": ";
  }
  return fmt::format("{}{} {}: {}\n", place, severity_word(finding.severity), finding.rule,
                     printable(finding.message));
}

}  // namespace endcap
