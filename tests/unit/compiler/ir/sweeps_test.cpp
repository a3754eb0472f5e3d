// What a sweep becomes: a wait over its lists, an element machine and a guard.
#include <functional>

#include "compiler/ir/breaking.h"
#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {
namespace {

Program swept(const std::string& where = "n > least and store.region != promo.id",
              const std::string& lists = "store in stores, n in [1, 2]", int version = 1) {
  return compile(
      "module retail.trial\nuse retail.estate\nuse calendar au.trading\n"
      "workflow Flow(promo: Promotion) key promo.id version " +
      std::to_string(version) +
      " {\n  let stores = read promo.stores\n  let least = count of stores\n  sweep " + lists + " where " +
      where +
      " parallel 5 collect found { yield n }\n  finish Found(count: count of found, least: least)\n}\n");
}

struct Place {
  uint32_t machine = 0, state = 0;
};

Place sweep_in(const Program& program) {
  for (uint32_t m = 0; m < program.abi.machines.size(); ++m) {
    const auto& states = program.abi.machines[m].states;
    for (uint32_t s = 0; s < states.size(); ++s) {
      if (!states[s].path.empty() && states[s].kind == abi::WaitKind::Sweep) return {m, s};
    }
  }
  FAIL("there is no sweep");
  return {};
}

Signature signature_in(const Program& program) {
  for (uint32_t i = 0; i < program.abi.workflows.size(); ++i) {
    if (program.abi.workflows[i].name == "retail.trial.Flow") return signature_of(program.abi, i);
  }
  FAIL("no workflow Flow");
  return {};
}

std::string told(const Program& before, const Program& after) {
  const auto all = compare({signature_in(before)}, {signature_in(after)});
  REQUIRE(all.size() == 1);
  std::string text(word(all.front().verdict));
  for (const UpgradeFinding& finding : all.front().findings)
    text += "\n" + std::string(word(finding.kind)) + ": " + finding.subject + " at " +
            finding.places.front().path;
  return text;
}

}  // namespace

TEST_CASE("a sweep gives its elements one of each list, and its guard a stretch of the last") {
  const Program program = swept();
  const Place at = sweep_in(program);
  const abi::WaitPoint& point = program.abi.machines[at.machine].states[at.state];
  CHECK(point.path == "found");
  CHECK(point.parallel == 5);
  CHECK(point.collects);
  REQUIRE(point.elements.size() == 2);
  REQUIRE(point.branches.size() == 2);
  CHECK(point.branches[0].capture_count == 0);
  CHECK(point.branches[1].capture_count == 2);  // promo, least
  const auto& element = program.abi.machines[point.branches[0].machine].parameters;
  REQUIRE(element.size() == 2);
  CHECK(element[0].name == "store");
  CHECK(element[1].name == "n");
  const auto& guard = program.abi.machines[point.branches[1].machine].parameters;
  REQUIRE(guard.size() == 6);
  CHECK(guard[2].name == "store");
  CHECK(guard[3].type == point.operands[1]);
  CHECK(verify(program) == std::vector<std::string>{});
}

TEST_CASE("the verifier holds a sweep to its lists, its elements and its guard") {
  const auto says = [](const std::function<void(abi::WaitPoint&)>& damage) {
    Program program = swept();
    const Place at = sweep_in(program);
    damage(program.abi.machines[at.machine].states[at.state]);
    std::string text;
    for (const std::string& finding : verify(program)) text += finding + "\n";
    return text;
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != text.npos; };
  CHECK(has(says([](abi::WaitPoint& point) { point.branches.pop_back(); }), "no element machine and guard"));
  CHECK(has(says([](abi::WaitPoint& point) { point.parallel = 0; }), "no element machine and guard"));
  CHECK(has(says([](abi::WaitPoint& point) { point.elements.pop_back(); }), "sweeps over 1 lists"));
  CHECK(has(says([](abi::WaitPoint& point) { std::swap(point.elements[0], point.elements[1]); }),
            "is no list of what is swept"));
  CHECK(has(says([](abi::WaitPoint& point) { std::swap(point.elements[0], point.elements[1]); }),
            "gives a child the wrong element"));
  CHECK(has(says([](abi::WaitPoint& point) { std::swap(point.branches[0], point.branches[1]); }),
            "gives a child the wrong number of values"));
}

TEST_CASE("a new version keeps the lists of a sweep, and may look for something else") {
  const Program before = swept();
  CHECK(told(before, swept("n < least and store.region != promo.id", "store in stores, n in [1, 2]", 2)) ==
        "same");
  CHECK(told(before, swept("n < least", "store in stores, n in [1, 2]", 2)) == "maps");
  const std::string swapped =
      told(before, swept("n > least and store.region != promo.id", "n in [1, 2], store in stores", 2));
  CHECK(swapped.find("element changed: found at found") != swapped.npos);
  const std::string more = told(
      swept("n < least"), swept("n < least and promo.name != store.id", "store in stores, n in [1, 2]", 2));
  CHECK(more.find("value new: promo at found where (start)") != more.npos);
}

}  // namespace endcap::ir::testing
