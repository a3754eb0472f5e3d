// From a question to a timeline: data, sentences, and the run.
#include "tools/explain_time/explain.h"

#include <fmt/format.h>

#include "compiler/ir/interpreter.h"
#include "tools/explain_time/data.h"
#include "tools/explain_time/run.h"
#include "tools/testing/options.h"

namespace endcap::explain {
namespace {

std::unexpected<Refused> refuse(std::string why, bool usage = true) {
  return std::unexpected(Refused{std::move(why), usage});
}

std::expected<Instant, std::string> start_of(const Question& question, const std::optional<Given>& given,
                                             const std::string& zone) {
  if (question.start.empty()) return given ? given->start.at : question.now / kMinute * kMinute;
  const size_t blank = question.start.find_first_of(" T");
  const auto date = date_from_text(question.start.substr(0, blank));
  const auto time = blank == std::string::npos ? std::expected<TimeOfDay, Fault>(9 * 3600)
                                               : time_from_text(question.start.substr(blank + 1));
  if (!date || !time)
    return std::unexpected(
        fmt::format("--start \"{}\" is no moment: write it as \"2026-11-20 09:00\"", question.start));
  const auto at = instant_of(*date, *time, zone);
  if (!at) return std::unexpected(at.error().detail);
  return *at;
}

}  // namespace

std::expected<Explanation, Refused> explain_time(CheckedProject& project, const Question& question) {
  const WorkflowWords words =
      words_of(project.program, project.program.workflows[question.workflow], project.sources);
  const uint32_t index = project.program.workflows[question.workflow].index;
  auto given = given_by_a_test(project.program, index, question.like);
  if (!given) return refuse(given.error());
  project.program.tests.clear();
  auto lowered = lower_project(project);
  if (!lowered) return refuse(lowered.error(), false);
  const std::shared_ptr<const abi::Program> program = ir::interpret(std::move(*lowered));

  Explanation told;
  const abi::Workflow& workflow = program->workflows[index];
  const Calendar* calendar = words.calendar ? &program->calendars[*words.calendar] : nullptr;
  told.workflow = workflow.name;
  told.zone = !question.zone.empty() ? question.zone
              : *given               ? (*given)->zone
              : calendar             ? calendar->zone
                                     : "UTC";
  if (!is_zone(told.zone)) return refuse(fmt::format("there is no time zone {}", told.zone));
  if (calendar) told.calendar = calendar->name;
  told.dues = words.dues;
  const auto start = start_of(question, *given, told.zone);
  if (!start) return refuse(start.error());
  told.start = *start;

  testing::Estate estate(program);
  Data data(*program, workflow, words, estate, local_time(*start, told.zone)->date, told.zone);
  if (*given) {
    told.test = (*given)->test;
    if (const auto went = data.take(**given); !went) return refuse(went.error());
  }
  for (const std::string& argument : question.arguments) {
    if (const auto went = data.set(argument); !went) return refuse(went.error());
  }
  if (const auto went = data.finish(); !went) return refuse(went.error());

  EngineOptions options = testing::with_people(testing::options_of(project.project), *program);
  for (const abi::Advisor& advisor : program->advisors)
    options.advisors_off[advisor.name] = "no model is asked here";
  std::vector<Statement> statements;
  for (const std::string& each : question.given) {
    auto read = read_statement(each, *program, options, words.asked);
    if (!read) return refuse(read.error());
    statements.push_back(std::move(*read));
  }
  Run run(program, workflow, words, options, estate, data, std::move(told), std::move(statements));
  auto played = run.play();
  if (!played) return refuse(played.error(), false);
  const std::vector<std::string> made_up = data.assumed();
  played->assumed.insert(played->assumed.begin(), made_up.begin(), made_up.end());
  return std::move(*played);
}

}  // namespace endcap::explain
