// What `throughout` says for all calls to a system, as it stands at them.
#include <algorithm>

#include "compiler/ir/breaking.h"
#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {
namespace {

using abi::WaitKind;

const char* const kCalls = R"(
  throughout {
    on unavailable of erp {
      task Restart(promo.id) to PricingAnalyst within 4 hours { on expired { fail Away(promo.id) } }
      then retry
    }
  }
  let stores = read promo.stores
  step look {
    let now = reread promo
    let own = read Stock("1001", promo.article) { on unavailable { fail NoStock(promo.id) } }
  }
  finish Done(promo.id)
)";

std::vector<std::string> paths(const abi::Program& program) {
  std::vector<std::string> result;
  for (const abi::WaitPoint& point : program.machines[program.find_workflow("Flow")->main].states) {
    if (point.kind == WaitKind::Task) result.push_back(point.path);
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace

TEST_CASE("each call that says nothing has what is said for all, with a wait of its own") {
  const TextFlow flow(kCalls, "use system erp");
  CHECK(paths(flow.program()) ==
        std::vector<std::string>{"look.now.unavailable.task.Restart", "stores.unavailable.task.Restart"});
}

TEST_CASE("it tries again at the call that it stands for, or ends") {
  TextFlow flow(kCalls, "use system erp");
  Instance instance = flow.start(promotion());
  REQUIRE(instance->path == "stores");
  REQUIRE(instance.unavailable()->path == "stores.unavailable.task.Restart");
  CHECK(instance.ok()->path == "stores");
  CHECK(instance.ok(json::array())->path == "look.now");
  CHECK(instance.unavailable()->path == "look.now.unavailable.task.Restart");
  CHECK(instance.expired()->outcome == "Away");
}

TEST_CASE("a handler at the call comes first") {
  TextFlow flow(kCalls, "use system erp");
  Instance instance = flow.start(promotion());
  instance.ok(json::array());
  REQUIRE(instance.ok(promotion())->path == "look.own");
  CHECK(instance.unavailable()->outcome == "NoStock");
}

TEST_CASE("for tests it is one place, wherever it stands") {
  const Program program = compile(
      std::string("module retail.trial\nuse retail.estate\nuse system erp\nuse calendar au.trading\n") +
      "workflow Flow(promo: Promotion) key promo.id version 1 {\n" + kCalls + "}\n");
  const auto count = [&](Mark::Kind kind, std::string_view text) {
    return std::ranges::count_if(program.marks, [&](const Mark& mark) {
      return mark.kind == kind && mark.text == text && mark.source_path != "retail.endcap";
    });
  };
  CHECK(count(Mark::Kind::Wait, "task.Restart") == 1);
  CHECK(count(Mark::Kind::Deadline, "on expired") == 1);
}

TEST_CASE("an instance keeps its place in it when calls come and go around") {
  const auto signed_flow = [](const std::string& body, int version) {
    const Program program = compile(
        "module retail.trial\nuse retail.estate\nuse system erp\nuse calendar au.trading\n"
        "workflow Flow(promo: Promotion) key promo.id version " +
        std::to_string(version) + " {\n" + body + "}\n");
    for (uint32_t i = 0; i < program.abi.workflows.size(); ++i) {
      if (program.abi.workflows[i].name == "retail.trial.Flow") return signature_of(program.abi, i);
    }
    FAIL("no workflow Flow");
    return Signature{};
  };
  std::string more = kCalls;
  more.insert(more.find("  let stores"), "  let first = reread promo\n");
  const auto upgrade = compare({signed_flow(kCalls, 1)}, {signed_flow(more, 2)});
  CHECK(upgrade.front().findings.empty());
  CHECK(std::ranges::find(upgrade.front().unchanged, "stores.unavailable.task.Restart") !=
        upgrade.front().unchanged.end());
}

}  // namespace endcap::ir::testing
