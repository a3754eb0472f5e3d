// endcap test: the tests of a project, in virtual time.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tools/endcap/commands.h"
#include "tools/endcap/outputs.h"
#include "tools/testing/report.h"

namespace endcap::command {
namespace {

struct TestOptions {
  std::string folder = ".";
  testing::RunOptions run;
  Outputs outputs;
  bool missed = false, complete = false;
};

// Where people don't read stdout, they see on stderr why there are no results.
int tell_findings(const CheckedProject& project, const TestOptions& options) {
  const auto findings = project.diagnostics.sorted(project.sources);
  const Outputs::Say say = say_findings(findings, project.sources, options.folder);
  if (options.outputs.format() != Format::Human)
    std::fputs(say(Format::Human, wants_colour(STDERR_FILENO)).c_str(), stderr);
  const bool written = options.outputs.write([&](Format format, bool colour) {
    return format == Format::Json ? testing::json_report({}, say(Format::Json, false)) : say(format, colour);
  });
  if (!written) return kInternal;
  tell(fmt::format("{} has errors: {}. No test was run", options.folder, summary(findings)));
  return kFindings;
}

std::string report_as(const testing::Report& report, const TestOptions& options, Format format) {
  const std::string folder = folder_from_here(options.folder);
  const bool missed = options.missed || options.complete;
  switch (format) {
    case Format::Human:
      return testing::human_report(report, missed);
    case Format::Json:
      return testing::json_report(report);
    case Format::Junit:
      return testing::junit_report(report, folder);
    default:
      return report_text(testing::report_findings(report, format == Format::Short ? "" : folder, missed),
                         format, "test", options.folder);
  }
}

size_t missed_places(const testing::Report& report) {
  size_t missed = 0;
  for (const auto& group : report.coverage.groups) missed += group.missed.size();
  return missed;
}

std::string places(size_t count) { return count == 1 ? "one place" : fmt::format("{} places", count); }

int run_project_tests(TestOptions& options) {
  if (const auto read = options.outputs.parse(); !read) {
    tell(read.error());
    return kUsage;
  }
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    tell(fmt::format("there is no folder {}: name the one with the project's endcap.toml", options.folder));
    return kInternal;
  }
  CheckedProject project = check_project(options.folder);
  if (!project.ok()) return tell_findings(project, options);
  if (project.program.tests.empty()) {
    tell(fmt::format("{} has no tests. One begins with: test \"what must hold\" {{", options.folder));
    return kFindings;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto ran = testing::run_tests(project, options.run);
  if (!ran && !project.ok()) return tell_findings(project, options);
  if (!ran) {
    tell(ran.error());
    return kInternal;
  }
  const testing::Report& report = *ran;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
  if (report.results.empty()) {
    tell(fmt::format("no test has \"{}\" in its name or module; there are {}", options.run.filter,
                     report.left_out));
    return kUsage;
  }
  const bool written =
      options.outputs.write([&](Format format, bool) { return report_as(report, options, format); });
  tell(fmt::format("{} tests, {} failed, {:.2f} s", report.results.size(), report.failed(), taken.count()));
  const size_t missed = options.complete ? missed_places(report) : 0;
  if (missed != 0) tell(fmt::format("coverage is not complete: no test has been to {}", places(missed)));
  if (!written) return kInternal;
  return report.failed() == 0 && missed == 0 ? kClean : kFindings;
}

}  // namespace

void add_test(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TestOptions>();
  options->run.jobs = std::max(1u, std::thread::hardware_concurrency());
  auto* command = app.add_subcommand(
      "test", "Run a project's tests: weeks in virtual time, people and systems by the script");
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  command->add_option("--filter", options->run.filter, "Only tests with this text in their name or module");
  command->add_option("--jobs", options->run.jobs, "How many tests run side by side")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  options->outputs.add_to(*command, Outputs::kAll,
                          "human: a line a test, a timeline for those that fail; short: a line for each "
                          "that failed; json: for programs; sarif, github, junit: for build servers");
  command->add_flag("--coverage", options->missed,
                    "List the steps, branches, deadline paths and policy rows that no test has been to");
  command->add_flag("--complete", options->complete,
                    "Coverage must be complete: what no test has been to is listed, and the exit code is 1");
  command->footer(
      "Example:\n"
      "  endcap test workflows\n"
      "  endcap test workflows --filter \"late approval\"\n"
      "  endcap test workflows --complete --output junit=tests.xml\n"
      "  endcap test workflows --format github     failures beside the lines of a pull request\n"
      "\n"
      "Nothing is called for real, and no time passes. Exit code 0: all passed; 1: a test failed, the "
      "project has errors or no tests, or coverage is not complete with --complete.");
  command->callback([options, &exit_code] { exit_code = run_project_tests(*options); });
}

}  // namespace endcap::command
