// Rendering of `endcap schema diff`.
#include "tools/endcap/schema_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/diag/render_formats.h"

namespace endcap::command {
namespace {

using schema::Change;
using schema::Impact;
using Json = nlohmann::ordered_json;

std::string place_text(const SourceMap& sources, Span span) {
  if (!span.valid()) return "";
  return fmt::format("{}:{}", sources.file(span.source).path,
                     sources.line_column(span.source, span.begin).line);
}

Json place_json(const SourceMap& sources, Span span) {
  if (!span.valid()) return nullptr;
  return {{"path", sources.file(span.source).path},
          {"line", sources.line_column(span.source, span.begin).line}};
}

// Of the project's uses where there is one: a change that nothing uses breaks nothing.
Impact impact_of(const SchemaReport& report, size_t change) {
  if (!report.project) return report.changes[change].impact();
  Impact worst = Impact::None;
  for (const auto& one : report.project->touched[change]) worst = std::max(worst, one.impact);
  return worst;
}

std::string directions(const Change& change) {
  if (change.reading == change.writing || change.impact() != Impact::Breaking) return "";
  if (change.reading == Impact::Breaking) return "reads";
  return "writes";
}

void add_places(std::string& text, const SourceMap& sources, const sema::SchemaUse& use) {
  std::set<std::string> told;
  for (const sema::UsePlace& place : use.places) {
    const std::string at = place_text(sources, place.span);
    if (!told.insert(at + place.declaration).second) continue;
    text += fmt::format("        {}  {}\n", at, place.declaration);
  }
}

void add_change(std::string& text, const SchemaReport& report, size_t index) {
  const Change& change = report.changes[index];
  const SourceMap& sources = report.pair.sources;
  text += fmt::format("{}: {}\n", word(impact_of(report, index)), schema::describe(change));
  const std::string hurt = directions(change);
  if (!change.why.empty() && impact_of(report, index) == Impact::Breaking)
    text += fmt::format("  = {}{}\n", hurt.empty() ? "" : "for " + hurt + ": ", change.why);
  const std::string before = place_text(sources, change.before_span),
                    after = place_text(sources, change.after_span);
  if (!before.empty()) text += fmt::format("  before {}\n", before);
  if (!after.empty()) text += fmt::format("  after  {}\n", after);
  if (!report.project) return;
  for (const auto& one : report.project->touched[index]) {
    text += fmt::format("    {}  {} ({})\n", place_text(sources, one.use->span), one.use->declaration,
                        word(one.impact));
    add_places(text, sources, *one.use);
  }
}

Json json_of(const SchemaReport& report, size_t index) {
  const Change& change = report.changes[index];
  const SourceMap& sources = report.pair.sources;
  Json json{{"element", word(change.element)},
            {"owner", change.owner},
            {"name", change.name},
            {"aspect", word(change.aspect)},
            {"change", word(change.kind)},
            {"old_value", change.before},
            {"new_value", change.after},
            {"reading", word(change.reading)},
            {"writing", word(change.writing)},
            {"impact", word(impact_of(report, index))},
            {"message", schema::describe(change)},
            {"why", change.why},
            {"before", place_json(sources, change.before_span)},
            {"after", place_json(sources, change.after_span)}};
  if (!report.project) return json;
  json["touches"] = Json::array();
  for (const auto& one : report.project->touched[index]) {
    Json places = Json::array();
    for (const sema::UsePlace& place : one.use->places) {
      Json at = place_json(sources, place.span);
      at["declaration"] = place.declaration;
      if (std::ranges::find(places, at) == places.end()) places.push_back(std::move(at));
    }
    Json use = place_json(sources, one.use->span);
    use["declaration"] = one.use->declaration;
    use["impact"] = word(one.impact);
    use["used_by"] = std::move(places);
    json["touches"].push_back(std::move(use));
  }
  return json;
}

Severity severity_of(Impact impact) {
  return impact == Impact::Breaking     ? Severity::Error
         : impact == Impact::Compatible ? Severity::Warning
                                        : Severity::Note;
}

ReportPlace place_of(const SourceMap& sources, Span span, const std::string& folder) {
  return {path_from(folder, sources.file(span.source).path), sources.line_column(span.source, span.begin)};
}

ReportFinding report_of(const Change& change, Impact impact) {
  const std::string name =
      fmt::format("{} {} {}", word(change.element), word(change.aspect), word(change.kind));
  ReportFinding finding{.rule = "schema/" + rule_id(name),
                        .rule_name = name,
                        .severity = severity_of(impact),
                        .message = schema::describe(change)};
  const std::string hurt = directions(change);
  if (!change.why.empty() && impact == Impact::Breaking)
    finding.notes.push_back((hurt.empty() ? "" : "for " + hurt + ": ") + change.why);
  return finding;
}

// The two files are named as the command line does: no folder is put before them.
void add_findings(std::vector<ReportFinding>& findings, const SchemaReport& report, size_t index,
                  const std::string& folder) {
  const Change& change = report.changes[index];
  const SourceMap& sources = report.pair.sources;
  const Span at = change.after_span.valid() ? change.after_span : change.before_span;
  if (!report.project) {
    ReportFinding finding = report_of(change, change.impact());
    if (at.valid()) finding.place = place_of(sources, at, "");
    if (change.before_span.valid() && change.after_span.valid())
      finding.related.emplace_back(place_of(sources, change.before_span, ""), "before");
    findings.push_back(std::move(finding));
    return;
  }
  for (const auto& one : report.project->touched[index]) {
    ReportFinding finding = report_of(change, one.impact);
    finding.message = one.use->declaration + ": " + finding.message;
    if (one.use->span.valid()) finding.place = place_of(sources, one.use->span, folder);
    if (at.valid()) finding.related.emplace_back(place_of(sources, at, ""), "the change");
    for (const sema::UsePlace& place : one.use->places) {
      if (place.span.valid())
        finding.related.emplace_back(place_of(sources, place.span, folder), place.declaration);
    }
    findings.push_back(std::move(finding));
  }
}

std::array<size_t, 4> count_impacts(const SchemaReport& report) {
  std::array<size_t, 4> counts{};
  for (size_t i = 0; i < report.changes.size(); ++i) ++counts[static_cast<size_t>(impact_of(report, i))];
  return counts;
}

}  // namespace

bool SchemaReport::breaks() const {
  if (project) return project->breaks();
  return std::ranges::any_of(changes, [](const Change& one) { return one.impact() == Impact::Breaking; });
}

std::string human_text(const SchemaReport& report, bool colour) {
  std::string text;
  for (const Impact impact : {Impact::Breaking, Impact::Compatible, Impact::Note}) {
    for (size_t i = 0; i < report.changes.size(); ++i) {
      if (impact_of(report, i) == impact) add_change(text, report, i);
    }
  }
  if (!report.project) return text;
  const size_t untouched = count_impacts(report)[0];
  if (untouched != 0)
    text += fmt::format("{} other change{} touch{} nothing of {}\n", untouched, untouched == 1 ? "" : "s",
                        untouched == 1 ? "es" : "", report.project->project);
  if (!report.project->findings.empty()) {
    text += fmt::format("with {} in place, `endcap check` says:\n\n", report.new_path);
    text += render(report.project->findings, report.pair.sources, {Format::Human, colour});
  }
  return text;
}

std::string json_text(const SchemaReport& report) {
  Json changes = Json::array();
  for (size_t i = 0; i < report.changes.size(); ++i) changes.push_back(json_of(report, i));
  Json json{{"old", report.old_path}, {"new", report.new_path}, {"breaks", report.breaks()}};
  if (report.project) {
    json["project"] = report.project->project;
    json["systems"] = report.project->systems;
    json["findings"] =
        Json::parse(render(report.project->findings, report.pair.sources, {Format::Json, false}));
  }
  json["changes"] = std::move(changes);
  return json.dump(2) + "\n";
}

std::vector<ReportFinding> report_findings(const SchemaReport& report, const std::string& folder) {
  std::vector<ReportFinding> findings;
  for (size_t i = 0; i < report.changes.size(); ++i) add_findings(findings, report, i, folder);
  if (!report.project) return findings;
  for (const Diagnostic& each : report.project->findings) {
    findings.push_back(endcap::report_of(each, report.pair.sources, folder));
    for (auto& [at, words] : findings.back().related) {
      for (const std::string& file : {report.old_path, report.new_path}) {
        if (at.path == path_from(folder, file)) at.path = path_from("", file);
      }
    }
  }
  return findings;
}

std::string summary_text(const SchemaReport& report) {
  const auto counts = count_impacts(report);
  std::string text = fmt::format("{} breaking, {} compatible, {} note{}", counts[3], counts[2], counts[1],
                                 counts[1] == 1 ? "" : "s");
  if (report.project)
    text += fmt::format(", {} that touch nothing of {} (system {})", counts[0], report.project->project,
                        fmt::join(report.project->systems, ", "));
  return text;
}

}  // namespace endcap::command
