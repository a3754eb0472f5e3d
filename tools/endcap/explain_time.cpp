// endcap explain-time: what happens when, and why, if people answer so or not at all.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "tools/endcap/commands.h"
#include "tools/endcap/named_workflow.h"
#include "tools/endcap/outputs.h"
#include "tools/explain_time/explain.h"

namespace endcap::command {
namespace {

struct ExplainTimeOptions {
  std::string workflow, folder = ".";
  explain::Question question;
  Outputs outputs;
};

int tell_findings(const CheckedProject& project, const ExplainTimeOptions& options) {
  const auto findings = project.diagnostics.sorted(project.sources);
  const std::string text = render(findings, project.sources, {Format::Human, wants_colour(STDERR_FILENO)});
  std::fputs(text.c_str(), stderr);  // stdout is for the timeline
  tell(fmt::format("{} has errors: {}. Nothing was played", options.folder, summary(findings)));
  return kFindings;
}

std::string told_as(const explain::Explanation& told, Format format) {
  if (format == Format::Json) return explain::json_text(told);
  return format == Format::Short ? explain::short_text(told) : explain::human_text(told);
}

int run_explain_time(ExplainTimeOptions& options) {
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
  const sema::Workflow* workflow = find_workflow(project.program, options.workflow);
  if (!workflow) return kUsage;
  if (project.program.abi.workflows[workflow->index].only_run) {
    tell(fmt::format("{} has no key: name a workflow that runs it", options.workflow));
    return kUsage;
  }
  options.question.workflow = static_cast<uint32_t>(workflow - project.program.workflows.data());
  options.question.now = std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  const auto told = explain::explain_time(project, options.question);
  if (!told && !project.ok()) return tell_findings(project, options);
  if (!told) {
    tell(told.error().why);
    return told.error().usage ? kUsage : kInternal;
  }
  const bool written = options.outputs.write([&](Format format, bool) { return told_as(*told, format); });
  return written ? kClean : kInternal;
}

}  // namespace

void add_explain_time(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExplainTimeOptions>();
  explain::Question& question = options->question;
  auto* command = app.add_subcommand(
      "explain-time", "Tell what happens when: waits, reminders, escalations, deadlines, launches, and why");
  command
      ->add_option("WORKFLOW", options->workflow, "Its name; the last part is enough when it is the only one")
      ->required();
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  command->add_option("--start", question.start,
                      "When it starts: \"2026-11-20 09:00\". Else as in the test whose data is used, or now");
  command
      ->add_option("--given", question.given,
                   "Something that happens, one sentence each; nobody answers unless it is given here")
      ->allow_extra_args(false);
  command
      ->add_option("--argument", question.arguments,
                   "A value: promo.launch=2026-12-01, or Store.timeZone=Australia/Perth for all stores")
      ->allow_extra_args(false);
  command->add_option("--like", question.like,
                      "Use the data of the test with this in its name; else of the first that starts it");
  command->add_option("--zone", question.zone, "In which times are shown and read");
  options->outputs.add_to(*command, Outputs::kWithoutPlaces,
                          "human: a timeline with its reasons; short: one line a moment; json: for programs",
                          true);
  command->footer(
      "Examples:\n"
      "  endcap explain-time PriceActivation workflows --like \"late finance approval\"\n"
      "  endcap explain-time PriceActivation workflows --start \"2026-11-20 14:00\" \\\n"
      "      --argument promo.landedCost=91.00 --given \"FinanceManager answers Friday 17:10\"\n"
      "\n"
      "Sentences for --given:\n"
      "  FinanceManager approves gate.pricing Friday 17:10   also rejects, counters, answers; a task: does "
      "CountShelf\n"
      "  StoreOps does CountShelf counted=12 Monday 10:00       with answers to what it asks for\n"
      "  fay rejects gate.pricing for 1001 tomorrow 09:00    a person of endcap.toml; about 1001 only\n"
      "  FinanceDirector answers after 3 business hours      from when it is asked, as are days\n"
      "  event PromotionRescheduled launch=2026-12-03 Monday 10:00\n"
      "  erp is unavailable from 2026-12-01 06:00 until 2026-12-01 07:00   also an operation or a view\n"
      "\n"
      "The real engine runs it in memory: nothing is called, no time passes, and systems answer at once. "
      "Data\n"
      "comes from --argument, from a test of the project, or is made up and told as assumed.");
  command->callback([options, &exit_code] { exit_code = run_explain_time(*options); });
}

}  // namespace endcap::command
