// Rendering of `endcap breaking`.
#include "tools/endcap/breaking_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/diag/render_formats.h"

namespace endcap::command {
namespace {

using ir::UpgradeFinding;
using ir::WorkflowUpgrade;
using Verdict = WorkflowUpgrade::Verdict;

std::string versions(const WorkflowUpgrade& upgrade) {
  if (upgrade.old_version == 0) return fmt::format("version {}", upgrade.new_version);
  if (upgrade.new_version == 0) return fmt::format("version {}", upgrade.old_version);
  return fmt::format("version {} -> {}", upgrade.old_version, upgrade.new_version);
}

std::string points(size_t count) { return fmt::format("{} wait point{}", count, count == 1 ? "" : "s"); }

// What the verdict means in a sentence.
std::string meaning(const BreakingReport& report, const WorkflowUpgrade& upgrade) {
  switch (upgrade.verdict) {
    case Verdict::Same:
      return report.rewritten.contains(upgrade.workflow)
                 ? "safe: its text changed, what instances depend on did not"
                 : "safe: nothing changed";
    case Verdict::New:
      return "new: no instance waits in it";
    case Verdict::Maps:
      return fmt::format("safe: every instance has a place to go ({} as before, {} new)",
                         points(upgrade.unchanged.size()), upgrade.added.size());
    case Verdict::Strands:
      return fmt::format("would strand instances ({} as before)", points(upgrade.unchanged.size()));
  }
  return "";
}

std::string place_text(const UpgradeFinding::Place& place) {
  if (place.line == 0) return place.path;
  return fmt::format("{}:{}  {}", place.file, place.line, place.path);
}

void add_finding(std::string& text, const UpgradeFinding& finding, const WorkflowUpgrade& upgrade) {
  text += fmt::format("  {}\n", ir::describe(finding));
  for (const UpgradeFinding::Place& place : finding.places)
    text += fmt::format("    --> {}\n", place_text(place));
  text += fmt::format("    = {}\n", ir::remedy(finding, upgrade));
}

const char* carrier_word(const ir::CarrierFinding& finding) { return finding.gone.sync ? "sync" : "route"; }

nlohmann::ordered_json json_of(const UpgradeFinding& finding, const WorkflowUpgrade& upgrade) {
  nlohmann::ordered_json places = nlohmann::ordered_json::array();
  for (const UpgradeFinding::Place& place : finding.places) {
    nlohmann::ordered_json one{{"wait_point", place.path}, {"path", nullptr}, {"line", nullptr}};
    if (place.line != 0) one["path"] = place.file, one["line"] = place.line;
    places.push_back(std::move(one));
  }
  return {{"kind", ir::word(finding.kind)},
          {"subject", finding.subject},
          {"before", finding.before},
          {"after", finding.after},
          {"message", ir::describe(finding)},
          {"remedy", ir::remedy(finding, upgrade)},
          {"needs_clause", finding.clause_helps},
          {"places", std::move(places)}};
}

nlohmann::ordered_json json_of(const ir::CalendarFinding& finding) {
  return {{"kind", "version not raised"}, {"calendar", finding.calendar}, {"old_version", finding.before},
          {"new_version", finding.after}, {"changed", finding.changed},   {"message", ir::describe(finding)},
          {"remedy", ir::remedy(finding)}};
}

// An upgrade that strands, at the wait points that it holds for; where they are gone, at the workflow.
ReportFinding report_of(const UpgradeFinding& finding, const WorkflowUpgrade& upgrade,
                        const std::optional<ReportPlace>& workflow, const std::string& folder) {
  ReportFinding result{.rule = "breaking/" + rule_id(ir::word(finding.kind)),
                       .rule_name = std::string(ir::word(finding.kind)),
                       .message = upgrade.workflow + ": " + ir::describe(finding),
                       .place = workflow,
                       .notes = {ir::remedy(finding, upgrade)}};
  bool first = true;
  for (const UpgradeFinding::Place& place : finding.places) {
    if (place.line == 0) continue;
    const ReportPlace at{path_from(folder, place.file), {place.line, 1}};
    if (first) {
      result.place = at;
    } else {
      result.related.emplace_back(at, place.path);
    }
    first = false;
  }
  return result;
}

}  // namespace

bool BreakingReport::strands() const {
  return std::ranges::any_of(upgrades,
                             [](const WorkflowUpgrade& one) { return one.verdict == Verdict::Strands; });
}

bool BreakingReport::breaks_partners() const {
  return std::ranges::any_of(partners, [](const ir::InterfaceFinding& one) { return !one.is_note(); });
}

std::string human_text(const BreakingReport& report) {
  std::string text;
  for (const WorkflowUpgrade& upgrade : report.upgrades) {
    text += fmt::format("{}, {}: {}\n", upgrade.workflow, versions(upgrade), meaning(report, upgrade));
    for (const UpgradeFinding& finding : upgrade.findings) add_finding(text, finding, upgrade);
    for (const std::string& path : upgrade.lost)
      text +=
          fmt::format("  the clause names `{}`, which version {} does not have\n", path, upgrade.old_version);
  }
  for (size_t i = 0; i < report.partners.size(); ++i) {
    const ir::InterfaceFinding& finding = report.partners[i];
    const bool same = i > 0 && report.partners[i - 1].interface == finding.interface &&
                      report.partners[i - 1].version == finding.version;
    if (!same)
      text += fmt::format("interface {}, version {}: partners notice\n", finding.interface, finding.version);
    text += fmt::format("  {}\n", ir::describe(finding));
  }
  for (const ir::CarrierFinding& finding : report.carriers)
    text += fmt::format("{} {}: something is left behind\n  {}\n    = {}\n", carrier_word(finding),
                        finding.gone.name, ir::describe(finding), ir::remedy(finding));
  for (const ir::CalendarFinding& finding : report.calendars)
    text += fmt::format("calendar {}: its version is not raised\n  {}\n    = {}\n", finding.calendar,
                        ir::describe(finding), ir::remedy(finding));
  if (!report.labels.empty()) text += "advice: whoever uses these gets it where there was none\n";
  for (const ir::LabelFinding& finding : report.labels) {
    text += fmt::format("  {}\n", ir::describe(finding));
    if (!finding.users.empty()) text += fmt::format("    used by {}\n", fmt::join(finding.users, ", "));
  }
  return text;
}

std::string json_text(const BreakingReport& report) {
  nlohmann::ordered_json workflows = nlohmann::ordered_json::array();
  for (const WorkflowUpgrade& upgrade : report.upgrades) {
    nlohmann::ordered_json findings = nlohmann::ordered_json::array();
    for (const UpgradeFinding& finding : upgrade.findings) findings.push_back(json_of(finding, upgrade));
    nlohmann::ordered_json one{{"workflow", upgrade.workflow},
                               {"old_version", nullptr},
                               {"new_version", nullptr},
                               {"verdict", ir::word(upgrade.verdict)},
                               {"text_changed", report.rewritten.contains(upgrade.workflow)},
                               {"unchanged", upgrade.unchanged},
                               {"added", upgrade.added},
                               {"clause_names_nothing", upgrade.lost},
                               {"findings", std::move(findings)}};
    if (upgrade.old_version != 0) one["old_version"] = upgrade.old_version;
    if (upgrade.new_version != 0) one["new_version"] = upgrade.new_version;
    workflows.push_back(std::move(one));
  }
  nlohmann::ordered_json partners = nlohmann::ordered_json::array();
  for (const ir::InterfaceFinding& finding : report.partners) {
    partners.push_back({{"kind", ir::word(finding.kind)},
                        {"note", finding.is_note()},
                        {"interface", finding.interface},
                        {"version", finding.version},
                        {"operation", finding.operation},
                        {"parameter", finding.parameter},
                        {"before", finding.before},
                        {"after", finding.after},
                        {"message", ir::describe(finding)}});
  }
  nlohmann::ordered_json carriers = nlohmann::ordered_json::array();
  for (const ir::CarrierFinding& finding : report.carriers) {
    carriers.push_back({{"kind", "gone"},
                        {"carrier", carrier_word(finding)},
                        {"name", finding.gone.name},
                        {"carried", finding.gone.carried},
                        {"from", finding.gone.from},
                        {"to", finding.gone.to},
                        {"message", ir::describe(finding)},
                        {"remedy", ir::remedy(finding)}});
  }
  nlohmann::ordered_json calendars = nlohmann::ordered_json::array();
  for (const ir::CalendarFinding& finding : report.calendars) calendars.push_back(json_of(finding));
  nlohmann::ordered_json labels = nlohmann::ordered_json::array();
  for (const ir::LabelFinding& finding : report.labels) {
    labels.push_back({{"kind", ir::word(finding.kind)},
                      {"subject", finding.subject},
                      {"part", finding.part},
                      {"by", finding.by},
                      {"users", finding.users},
                      {"message", ir::describe(finding)}});
  }
  return nlohmann::ordered_json{{"against", report.against},
                                {"strands", report.strands()},
                                {"breaks_partners", report.breaks_partners()},
                                {"leaves_behind", report.leaves_behind()},
                                {"reuses_versions", report.reuses_versions()},
                                {"workflows", std::move(workflows)},
                                {"interfaces", std::move(partners)},
                                {"carriers", std::move(carriers)},
                                {"calendars", std::move(calendars)},
                                {"labels", std::move(labels)}}
             .dump(2) +
         "\n";
}

std::vector<ReportFinding> report_findings(const BreakingReport& report, const std::string& folder) {
  std::vector<ReportFinding> findings;
  const auto place_of = [&](const std::string& declaration) -> std::optional<ReportPlace> {
    const auto found = report.places.find(declaration);
    if (found == report.places.end()) return std::nullopt;
    return ReportPlace{path_from(folder, found->second.first), {found->second.second, 1}};
  };
  for (const WorkflowUpgrade& upgrade : report.upgrades) {
    const auto workflow = place_of(upgrade.workflow);
    for (const UpgradeFinding& finding : upgrade.findings)
      findings.push_back(report_of(finding, upgrade, workflow, folder));
    for (const std::string& path : upgrade.lost)
      findings.push_back({.rule = "breaking/clause-names-nothing",
                          .rule_name = "clause names nothing",
                          .severity = Severity::Warning,
                          .message = fmt::format("{}: the clause names `{}`, which version {} does not have",
                                                 upgrade.workflow, path, upgrade.old_version),
                          .place = workflow});
  }
  for (const ir::InterfaceFinding& finding : report.partners) {
    findings.push_back({.rule = "breaking/partners-" + rule_id(ir::word(finding.kind)),
                        .rule_name = "partners: " + std::string(ir::word(finding.kind)),
                        .severity = finding.is_note() ? Severity::Note : Severity::Error,
                        .message = fmt::format("interface {}, version {}: {}", finding.interface,
                                               finding.version, ir::describe(finding)),
                        .place = place_of(fmt::format("{}/{}", finding.interface, finding.version))});
  }
  // What is gone stands nowhere in the new version.
  for (const ir::CarrierFinding& finding : report.carriers)
    findings.push_back(
        {.rule = "breaking/carrier-gone",
         .rule_name = "carrier gone",
         .severity = Severity::Error,
         .message = fmt::format("{} {}: {}", carrier_word(finding), finding.gone.name, ir::describe(finding)),
         .place = std::nullopt});
  for (const ir::CalendarFinding& finding : report.calendars)
    findings.push_back({.rule = "breaking/calendar-version-not-raised",
                        .rule_name = "calendar version not raised",
                        .severity = Severity::Error,
                        .message = fmt::format("calendar {}: {}", finding.calendar, ir::describe(finding)),
                        .place = std::nullopt,
                        .notes = {ir::remedy(finding)}});
  for (const ir::LabelFinding& finding : report.labels)
    findings.push_back({.rule = "breaking/" + rule_id(ir::word(finding.kind)),
                        .rule_name = std::string(ir::word(finding.kind)),
                        .severity = Severity::Note,
                        .message = ir::describe(finding),
                        .place = place_of(finding.subject)});
  return findings;
}

std::string summary_text(const BreakingReport& report) {
  size_t stranding = 0, fresh = 0;
  for (const WorkflowUpgrade& upgrade : report.upgrades) {
    stranding += upgrade.verdict == Verdict::Strands;
    fresh += upgrade.verdict == Verdict::New;
  }
  const size_t safe = report.upgrades.size() - stranding - fresh;
  const auto broken =
      std::ranges::count_if(report.partners, [](const ir::InterfaceFinding& one) { return !one.is_note(); });
  std::string more;
  if (broken > 0)
    more += fmt::format("; {} thing{} that partners rely on {} broken", broken, broken == 1 ? "" : "s",
                        broken == 1 ? "is" : "are");
  if (const size_t gone = report.carriers.size(); gone > 0)
    more += fmt::format("; {} route{} or sync{} {} gone", gone, gone == 1 ? "" : "s", gone == 1 ? "" : "s",
                        gone == 1 ? "is" : "are");
  if (const size_t reused = report.calendars.size(); reused > 0)
    more += fmt::format("; {} calendar{} {} another one under {} old version", reused, reused == 1 ? "" : "s",
                        reused == 1 ? "is" : "are", reused == 1 ? "its" : "their");
  return fmt::format("{} workflow{} would strand instances, {} {} safe, {} {} new{}", stranding,
                     stranding == 1 ? "" : "s", safe, safe == 1 ? "is" : "are", fresh,
                     fresh == 1 ? "is" : "are", more);
}

}  // namespace endcap::command
