// One run: see run.h.
#include "tools/explain_time/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/tests.h"
#include "runtime/abi/value_json.h"
#include "tools/common/some_reason.h"
#include "tools/explain_time/values.h"

namespace endcap::explain {
namespace {

constexpr size_t kLinesMax = 5'000;
constexpr Duration kLongest = 3653 * kDay;

void add_texts(const Json& json, std::vector<std::string>& into) {
  if (json.is_string()) into.push_back(json.get<std::string>());
  if (json.is_structured()) {
    for (const Json& inside : json) add_texts(inside, into);
  }
}

}  // namespace

Run::Run(std::shared_ptr<const abi::Program> program, const abi::Workflow& workflow,
         const WorkflowWords& words, const EngineOptions& options, testing::Estate& estate, const Data& data,
         Explanation told, std::vector<Statement> statements)
    : program_(std::move(program)),
      workflow_(workflow),
      options_(options),
      estate_(estate),
      data_(data),
      calendar_(words.calendar ? &program_->calendars[*words.calendar] : nullptr),
      world_(program_, options, estate),
      told_(std::move(told)),
      narrator_(*program_, words, estate, told_.zone) {
  for (Statement& statement : statements) said_.push_back({std::move(statement), std::nullopt, {}, false});
}

bool Run::ended() {
  told_.end = world_.show(instance_).value("status", "running");
  return told_.end == "finished" || told_.end == "failed";
}

std::expected<Explanation, std::string> Run::play() {
  if (const auto went = prepare(); !went) return std::unexpected(went.error());
  const auto opened = world_.open(told_.start);
  if (!opened) return std::unexpected(opened.error());
  const auto answer = world_.start(workflow_.name, data_.start_arguments());
  if (!answer) return std::unexpected(answer.error());
  instance_ = answer->at("id").get<uint64_t>();
  auto ran = world_.run_to(told_.start);
  while (ran) {
    if (ran = look(); !ran) break;
    if (ended()) break;
    auto due = world_.next_due();
    Said* next = nullptr;
    for (Said& said : said_) {
      if (!said.done && said.at && (!next || *said.at < *next->at)) next = &said;
    }
    // What is due at the same moment comes first: an answer in the last second is too late.
    if (next && (!due || *next->at < *due)) {
      ran = world_.run_to(*next->at);
      if (ran) ran = look();
      if (ran && !ended()) ran = come_true(*next);
    } else if (due) {
      ran = world_.run_to(*due);
    } else {
      break;
    }
    if (narrator_.size() > kLinesMax || world_.now() > told_.start + kLongest) {
      told_.end = "given up";
      break;
    }
  }
  if (!ran) return std::unexpected(ran.error());
  if (!estate_.problem().empty()) return std::unexpected(estate_.problem());
  told_.key = world_.show(instance_).value("key", "");
  for (const Said& said : said_) {
    if (said.done) continue;
    told_.in_vain.push_back(fmt::format("{}: {}", said.statement.said,
                                        said.at ? "it had ended by then" : "nobody was asked that"));
  }
  told_.lines = narrator_.take();
  return told_;
}

// ---------------------------------------------------------------- when a sentence comes true

Run::Went Run::told(const Said& said, const std::expected<Instant, std::string>& at, Instant& into) const {
  if (!at) return std::unexpected(fmt::format("--given \"{}\": {}", said.statement.said, at.error()));
  into = *at;
  return {};
}

// Events and outages are dated from the start.
Run::Went Run::prepare() {
  for (Said& said : said_) {
    Instant at = told_.start;
    if (const auto* comes = std::get_if<EventComes>(&said.statement.node)) {
      if (auto went = told(said, moment_of(comes->when, told_.start, told_.zone, calendar_), at); !went)
        return went;
      if (at < told_.start)
        return std::unexpected(fmt::format("--given \"{}\" lies before the start", said.statement.said));
      said.at = at;
    }
    if (const auto* away = std::get_if<SystemAway>(&said.statement.node)) {
      Instant from = told_.start, until = told_.start;
      if (away->from) {
        if (auto went = told(said, moment_of(*away->from, told_.start, told_.zone, calendar_), from); !went)
          return went;
      }
      if (auto went = told(said, moment_of(away->until, from, told_.zone, calendar_), until); !went)
        return went;
      for (const auto& target : away->targets) estate_.close(target.is_view, target.index, from, until);
      said.done = true;
    }
  }
  return {};
}

Run::Went Run::look() {
  for (const Json& entry : world_.history(instance_, next_)) {
    next_ = entry.at("number").get<uint64_t>() + 1;
    narrator_.tell(entry);
    if (const auto question = question_of(entry)) {
      if (auto went = bind(*question); !went) return went;
    }
  }
  return {};
}

std::optional<uint32_t> Run::role(const std::string& name) const {
  const auto found = std::ranges::find(program_->roles, name);
  if (found == program_->roles.end()) return std::nullopt;
  return static_cast<uint32_t>(found - program_->roles.begin());
}

std::optional<Run::Question> Run::question_of(const Json& entry) const {
  const std::string kind = member(entry, "kind");
  const bool approval = kind == "asked" || kind == "askedAgain";
  if (!approval && kind != "taskOpened" && kind != "asksPerson") return std::nullopt;
  Question question{entry.at("task").get<uint64_t>(),
                    approval,
                    sema::written_path(member(entry, "path")),
                    member(entry, "label"),
                    {},
                    {},
                    instant_from_text(member(entry, "time")).value_or(0)};
  const auto add = [&](const std::string& name) {
    if (const auto number = role(name)) question.roles.insert(*number);
  };
  add(member(entry, "role"));
  if (approval) {
    for (const Json& each : entry.at("roles")) add(each.get<std::string>());
    for (const Json& each : entry.value("escalations", Json::array())) add(member(each, "role"));
    for (const abi::Policy& policy : program_->policies) {
      if (policy.name != member(entry, "policy")) continue;
      for (const auto& [stand_in, of] : policy.stand_ins) {
        if (question.roles.contains(of)) question.roles.insert(stand_in);
      }
    }
  }
  const std::string element = member(entry, "element");
  for (size_t begin = 0; begin < element.size();) {
    const size_t end = std::min(element.find(' ', begin), element.size());
    question.words.push_back(element.substr(begin, end - begin));
    begin = end + 1;
  }
  for (const char* name : {"arguments", "proposals"}) {
    if (entry.contains(name)) add_texts(entry.at(name), question.words);
  }
  return question;
}

bool Run::is_meant(const PersonAnswers& answers, const Question& question) const {
  using Verb = PersonAnswers::Verb;
  if (answers.verb == Verb::Does && question.approval) return false;
  const bool decides =
      answers.verb == Verb::Approves || answers.verb == Verb::Rejects || answers.verb == Verb::Counters;
  if (decides && !question.approval) return false;
  if (!answers.what.empty() && answers.what != question.place && answers.what != question.label) return false;
  if (!answers.element.empty() && std::ranges::find(question.words, answers.element) == question.words.end())
    return false;
  const auto is_asked = [&](uint32_t role) { return question.roles.contains(role); };
  if (!answers.roles.empty()) return std::ranges::any_of(answers.roles, is_asked);
  return std::ranges::any_of(question.roles, [&](uint32_t each) {
    const auto& people = options_.people.at(program_->roles[each]);
    return std::ranges::find(people, answers.person) != people.end();
  });
}

// A question belongs to the first sentence of its role that is still to come; one that names the element goes
// before.
Run::Went Run::bind(const Question& question) {
  places_[question.task] = question.place;
  std::map<std::string, Said*> chosen;  // by who answers
  for (const bool named : {true, false}) {
    for (Said& said : said_) {
      const auto* answers = std::get_if<PersonAnswers>(&said.statement.node);
      if (!answers || said.done || answers->element.empty() == named || !is_meant(*answers, question))
        continue;
      chosen.try_emplace(answers->who, &said);
    }
  }
  for (const auto& [who, said] : chosen) {
    said->tasks.insert(question.task);
    if (said->at) continue;
    Instant at = 0;
    const auto& answers = std::get<PersonAnswers>(said->statement.node);
    if (auto went = told(*said, moment_of(answers.when, question.asked, told_.zone, calendar_), at); !went)
      return went;
    if (at < question.asked) {
      said->done = true;
      told_.in_vain.push_back(fmt::format("{}: it was asked only on {}", said->statement.said,
                                          dated(question.asked, told_.zone)));
      continue;
    }
    said->at = at;
  }
  return {};
}

// ---------------------------------------------------------------- it comes true

Run::Went Run::come_true(Said& said) {
  said.done = true;
  Went went;
  if (const auto* answers = std::get_if<PersonAnswers>(&said.statement.node))
    went = come_true(*answers, said);
  if (const auto* comes = std::get_if<EventComes>(&said.statement.node)) went = come_true(*comes, said);
  return went ? world_.run_to(world_.now()) : went;
}

std::string Run::person_for(const PersonAnswers& answers, const Json& task) const {
  if (answers.roles.empty()) return answers.person;
  const Json asked = task.value("roles", Json::array());
  const auto is_asked = [&](uint32_t each) {
    return std::ranges::find(asked, Json(program_->roles[each])) != asked.end();
  };
  const auto found = std::ranges::find_if(answers.roles, is_asked);
  const std::string& role = program_->roles[found == answers.roles.end() ? answers.roles.front() : *found];
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

// The engine speaks in UTC; people who read a timeline do not.
std::string Run::local(std::string text) const {
  for (size_t at = text.find('T'); at != std::string::npos; at = text.find('T', at + 1)) {
    const size_t end = text.find('Z', at);
    if (at < 10 || end == std::string::npos) continue;
    const auto instant = instant_from_text(text.substr(at - 10, end + 1 - (at - 10)));
    if (instant) text.replace(at - 10, end + 1 - (at - 10), dated(*instant, told_.zone));
  }
  return text;
}

Run::Went Run::come_true(const PersonAnswers& answers, Said& said) {
  using Verb = PersonAnswers::Verb;
  const std::vector<Json> open = world_.tasks(instance_);
  for (const uint64_t number : said.tasks) {
    const auto task = std::ranges::find_if(open, [&](const Json& each) { return each.at("task") == number; });
    const std::string kind = task == open.end() ? "" : member(*task, "kind");
    const bool approval = kind == "approval" || kind == "approvalAgain";
    const auto what = answers.verb == Verb::Rejects                ? DecisionRequest::What::Reject
                      : answers.verb == Verb::Counters             ? DecisionRequest::What::Counter
                      : answers.verb == Verb::Approves || approval ? DecisionRequest::What::Approve
                                                                   : DecisionRequest::What::Done;
    const std::string person = person_for(answers, task == open.end() ? Json::object() : *task);
    const auto filled = fill_in(answers, said.statement.said, task == open.end() ? Json::object() : *task);
    if (!filled) return std::unexpected(filled.error());
    const std::string except = answers.except.empty() ? "" : Json(answers.except).dump();
    const std::string reason = task == open.end() ? ""
                                                  : some_reason(*task, what == DecisionRequest::What::Approve,
                                                                "as it was told to be");
    const auto answer = world_.decide(number, person, what, reason, *filled, except);
    if (answer) continue;
    Line line;
    line.at = world_.now();
    line.kind = "refused";
    line.place = places_[number];
    line.text = fmt::format("{} can't answer: {}", person, local(answer.error()));
    narrator_.add(std::move(line));
  }
  return {};
}

Run::Went Run::come_true(const EventComes& comes, Said& said) {
  const abi::Event& event = program_->events[comes.event];
  const auto& fields = program_->types[event.record].fields;
  Json data = Json::object();
  for (const auto& [field, text] : comes.fields) {
    abi::Arena arena;
    const auto cell = value_from_text(program_->types, fields[field].type, text, arena);
    if (!cell)
      return std::unexpected(
          fmt::format("--given \"{}\": {}: {}", said.statement.said, fields[field].name, cell.error()));
    data[fields[field].name] =
        Json::parse(abi::value_to_json(program_->types, fields[field].type, arena, *cell));
  }
  for (const abi::Field& field : fields) {
    if (data.contains(field.name)) continue;
    const auto known =
        program_->types[field.type].name.empty() ? std::nullopt : data_.known_value(field.type);
    if (!known)
      return std::unexpected(fmt::format("--given \"{}\": say what its {} is, as {}=...", said.statement.said,
                                         field.name, field.name));
    data[field.name] = *known;
  }
  const auto answer = world_.event(event.type, data.dump());
  if (!answer) return std::unexpected(answer.error());
  return {};
}

}  // namespace endcap::explain
