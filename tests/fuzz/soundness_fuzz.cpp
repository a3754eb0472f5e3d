// The theorem of docs/reference/language.md, attacked: advice alone may hold a write back, never add or
// change one.
//
// A random program that the checker accepts is run with one set of forecasts and answers of models and then
// with others; nothing else differs. The first run is of the program without its vetoes, and people approve whatever is put to
// them. In the others people approve exactly what they approved there, by its digest, or all but some of its
// lines. Then whatever a later run writes or tells must have been written or told in the first: a write that
// a policy permits may not depend on a forecast, and one that a person grants is the one that was granted.
// Nothing is taken back either that was not taken back there, unless somebody has said no.
// `Move.small` is what a policy lets advice decide: each store gets no more of it than its budget and what
// people granted.
#include <algorithm>
#include <stdexcept>

#include "compiler/ir/interpreter.h"
#include "tests/fuzz/run.h"
#include "tests/fuzz/telling.h"

using namespace endcap;
using namespace endcap::fuzz;

namespace {

EngineOptions engine_options(const Project& project) {
  EngineOptions options;
  for (const RoleConfig& role : project.roles) options.people[role.name] = role.people;
  options.people["Area"] = {"ann"};
  options.scopes["Area"]["ann"] = {"*"};
  return options;
}

constexpr Int128 kBudget = 15'000;  // of SmallMoves in tests/language/project/advice.endcap

class Attack {
 public:
  uint64_t operator()(uint64_t first, uint64_t count, Census& census) {
    std::vector<Module> with, without;
    for (uint64_t seed = first; seed < first + count; ++seed) {
      with.push_back(make_module(seed));
      without.push_back(make_module(seed, {.vetoes = false}));
    }
    Batch subject = compile_in_fixture(with), reference = compile_in_fixture(without);
    census.count(subject);
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
      note(most);
      effects_ += most.effects.size();
      for (const sema::Test* variant : tests.at(test.module))
        compare(test.module, most, subject_program, options, *variant);
    }
    return taken;
  }

  void report() const {
    if (runs_ == 0) return;
    fmt::print("first runs ended: {}\nthey wrote {} times; {} of {} later runs wrote less\n", tally(ended_),
               effects_, less_, runs_);
    fmt::print("{} undos; in the histories of the first runs stands {}\n", undone_, tally(happened_));
    fmt::print("a budget of {} let through {} at most\n", decimal_to_text(kBudget, 3),
               decimal_to_text(most_let_through_, 3));
  }

 private:
  void compare(const std::string& module, const Told& most,
               const std::shared_ptr<const abi::Program>& program, const EngineOptions& options,
               const sema::Test& variant) {
    const Told told = Telling(program, options, &most.said).tell(variant, module + ".Flow");
    ++runs_;
    note(told);
    less_ += told.effects.size() < most.effects.size();
    for (const auto& [store, units] : told.beyond) {
      most_let_through_ = std::max(most_let_through_, units);
      if (units <= kBudget) continue;
      fmt::print(stderr, "{}: \"{}\" moves {} of {} ea beyond its budget\n", module, variant.name,
                 decimal_to_text(units, 3), store);
      std::exit(1);
    }
    // Whoever said no may have things taken back by that.
    const bool takes_back = !told.refused && !std::ranges::includes(most.taken_back, told.taken_back);
    if (std::ranges::includes(most.effects, told.effects) && !takes_back) return;
    const std::string seed = module.substr(module.find('m') + 1);
    fmt::print(
        stderr,
        "{}: \"{}\" does what the first run did not do. --seed {} --show prints the program.\nfirst run:\n",
        module, variant.name, seed);
    print(most);
    fmt::print(stderr, "this run:\n");
    print(told);
    std::exit(1);
  }

  void note(const Told& told) {
    for (const auto& [kind, times] : told.happened) happened_[kind] += times;
    undone_ += told.taken_back.size();
  }

  static void print(const Told& told) {
    for (const std::string& each : told.effects) fmt::print(stderr, "  {}\n", each);
    for (const std::string& each : told.taken_back) fmt::print(stderr, "  taken back: {}\n", each);
  }

  std::map<std::string, uint64_t> ended_, happened_;
  uint64_t effects_ = 0, runs_ = 0, less_ = 0, undone_ = 0;
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
