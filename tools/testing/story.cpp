// Runs one test: see story.h.
#include "tools/testing/story.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/plain.h"
#include "runtime/abi/value_json.h"
#include "runtime/value/calendar.h"
#include "tools/testing/options.h"
#include "tools/testing/timeline.h"

namespace endcap::testing {
namespace {

std::string carrier_name(const abi::Program& program, const sema::TestCarrier& start) {
  return start.sync ? program.syncs.at(start.carrier).name : program.routes.at(start.carrier).name;
}

// Time passes in every test: only the schedule, the routes and the syncs that a test is about may do
// anything.
EngineOptions with_those_of(EngineOptions options, const abi::Program& program, const sema::Test& test) {
  for (const sema::TestAction& action : test.actions) {
    const auto* carrier = std::get_if<sema::TestCarrier>(&action.node);
    if (carrier != nullptr) options.carriers->insert(carrier_name(program, *carrier));
    const auto* start = std::get_if<sema::TestSchedule>(&action.node);
    if (start != nullptr) options.schedules->insert(program.schedules.at(start->schedule).name);
  }
  return options;
}

}  // namespace

Story::Story(std::shared_ptr<const abi::Program> program, const sema::Test& test, const SourceMap& sources,
             const EngineOptions& options)
    : program_(std::move(program)),
      test_(test),
      sources_(sources),
      options_(with_those_of(with_people(options, *program_), *program_, test)),
      estate_(program_),
      world_(program_, options_, estate_),
      observed_(world_, estate_) {
  result_.name = test.name;
  result_.module = test.module;
  result_.source_path = sources.file(test.span.source).path;
  result_.line = line(test.span);
  result_.zone = test.zone;
}

// Expectations that stand together look at the same stretch of time, and all of them are told when they fail;
// what could not happen ends the test.
Result Story::run() {
  bool expecting = false;
  for (const sema::TestAction& action : test_.actions) {
    const bool expects = std::holds_alternative<sema::Expectation>(action.node);
    if (expecting && !expects) {
      if (!result_.passed()) break;
      observed_.look_from_now();
    }
    expecting = expects;
    if (!expects) note_step(action);
    const Went went = std::visit([&](const auto& node) { return act(node); }, action.node);
    if (went && estate_.problem().empty()) continue;
    result_.failures.push_back(
        {line(action.span), words(action.span), went ? estate_.problem() : went.error()});
    if (!expects) break;
  }
  note_events();
  return std::move(result_);
}

std::string Story::words(Span span) const {
  std::string text;
  for (const char c : sources_.text(span)) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) text += c;
    if (blank && !text.ends_with(' ')) text += ' ';
  }
  return text;
}

void Story::note_step(const sema::TestAction& action) {
  note_events();
  if (std::holds_alternative<sema::GivenEntity>(action.node) ||
      std::holds_alternative<sema::GivenAnswer>(action.node))
    return;  // that is how the world is, not what happens
  result_.timeline.push_back(fmt::format("-- line {}: {}", line(action.span), words(action.span)));
}

void Story::note_events() {
  const auto& entries = observed_.entries();
  const std::vector<Json> fresh(entries.begin() + static_cast<ptrdiff_t>(told_), entries.end());
  told_ = entries.size();
  for (std::string& text : timeline_lines(fresh, test_.zone)) result_.timeline.push_back(std::move(text));
}

Story::Went Story::settle(Instant until) {
  auto ran = world_.run_to(until);
  follow_scheduled();
  observed_.refresh();
  return ran;
}

// The story is that of the instance that was started last.
void Story::follow_scheduled() {
  if (schedule_ == nullptr) return;
  for (const Json& each : world_.instances()) {
    if (each.at("workflow") != program_->workflows[schedule_->workflow].name) continue;
    observed_.follow(each.at("id").get<uint64_t>());
    result_.schedule = schedule_->name;
  }
}

// ---------------------------------------------------------------- what happens

Story::Went Story::act(const sema::TestStart& start) {
  if (auto opened = world_.open(start.at); !opened) return opened;
  const abi::Workflow& workflow = program_->workflows[start.workflow];
  Json arguments = Json::object();
  for (size_t i = 0; i < workflow.parameters.size(); ++i) {
    abi::Arena arena;
    const abi::Cell cell = sema::plain_value(program_->types, *start.arguments[i], arena).value();
    arguments[workflow.parameters[i].name] =
        Json::parse(abi::value_to_json(program_->types, workflow.parameters[i].type, arena, cell));
  }
  const auto answer = world_.start(workflow.name, arguments.dump());
  if (!answer) return std::unexpected(answer.error());
  observed_.follow(answer->at("id").get<uint64_t>());
  return settle(start.at);
}

Story::Went Story::act(const sema::TestSchedule& start) {
  if (auto opened = world_.open(start.at); !opened) return opened;
  schedule_ = &program_->schedules[start.schedule];
  return settle(start.at);
}

Story::Went Story::act(const sema::TestCarrier& start) {
  if (auto opened = world_.open(start.at); !opened) return opened;
  result_.carriers.insert(carrier_name(*program_, start));
  return settle(start.at);
}

Story::Went Story::act(const sema::TestTime& time) {
  if (!time.duration) {
    if (time.until < world_.now())
      return std::unexpected(fmt::format("it is {} already", local_text(world_.now(), test_.zone)));
    return settle(time.until);
  }
  abi::Arena arena;
  const abi::Cell cell = sema::plain_value(program_->types, *time.duration, arena).value();
  if (program_->types[time.duration->type].kind == abi::Kind::Duration)
    return settle(world_.now() + static_cast<Duration>(cell.bits));
  const BusinessDuration length{static_cast<BusinessDuration::Unit>(static_cast<int64_t>(cell.bits >> 64)),
                                static_cast<int64_t>(cell.bits)};
  const auto at = add_business(program_->calendars.at(time.calendar.value_or(0)), world_.now(), length);
  return at ? settle(*at) : std::unexpected(at.error().detail);
}

Story::Went Story::act(const sema::SentEvent& sent) {
  const abi::Event& event = program_->events[sent.event];
  abi::Arena arena;
  const abi::Cell cell = sema::plain_value(program_->types, *sent.record, arena).value();
  const auto answer =
      world_.event(event.type, abi::value_to_json(program_->types, event.record, arena, cell));
  return answer ? settle(world_.now()) : std::unexpected(answer.error());
}

// ---------------------------------------------------------------- people

std::expected<std::vector<Json>, std::string> Story::tasks_meant(const sema::PersonDecides& decision) const {
  std::vector<Json> open =
      decision.work ? observed_.open_tasks(decision.what) : observed_.open_approvals(decision.what);
  const size_t all = open.size();
  if (decision.about) {
    const auto keys =
        decision.about->every ? estate_.keys(*decision.about->every) : std::vector{decision.about->text};
    std::erase_if(open, [&](const Json& task) {
      const Occurrence occurrence = Observed::occurrence_of(task);
      return std::ranges::none_of(
          keys, [&](const std::string& key) { return Observed::is_about(occurrence, key); });
    });
  }
  const char* what = decision.work ? "task" : "approval";
  if (open.empty())
    return std::unexpected(
        all == 0 ? fmt::format("no {} {} is open", what, decision.what)
                 : fmt::format("{} of {} are open, and none is about this", all, decision.what));
  const bool several = decision.every || (decision.about && decision.about->every);
  if (open.size() > 1 && !several)
    return std::unexpected(fmt::format("{} of {} are open: say which `for`, or `every {}`", open.size(),
                                       decision.what, decision.what));
  return open;
}

// Whom it was handed to, else the first of the role who has not decided yet.
std::string Story::person_for(const sema::PersonDecides& decision, const Json& task) const {
  if (!decision.person.empty()) return decision.person;
  const std::string role = role_name(decision.role);
  for (const Json& given : task.value("delegated", Json::array())) {
    if (given.at("role") == role)
      return decider_for(options_.absences, given.at("to").get<std::string>(), world_.now());
  }
  const auto& people = options_.people.at(role);
  const Json decided = task.value("decisions", Json::array());
  const auto scope = task.contains("scope") ? std::optional(task["scope"].get<std::string>()) : std::nullopt;
  const auto free = std::ranges::find_if(people, [&](const std::string& person) {
    return answers_for(options_.scopes, role, person, scope) &&
           std::ranges::none_of(decided, [&](const Json& each) {
             return each.at("person") == decider_for(options_.absences, person, world_.now());
           });
  });
  return decider_for(options_.absences, free == people.end() ? people.front() : *free, world_.now());
}

Story::Went Story::act(const sema::PersonDecides& decision) {
  using Verb = ast::DecideStmt::Verb;
  using Ask = DecisionRequest::What;
  const auto tasks = tasks_meant(decision);
  if (!tasks) return std::unexpected(tasks.error());
  const Ask ask = decision.verb == Verb::Approves    ? Ask::Approve
                  : decision.verb == Verb::Rejects   ? Ask::Reject
                  : decision.verb == Verb::Counters  ? Ask::Counter
                  : decision.verb == Verb::Delegates ? Ask::Delegate
                                                     : Ask::Done;
  Json answers = Json::object();
  for (const auto& [field, value] : decision.answers) {
    abi::Arena arena;
    const abi::Cell cell = sema::plain_value(program_->types, *value, arena).value();
    answers[field] = Json::parse(abi::value_to_json(program_->types, value->type, arena, cell));
  }
  Json lines = decision.except;
  for (Json& line : lines) {
    if (decision.refused_because.empty()) break;
    line = {{"target", std::string(line)}, {"reason", decision.refused_because}};
  }
  const std::string except = decision.except.empty() ? "" : lines.dump();
  for (const Json& task : *tasks) {
    const auto answer =
        world_.decide(task.at("task").get<uint64_t>(), person_for(decision, task), ask, decision.reason,
                      answers.empty() ? "" : answers.dump(), except, decision.to, decision.remark);
    if (!answer) return std::unexpected(answer.error());
  }
  return settle(world_.now());
}

}  // namespace endcap::testing
