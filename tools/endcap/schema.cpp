// endcap schema diff: what changed between two metadata files, and whom it hurts.
#include <fmt/format.h>

#include "compiler/schema/project.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/outputs.h"
#include "tools/endcap/schema_report.h"

namespace endcap::command {

namespace {

struct DiffOptions {
  std::string old_path, new_path;
  std::optional<std::string> project;
  Outputs outputs;
};

std::expected<std::optional<schema::Schema>, Refused> read(const std::string& path, SchemaPair& pair) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return std::unexpected(Refused{
        kInternal, fmt::format("There is no file {}: name the metadata as the system gave it (XML).", path)});
  }
  return import_schema(path, path, pair.sources, pair.diagnostics);
}

std::expected<void, Refused> read_both(const DiffOptions& options, SchemaPair& pair) {
  auto before = read(options.old_path, pair);
  if (!before) return std::unexpected(before.error());
  auto after = read(options.new_path, pair);
  if (!after) return std::unexpected(after.error());
  pair.before = std::move(*before);
  pair.after = std::move(*after);
  if (pair.before && pair.after) return {};
  std::vector<Diagnostic> errors;
  for (const Diagnostic& one : pair.diagnostics.sorted(pair.sources)) {
    if (info(one.kind).severity == Severity::Error) errors.push_back(one);
  }
  if (!options.outputs.write(say_findings(errors, pair.sources, ".")))
    return std::unexpected(Refused{kInternal, ""});
  return std::unexpected(Refused{kFindings, "Only two files that can be read can be compared."});
}

// The project that was named, or the one in the current folder when it uses the schema.
std::expected<void, Refused> add_project(const DiffOptions& options, SchemaPair& pair, SchemaReport& report) {
  const std::string folder = options.project.value_or(".");
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::path(folder) / "endcap.toml", error)) {
    if (!options.project) return {};
    return std::unexpected(Refused{
        kInternal, fmt::format("There is no project in {}: name the folder with its endcap.toml.", folder)});
  }
  auto impact = project_impact(folder, pair, report.changes, options.outputs);
  if (!impact) return std::unexpected(impact.error());
  report.project = std::move(*impact);
  if (report.project || !options.project) return {};
  return std::unexpected(Refused{
      kUsage,
      fmt::format("No system of the project {} has the schema {}: neither its hash nor its namespace ({}).",
                  folder, options.old_path, fmt::join(pair.before->namespaces, ", "))});
}

std::string report_as(const SchemaReport& report, const DiffOptions& options, Format format, bool colour) {
  if (format == Format::Human) return human_text(report, colour);
  if (format == Format::Json) return json_text(report);
  const std::filesystem::path folder = options.project.value_or(".");
  const std::string here = format == Format::Short ? "" : folder_from_here(folder);
  return report_text(report_findings(report, here), format, "endcap schema diff", folder);
}

int run_diff(DiffOptions& options) {
  if (const auto given = options.outputs.parse(); !given) {
    tell(given.error());
    return kUsage;
  }
  auto refused = [](const Refused& why) {
    if (!why.message.empty()) tell(why.message);
    return why.exit_code;
  };
  SchemaPair pair;
  if (auto done = read_both(options, pair); !done) return refused(done.error());
  SchemaReport report{options.old_path, options.new_path, pair, schema::diff(*pair.before, *pair.after),
                      std::nullopt};
  if (auto done = add_project(options, pair, report); !done) return refused(done.error());
  const bool written = options.outputs.write(
      [&](Format format, bool colour) { return report_as(report, options, format, colour); });
  if (!written) return kInternal;
  tell(fmt::format("{} -> {}: {}", options.old_path, options.new_path, summary_text(report)));
  return report.breaks() ? kFindings : kClean;
}

}  // namespace

void add_schema(CLI::App& app, int& exit_code) {
  auto* group = app.add_subcommand("schema", "Compare the metadata of a system before and after its upgrade");
  group->require_subcommand(1);
  auto options = std::make_shared<DiffOptions>();
  auto* command =
      group->add_subcommand("diff", "Tell what changed between two metadata files, and whom it hurts");
  command->add_option("OLD", options->old_path, "The metadata before: OData V2 or V4, as the system gave it")
      ->required();
  command->add_option("NEW", options->new_path, "The metadata after")->required();
  command->add_option(
      "--project", options->project,
      "The project to look at (default: the current folder, when a system of it has this schema)");
  options->outputs.add_to(*command, Outputs::kAll,
                          "human: what breaks first; short: one line a change and place; json: for programs; "
                          "sarif, github, junit: for build servers");
  command->footer(
      "Example:\n"
      "  endcap schema diff schemas/erp.edmx erp-2027.edmx\n"
      "  endcap schema diff schemas/erp.edmx erp-2027.edmx --project workflows --format json\n"
      "  endcap schema diff schemas/erp.edmx erp-2027.edmx --output sarif=upgrade.sarif\n"
      "\n"
      "Reads and writes want opposite things: a shorter text is refused when it is written, a longer one may "
      "not fit\n"
      "where it is read into. With a project each change is held against what the project uses, with file "
      "and line.\n"
      "Exit code 1: something breaking touches the project, or, without one, something is breaking.");
  command->callback([options, &exit_code] { exit_code = run_diff(*options); });
  group->footer("Example:\n  endcap schema diff schemas/erp.edmx erp-2027.edmx");
}

}  // namespace endcap::command
