// endcap breaking: what would become of waiting instances if this version were deployed over another one.
#include <fmt/format.h>
#include <unistd.h>

#include <map>

#include "runtime/serve/clock.h"
#include "tools/endcap/breaking_report.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/project_at.h"
#include "tools/endcap/signatures.h"

namespace endcap::command {

namespace {

struct BreakingOptions {
  std::string against;
  std::string folder = ".";
  Format format = Format::Human;
};

// The signatures of one side; its findings go to stdout when it has errors.
std::expected<ProjectSignatures, Refused> side(const std::filesystem::path& folder, const std::string& name,
                                               Format format) {
  CheckedProject project = check_project(folder);
  if (project.ok()) {
    auto signatures = signatures_of(project);
    if (signatures) return std::move(*signatures);
    if (project.ok()) return std::unexpected(Refused{kInternal, signatures.error()});
  }
  const auto findings = project.diagnostics.sorted(project.sources);
  print(render(findings, project.sources, {format, wants_colour(STDOUT_FILENO)}));
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
  auto after = side(options.folder, options.folder, options.format);
  if (!after) return std::unexpected(after.error());
  ProjectSignatures before;
  if (!old_project->folder) {
    tell(fmt::format("there is no project at {}: everything is new", old_project->name));
  } else {
    auto read = side(*old_project->folder, "The project at " + old_project->name, options.format);
    if (!read) return std::unexpected(read.error());
    before = std::move(*read);
  }
  BreakingReport report{old_project->name,
                        ir::compare(before.signatures, after->signatures),
                        {},
                        ir::compare(before.interfaces, after->interfaces, machine_time().wall())};
  for (const auto& [workflow, text] : after->texts) {
    const auto old_text = before.texts.find(workflow);
    if (old_text != before.texts.end() && old_text->second != text) report.rewritten.insert(workflow);
  }
  return report;
}

int run_breaking(const BreakingOptions& options) {
  const auto report = compare_sides(options);
  if (!report) {
    if (!report.error().message.empty()) tell(report.error().message);
    return report.error().exit_code;
  }
  if (!print(options.format == Format::Json ? json_text(*report) : human_text(*report))) return kInternal;
  tell(fmt::format("{} against {}: {}", options.folder, report->against, summary_text(*report)));
  return report->strands() || report->breaks_partners() ? kFindings : kClean;
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
  static const std::map<std::string, Format> kFormats = {{"human", Format::Human}, {"json", Format::Json}};
  command
      ->add_option("--format", options->format,
                   "human: a line and its findings a workflow; json: for programs")
      ->transform(CLI::CheckedTransformer(kFormats).description("human|json"))
      ->default_str("human");
  command->footer(
      "Example:\n"
      "  endcap breaking --against main workflows\n"
      "  endcap breaking --against ../released workflows --format json\n"
      "\n"
      "It compares what instances depend on (`endcap signature`) and needs no server. Exit code 0: every "
      "instance\n"
      "would have a place to go, and every call of a partner still fits; 1: one could strand, or not fit.");
  command->callback([options, &exit_code] { exit_code = run_breaking(*options); });
}

}  // namespace endcap::command
