// endcap breaking: what would become of waiting instances if this version were deployed over another one.
#include <fmt/format.h>

#include "runtime/serve/clock.h"
#include "tools/endcap/breaking_report.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/outputs.h"
#include "tools/endcap/project_at.h"
#include "tools/endcap/signatures.h"

namespace endcap::command {

namespace {

struct BreakingOptions {
  std::string against;
  std::string folder = ".";
  Outputs outputs;
};

// The signatures of one side; its findings are what is told when it has errors.
std::expected<ProjectSignatures, Refused> side(const std::filesystem::path& folder, const std::string& name,
                                               const Outputs& outputs) {
  CheckedProject project = check_project(folder);
  if (project.ok()) {
    auto signatures = signatures_of(project);
    if (signatures) return std::move(*signatures);
    if (project.ok()) return std::unexpected(Refused{kInternal, signatures.error()});
  }
  const auto findings = project.diagnostics.sorted(project.sources);
  if (!outputs.write(say_findings(findings, project.sources, folder)))
    return std::unexpected(Refused{kInternal, ""});
  return std::unexpected(Refused{
      kFindings,
      fmt::format("{} has errors: {}. Only what compiles can be compared.", name, summary(findings))});
}

std::expected<BreakingReport, Refused> compare_sides(const BreakingOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    return std::unexpected(Refused{
        kInternal,
        fmt::format("There is no folder {}: name the one with the project's endcap.toml.", options.folder)});
  }
  auto old_project = project_at(options.against, options.folder);
  if (!old_project) return std::unexpected(old_project.error());
  auto after = side(options.folder, options.folder, options.outputs);
  if (!after) return std::unexpected(after.error());
  ProjectSignatures before;
  if (!old_project->folder) {
    tell(fmt::format("there is no project at {}: everything is new", old_project->name));
  } else {
    auto read = side(*old_project->folder, "The project at " + old_project->name, options.outputs);
    if (!read) return std::unexpected(read.error());
    before = std::move(*read);
  }
  BreakingReport report{old_project->name,
                        ir::compare(before.signatures, after->signatures),
                        {},
                        ir::compare(before.interfaces, after->interfaces, machine_time().wall()),
                        ir::compare(before.carriers, after->carriers),
                        ir::compare(before.calendars, after->calendars),
                        ir::compare(before.labels, after->labels),
                        std::move(after->places)};
  for (const auto& [workflow, text] : after->texts) {
    const auto old_text = before.texts.find(workflow);
    if (old_text != before.texts.end() && old_text->second != text) report.rewritten.insert(workflow);
  }
  return report;
}

std::string report_as(const BreakingReport& report, const BreakingOptions& options, Format format) {
  if (format == Format::Human) return human_text(report);
  if (format == Format::Json) return json_text(report);
  const std::string folder = format == Format::Short ? "" : folder_from_here(options.folder);
  return report_text(report_findings(report, folder), format, "endcap breaking", options.folder);
}

int run_breaking(BreakingOptions& options) {
  if (const auto read = options.outputs.parse(); !read) {
    tell(read.error());
    return kUsage;
  }
  const auto report = compare_sides(options);
  if (!report) {
    if (!report.error().message.empty()) tell(report.error().message);
    return report.error().exit_code;
  }
  const bool written =
      options.outputs.write([&](Format format, bool) { return report_as(*report, options, format); });
  if (!written) return kInternal;
  tell(fmt::format("{} against {}: {}", options.folder, report->against, summary_text(*report)));
  const bool fails =
      report->strands() || report->breaks_partners() || report->leaves_behind() || report->reuses_versions();
  return fails ? kFindings : kClean;
}

}  // namespace

void add_breaking(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<BreakingOptions>();
  auto* command = app.add_subcommand(
      "breaking", "Tell what would become of waiting instances if this version replaced another one");
  command
      ->add_option("--against", options->against,
                   "The other version: a commit, branch or tag of the project's git repository, or a folder")
      ->required();
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  options->outputs.add_to(*command, Outputs::kAll,
                          "human: a line and its findings a workflow; short: one line a finding; json: for "
                          "programs; sarif, github, junit: for build servers");
  command->footer(
      "Example:\n"
      "  endcap breaking --against main workflows\n"
      "  endcap breaking --against ../released workflows --format json\n"
      "  endcap breaking --against main workflows --format github --output sarif=breaking.sarif\n"
      "\n"
      "It compares what instances depend on (`endcap signature`) and needs no server. Exit code 0: every "
      "instance\n"
      "would have a place to go, every call of a partner still fits, no route or sync is gone and no\n"
      "calendar has changed under its old version; 1: one could strand, not fit, or leave behind what\n"
      "waits in it, or a calendar needs a new version.");
  command->callback([options, &exit_code] { exit_code = run_breaking(*options); });
}

}  // namespace endcap::command
