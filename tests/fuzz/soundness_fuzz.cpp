// The theorem of docs/reference/language.md, attacked: advice alone may hold a write back, never add or
// change one.
//
// A random program that the checker accepts is run with one set of forecasts and then with others; nothing
// else differs. The first run is of the program without its vetoes, and people approve whatever is put to
// them. In the others people approve exactly what they approved there, by its digest, or all but some of its
// lines. Then whatever a later run writes or tells must have been written or told in the first: a write that
// a policy permits may not depend on a forecast, and one that a person grants is the one that was granted.
// `Move.small` is what a policy lets advice decide: each store gets no more of it than its budget and what
// people granted.
#include <set>
#include <stdexcept>

#include "compiler/ir/interpreter.h"
#include "tests/fuzz/run.h"
#include "tools/testing/world.h"

using namespace endcap;
using namespace endcap::fuzz;
using testing::Json;

namespace {

struct Told {
  std::multiset<std::string> effects;    // writes and what systems were told, with everything that was sent
  std::multiset<std::string> approved;   // what a person was asked and said yes to: place and digest
  std::map<std::string, Int128> beyond;  // by store: units of `Move.small` without what people granted
  std::string status;
};

EngineOptions engine_options(const Project& project) {
  EngineOptions options;
  for (const RoleConfig& role : project.roles) options.people[role.name] = role.people;
  options.people["Area"] = {"ann"};
  options.scopes["Area"]["ann"] = {"*"};
  return options;
}

constexpr Int128 kBudget = 15'000;  // of SmallMoves in tests/language/project/advice.endcap
Int128 units_of(const Json& quantity) {
  return decimal_from_text(quantity.at("amount").get<std::string>(), 3).value();
}

std::string digest(const Json& task) {
  return task.at("path").get<std::string>() + " " + task.value("element", "") + " " +
         task.at("merkleRoot").get<std::string>();
}

// One telling of a test's story by people who are always there.
class Telling {
 public:
  Telling(std::shared_ptr<const abi::Program> program, const EngineOptions& options,
          const std::multiset<std::string>* known)
      : program_(program),
        estate_(program),
        world_(program, options, estate_),
        options_(options),
        known_(known) {
    if (known) left_ = *known;
  }

  Told tell(const sema::Test& test, const std::string& workflow) {
    for (const sema::TestAction& action : test.actions) {
      if (const auto* given = std::get_if<sema::GivenEntity>(&action.node)) expect(estate_.give(*given));
      if (const auto* start = std::get_if<sema::TestStart>(&action.node)) {
        expect(world_.open(start->at));
        const auto started = world_.start(workflow, R"({"promo": "P-1"})");
        if (!started) throw std::runtime_error(workflow + " does not start: " + started.error());
        instance_ = started->at("id");
      }
    }
    for (int hour = 0; hour < 24 * 40 && running(); ++hour) {
      expect(world_.run_to(world_.now() + 3600 * kSecond));
      while (answer_one()) expect(world_.run_to(world_.now()));
    }
    told_.status = world_.show(instance_).value("status", "?");
    for (const testing::Effect& effect : estate_.effects()) note(effect);
    return std::move(told_);
  }

 private:
  template <typename Result>
  static void expect(const Result& result) {
    if (!result) throw std::runtime_error(result.error());
  }

  bool running() {
    const std::string status = world_.show(instance_).value("status", "?");
    return status == "running" || status == "ending" || status == "compensating";
  }

  // One at a time: an answer may end what another waits for.
  bool answer_one() {
    const std::vector<Json> tasks = world_.tasks(instance_);
    if (tasks.empty()) return false;
    const Json& task = tasks.front();
    const std::string role = task.at("roles").at(0);
    DecisionRequest::What what = DecisionRequest::What::Done;
    if (task.at("kind") == "approval")
      what = approves(digest(task)) ? DecisionRequest::What::Approve : DecisionRequest::What::Reject;
    if (what == DecisionRequest::What::Approve && task.at("policy") == "SmallMoves") {
      const Json& facts = task.at("arguments").at("proposals").at(0).at("facts");
      told_.beyond[facts.at("store")] -= units_of(facts.at("units"));
    }
    expect(world_.decide(task.at("task"), options_.people.at(role).front(), what, "because", answers(task),
                         what == DecisionRequest::What::Approve ? excepted(task) : ""));
    return true;
  }

  // What the first run might have written is everything: only later are lines refused.
  std::string excepted(const Json& task) {
    Json refused = Json::array();
    if (known_ == nullptr || !task.contains("byLine")) return "";
    const std::string path = task.at("path");
    const Json page = world_.lines(task.at("task"));
    for (const Json& line : page.at("lines")) {
      const std::string target = line.at("target");
      if ((path.size() + static_cast<unsigned>(target.back())) % 3 == 0) refused.push_back(target);
    }
    return refused.dump();
  }

  // The same number at the same place in every telling; what the form comes with is left as it is.
  static std::string answers(const Json& task) {
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

  bool approves(const std::string& what) {
    if (known_) {
      const auto found = left_.find(what);
      if (found == left_.end()) return false;
      left_.erase(found);
    }
    told_.approved.insert(what);
    return true;
  }

  // What takes something back was granted with it, and is a person's doing here: a rejection.
  void note(const testing::Effect& effect) {
    const abi::Operation& operation = program_->operations.at(effect.operation);
    if (operation.name == "Price.withdraw" || operation.name == "Move.cancel") return;
    if (operation.name == "Move.small") {
      const Json sent = Json::parse(effect.payload);
      told_.beyond[sent.at("Plant")] += units_of(sent.at("Quantity"));
      return;
    }
    std::string text = operation.name;
    for (const std::string& part : effect.texts) text += " " + part;
    told_.effects.insert(std::move(text));
  }

  std::shared_ptr<const abi::Program> program_;
  testing::Estate estate_;
  testing::World world_;
  const EngineOptions& options_;
  const std::multiset<std::string>* known_;
  std::multiset<std::string> left_;
  uint64_t instance_ = 0;
  Told told_;
};

class Attack {
 public:
  uint64_t operator()(uint64_t first, uint64_t count) {
    std::vector<Module> with, without;
    for (uint64_t seed = first; seed < first + count; ++seed) {
      with.push_back(make_module(seed));
      without.push_back(make_module(seed, {.vetoes = false}));
    }
    Batch subject = compile_in_fixture(with), reference = compile_in_fixture(without);
    for (const auto& [module, codes] : subject.refused) ++refused_[codes];
    const EngineOptions options = engine_options(subject.project);
    const auto subject_program = std::shared_ptr<const abi::Program>(ir::interpret(std::move(subject.flow)));
    const auto reference_program =
        std::shared_ptr<const abi::Program>(ir::interpret(std::move(reference.flow)));
    std::map<std::string, std::vector<const sema::Test*>> tests;
    for (const sema::Test& test : subject.tests) tests[test.module].push_back(&test);
    uint64_t taken = 0;
    for (const sema::Test& test : reference.tests) {
      if (test.name != "reference" || !tests.contains(test.module)) continue;
      ++taken;
      const Told most = Telling(reference_program, options, nullptr).tell(test, test.module + ".Flow");
      ++ended_[most.status];
      effects_ += most.effects.size();
      for (const sema::Test* variant : tests.at(test.module))
        compare(test.module, most, subject_program, options, *variant);
    }
    return taken;
  }

  void report() const {
    fmt::print("refused: {}\n", tally(refused_));
    fmt::print("first runs ended: {}\nthey wrote {} times; {} of {} later runs wrote less\n", tally(ended_),
               effects_, less_, runs_);
    fmt::print("a budget of {} let through {} at most\n", decimal_to_text(kBudget, 3),
               decimal_to_text(most_let_through_, 3));
  }

 private:
  void compare(const std::string& module, const Told& most,
               const std::shared_ptr<const abi::Program>& program, const EngineOptions& options,
               const sema::Test& variant) {
    const Told told = Telling(program, options, &most.approved).tell(variant, module + ".Flow");
    ++runs_;
    less_ += told.effects.size() < most.effects.size();
    for (const auto& [store, units] : told.beyond) {
      most_let_through_ = std::max(most_let_through_, units);
      if (units <= kBudget) continue;
      fmt::print(stderr, "{}: \"{}\" moves {} of {} ea beyond its budget\n", module, variant.name,
                 decimal_to_text(units, 3), store);
      std::exit(1);
    }
    if (std::ranges::includes(most.effects, told.effects)) return;
    const std::string seed = module.substr(module.find('m') + 1);
    fmt::print(
        stderr,
        "{}: \"{}\" does what the first run did not do. --seed {} --show prints the program.\nfirst run:\n",
        module, variant.name, seed);
    for (const std::string& each : most.effects) fmt::print(stderr, "  {}\n", each);
    fmt::print(stderr, "this run:\n");
    for (const std::string& each : told.effects) fmt::print(stderr, "  {}\n", each);
    std::exit(1);
  }

  std::map<std::string, uint64_t> refused_, ended_;
  uint64_t effects_ = 0, runs_ = 0, less_ = 0;
  Int128 most_let_through_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Attack attack;
  try {
    const int code = run_batches(
        argc, argv, "Runs random accepted programs with other forecasts: no write may come of it.",
        {.programs = 1000}, std::ref(attack));
    attack.report();
    return code;
  } catch (const std::exception& error) {
    fmt::print(stderr, "soundness: {}\n", error.what());
    return 3;
  }
}
