// One telling of a random program's story: see telling.h.
#include "tests/fuzz/telling.h"

#include <fmt/format.h>

#include <stdexcept>

#include "compiler/sema/plain.h"
#include "runtime/abi/value_json.h"

namespace endcap::fuzz {
namespace {

constexpr Duration kDays = 40 * 24 * 3600 * kSecond;  // every wait of a random program is over by then

template <typename Result>
void expect(const Result& result) {
  if (!result) throw std::runtime_error(result.error());
}

Int128 units_of(const Json& quantity) {
  return decimal_from_text(quantity.at("amount").get<std::string>(), 3).value();
}

// The last part of where it stands, which says whether people keep it waiting.
std::string own_name(const Json& task) {
  const std::string path = task.at("path");
  return path.substr(path.find_last_of('.') + 1);
}

std::string digest(const Json& task, const char* said) {
  return task.at("workflow").get<std::string>() + " " + task.at("key").get<std::string>() + " " +
         task.at("path").get<std::string>() + " " + task.value("element", "") + " " +
         task.value("merkleRoot", "") + " " + said;
}

// The same number at the same place in every telling; what the form comes with is left as it is.
std::string answers(const Json& task) {
  Json filled = Json::object();
  unsigned sum = 0;
  for (const char c : task.at("path").get<std::string>() + task.value("element", ""))
    sum += static_cast<unsigned>(c);
  for (const Json& field : task.value("form", Json::array())) {
    if (!field.contains("prefilled") && !field.value("optional", false))
      filled[field.at("name")] = {{"amount", std::to_string(sum % 12)}, {"unit", field.at("unit")}};
  }
  return filled.empty() ? "" : filled.dump();
}

}  // namespace

Telling::Telling(std::shared_ptr<const abi::Program> program, const EngineOptions& options,
                 const std::multiset<std::string>* known)
    : program_(program),
      estate_(program),
      world_(program, options, estate_),
      options_(options),
      known_(known) {
  if (known) left_ = *known;
}

Told Telling::tell(const sema::Test& test, const std::string& workflow) {
  for (const sema::TestAction& action : test.actions) act(action, workflow);
  pass_until(world_.now() + kDays);
  if (!estate_.problem().empty()) throw std::runtime_error(workflow + ": " + estate_.problem());
  told_.status = world_.show(instance_).value("status", "?");
  for (const testing::Effect& effect : estate_.effects()) note(effect);
  if (known_ == nullptr) note_histories();
  return std::move(told_);
}

void Telling::act(const sema::TestAction& action, const std::string& workflow) {
  if (const auto* given = std::get_if<sema::GivenEntity>(&action.node)) expect(estate_.give(*given));
  if (const auto* given = std::get_if<sema::GivenAnswer>(&action.node)) estate_.advise(*given);
  if (const auto* fault = std::get_if<sema::SystemFails>(&action.node)) estate_.fail(*fault);
  if (const auto* change = std::get_if<sema::EntityChange>(&action.node)) expect(estate_.change(*change));
  if (const auto* time = std::get_if<sema::TestTime>(&action.node)) pass_until(time->until);
  if (const auto* start = std::get_if<sema::TestStart>(&action.node)) {
    expect(world_.open(start->at));
    const auto started = world_.start(workflow, R"({"promo": "P-1"})");
    if (!started) throw std::runtime_error(workflow + " does not start: " + started.error());
    instance_ = started->at("id");
    settle();
  }
  if (const auto* sent = std::get_if<sema::SentEvent>(&action.node)) {
    const abi::Event& event = program_->events[sent->event];
    abi::Arena arena;
    const abi::Cell cell = sema::plain_value(program_->types, *sent->record, arena).value();
    expect(world_.event(event.type, abi::value_to_json(program_->types, event.record, arena, cell)));
    settle();
  }
}

// From timer to timer: who is asked answers before anything else happens.
void Telling::pass_until(Instant time) {
  settle();
  for (auto due = world_.next_due(); due && *due <= time; due = world_.next_due()) {
    expect(world_.run_to(std::max(*due, world_.now())));
    settle();
  }
  expect(world_.run_to(time));
  settle();
}

void Telling::settle() {
  expect(world_.run_to(world_.now()));
  while (answer_one()) expect(world_.run_to(world_.now()));
}

// One at a time: an answer may end what another waits for.
bool Telling::answer_one() {
  for (const Json& task : world_.tasks()) {
    if (is_left_alone(task)) continue;
    answer(task);
    return true;
  }
  return false;
}

bool Telling::is_left_alone(const Json& task) const {
  if (task.at("kind") == "approval")
    return own_name(task).starts_with("slow") && !task.contains("escalatedTo");
  return own_name(task).starts_with("Slow") || task.at("label").get<std::string>().starts_with("Unheeded");
}

void Telling::answer(const Json& task) {
  using What = DecisionRequest::What;
  const What what = decision(task);
  if (what == What::Approve && task.at("policy") == "SmallMoves") {
    const Json& facts = task.at("arguments").at("proposals").at(0).at("facts");
    told_.beyond[facts.at("store")] -= units_of(facts.at("units"));
  }
  const bool fills_in = what == What::Done || what == What::Counter;
  const std::string lines = what == What::Approve ? excepted(task) : "";
  told_.refused = told_.refused || what == What::Reject || (!lines.empty() && lines != "[]");
  const std::string role = task.at("roles").at(0);
  expect(world_.decide(task.at("task"), options_.people.at(role).front(), what, "because",
                       fills_in ? answers(task) : "", lines));
}

DecisionRequest::What Telling::decision(const Json& task) {
  using What = DecisionRequest::What;
  const std::string kind = task.at("kind");
  if (kind != "approval" && kind != "approvalAgain") return What::Done;
  // An offer is made once, in the first round.
  const bool offers = own_name(task).starts_with("open") && task.contains("form") &&
                      (task.value("element", "").empty() || task.value("element", "").ends_with("1"));
  if (offers && was_said(digest(task, "another"))) return What::Counter;
  return was_said(digest(task, kind.c_str())) ? What::Approve : What::Reject;
}

bool Telling::was_said(const std::string& what) {
  if (known_) {
    const auto found = left_.find(what);
    if (found == left_.end()) return false;
    left_.erase(found);
  }
  told_.said.insert(what);
  return true;
}

// What the first run might have written is everything: only later are lines refused.
std::string Telling::excepted(const Json& task) {
  if (known_ == nullptr || !task.contains("byLine")) return "";
  Json refused = Json::array();
  const std::string path = task.at("path");
  const Json page = world_.lines(task.at("task"));
  for (const Json& line : page.at("lines")) {
    const std::string target = line.at("target");
    if ((path.size() + static_cast<unsigned>(target.back())) % 3 == 0) refused.push_back(target);
  }
  return refused.dump();
}

void Telling::note(const testing::Effect& effect) {
  const abi::Operation& operation = program_->operations.at(effect.operation);
  if (operation.name == "Move.small") {
    const Json sent = Json::parse(effect.payload);
    told_.beyond[sent.at("Plant")] += units_of(sent.at("Quantity"));
    return;
  }
  std::string text = operation.name;
  for (const std::string& part : effect.texts) text += " " + part;
  const bool undo = operation.name == "Price.withdraw" || operation.name == "Move.cancel";
  (undo ? told_.taken_back : told_.effects).insert(std::move(text));
}

void Telling::note_histories() {
  for (const Json& each : world_.instances()) {
    for (const Json& entry : world_.history(each.at("id"), 0)) ++told_.happened[entry.value("kind", "?")];
  }
}

}  // namespace endcap::fuzz
