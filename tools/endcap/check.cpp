// endcap check: a project against the metadata of its systems.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "compiler/ir/lower.h"
#include "tools/common/check_cache.h"
#include "tools/common/compile_project.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/outputs.h"

namespace endcap::command {

namespace {

struct CheckOptions {
  std::string folder = ".";
  std::string emit;
  Outputs outputs;
  bool lock = false, no_cache = false;
};

// Pins what is there now. The check that follows sees the new lock.
bool pin_schemas(const CheckOptions& options, int& exit_code) {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(options.folder, sources, diagnostics);
  for (auto& system : project.systems) {
    if (!system.schema) return true;  // the check says why
  }
  std::string error;
  if (!write_lock(project, error)) {
    tell(error);
    exit_code = kInternal;
    return false;
  }
  tell(fmt::format("pinned {} schema{} in {}", project.systems.size(), project.systems.size() == 1 ? "" : "s",
                   (std::filesystem::path(options.folder) / "endcap.lock").string()));
  return true;
}

// The error is one sentence: a defect of the compiler. `flow` is the Flow IR, when it is asked for.
std::expected<CheckResult, std::string> check_now(const CheckOptions& options, std::string& flow) {
  CheckedProject project = check_project(options.folder);
  if (project.ok()) {
    const auto lowered = lower_project(project);
    // What only shows in lowering is a finding like any other.
    if (!lowered && project.ok()) return std::unexpected(lowered.error());
    if (lowered && !options.emit.empty()) flow = ir::print(*lowered);
  }
  CheckResult result;
  result.findings = project.diagnostics.sorted(project.sources);
  result.name = project.project.name;
  result.modules = project.modules.size();
  result.systems = project.project.systems.size();
  result.sources = std::move(project.sources);
  return result;
}

std::expected<CheckResult, std::string> check_or_find(const CheckOptions& options, std::string& flow,
                                                      bool& unchanged) {
  if (options.no_cache || !options.emit.empty()) return check_now(options, flow);
  const CheckCache cache(default_cache(), options.folder);
  if (auto kept = cache.find()) {
    unchanged = true;
    return std::move(*kept);
  }
  auto result = check_now(options, flow);
  if (result) cache.keep(*result);
  return result;
}

int run_check(CheckOptions& options) {
  if (const auto read = options.outputs.parse(); !read) {
    tell(read.error());
    return kUsage;
  }
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    tell(fmt::format("there is no folder {}: name the one with the project's endcap.toml", options.folder));
    return kInternal;
  }
  int exit_code = kClean;
  if (options.lock && !pin_schemas(options, exit_code)) return exit_code;

  const auto started = std::chrono::steady_clock::now();
  std::string flow;
  bool unchanged = false;
  const auto result = check_or_find(options, flow, unchanged);
  if (!result) {
    tell(result.error());
    return kInternal;
  }
  const bool emits = !options.emit.empty();
  const Outputs::Say say = say_findings(result->findings, result->sources, options.folder);
  const bool filed = options.outputs.write_files(say);
  const std::string text = say(options.outputs.format(), wants_colour(emits ? STDERR_FILENO : STDOUT_FILENO));
  if (emits) {
    std::fputs(text.c_str(), stderr);
  } else if (!print(text)) {
    return kInternal;
  }
  if (!print(flow)) return kInternal;
  std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - started;
  tell(fmt::format(
      "{}: {} ({} module{}, {} system{}, {:.0f} ms{})", result->name.empty() ? options.folder : result->name,
      summary(result->findings), result->modules, result->modules == 1 ? "" : "s", result->systems,
      result->systems == 1 ? "" : "s", taken.count(), unchanged ? ", unchanged since it was checked" : ""));
  if (!filed) return kInternal;
  return result->findings.empty() ? kClean : kFindings;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  auto* command =
      app.add_subcommand("check", "Check a project: syntax, types, schemas, policies, deadlines, advice");
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  options->outputs.add_to(*command, Outputs::kAll,
                          "human: with excerpts; short: one line a finding; json: for programs; sarif, "
                          "github, junit: for build servers");
  command->add_option("--emit", options->emit, "Print the Flow IR to stdout; findings go to stderr then")
      ->check(CLI::IsMember({"ir"}));
  command->add_flag("--lock", options->lock, "Pin the schemas as they are now in endcap.lock, then check");
  command->add_flag("--no-cache", options->no_cache,
                    "Check anew, even when nothing has changed since the last check");
  command->footer(
      "Example:\n"
      "  endcap check workflows\n"
      "  endcap check workflows --format short | grep EC03\n"
      "  endcap check workflows --output sarif=endcap.sarif --output junit=endcap.xml\n"
      "  endcap check workflows --format github     in a job of GitHub Actions\n"
      "  endcap check workflows --lock              after a system was upgraded on purpose\n"
      "\n"
      "A warning is a finding too: exit code 0 means that nothing was found.\n"
      "What was found is kept under $XDG_CACHE_HOME/endcap (or ~/.cache/endcap) and told again as long as "
      "no\n"
      "file of the project and no schema has changed.");
  command->callback([options, &exit_code] { exit_code = run_check(*options); });
}

}  // namespace endcap::command
