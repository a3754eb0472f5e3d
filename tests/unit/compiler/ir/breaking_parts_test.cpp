// Which parts of a value are advice, between two versions: who chose an entity is not what is advice in it.
#include <algorithm>

#include "compiler/ir/breaking.h"
#include "compiler/ir/upgrade.h"
#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {
namespace {

const char* const kPlaces = R"(
  use system erp
  record Plan { units: Qty<ea>, spare: Qty<ea> }
  function place(units: Qty<ea>) -> StoreId = when units > 5 ea then "0001" otherwise "0002"
  system erp {
    operation Price.hold(promo: Promotion) is write {
      create A_PriceCondition { RetailPromotion: promo.id  Material: promo.article }
      keyed by ConditionReference
      owner StoreOps
    }
  }
  policy Gate governs Price.hold for (promo: Promotion) { | approval by FinanceManager otherwise }
)";

Program program_of(const std::string& body, int version) {
  return compile("module retail.trial\nuse retail.estate\nuse calendar au.trading\n" + std::string(kPlaces) +
                 "\nworkflow Flow(promo: Promotion) key promo.id version " + std::to_string(version) +
                 " {\n" + body + "\n}\n");
}

Signature flow_of(const Program& program) {
  for (uint32_t i = 0; i < program.abi.workflows.size(); ++i) {
    if (program.abi.workflows[i].name == "retail.trial.Flow") return signature_of(program.abi, i);
  }
  FAIL("no workflow Flow");
  return {};
}

// As an Endcap keeps it that notes of a value only whether something of it is advice.
Signature older(const std::string& body) {
  Program program = program_of(body, 1);
  for (abi::Workflow& workflow : program.abi.workflows) workflow.parts_noted = false;
  for (abi::Machine& machine : program.abi.machines) {
    for (abi::Slot& slot : machine.parameters) slot.advised.clear();
    for (abi::WaitPoint& wait : machine.states) {
      for (abi::Slot& slot : wait.live) slot.advised.clear();
      for (auto& proposal : wait.proposals) proposal.knows.clear();
      wait.brings.clear();
    }
  }
  return flow_of(program);
}

std::string told_of_parts(const Signature& before, const Signature& after) {
  const WorkflowUpgrade upgrade = compare({before}, {after}).front();
  std::string text(word(upgrade.verdict));
  for (const UpgradeFinding& finding : upgrade.findings) {
    text += "\n" + describe(finding) + " at";
    for (const auto& place : finding.places) text += " " + place.path;
  }
  return text;
}

std::string told_of_parts(const std::string& before, const std::string& after) {
  return told_of_parts(flow_of(program_of(before, 1)), flow_of(program_of(after, 2)));
}

std::string with_piece(std::string text, const std::string& piece, const std::string& by) {
  const size_t at = text.find(piece);
  REQUIRE(at != text.npos);
  return text.replace(at, piece.size(), by);
}

std::string looked_at(const std::string& argument, const std::string& name = "Look") {
  return "task " + name + "(id: " + argument +
         ") to StoreOps within 1 hour { on expired { then continue } }\n";
}

// How much is in the way of who stands at task.Look, in the plan of a deploy.
size_t obstacles(const Program& from, const Program& to) {
  const abi::Upgrade upgrade = plan_upgrade(from.abi, to.abi);
  for (size_t m = 0; m < from.abi.machines.size(); ++m) {
    const auto& states = from.abi.machines[m].states;
    const auto look = std::ranges::find(states, "task.Look", &abi::WaitPoint::path);
    if (look != states.end()) return upgrade.machines[m].points[look - states.begin()].obstacles.size();
  }
  return size_t{99};
}

const std::string kStock = "let stock = read Stock(\"0001\", promo.article)\n";
const std::string kEnd = "finish Sold(promo.id)";

std::string read_by(const std::string& key) {
  return kStock + "let other = read Stock(" + key + ", promo.article)\n" + looked_at("promo.id") +
         looked_at("other.available", "Order") + kEnd;
}
const std::string kChosen = read_by("place(stock.forecast)"), kKnown = read_by("place(stock.available)");

}  // namespace

TEST_SUITE("upgrade signatures") {
  TEST_CASE("an entity that advice chose is not one that was chosen without it") {
    CHECK(told_of_parts(kChosen, kChosen) == "same");
    CHECK(told_of_parts(kChosen, kKnown) ==
          "strands\n"
          "what it gives was chosen by advice and is chosen by what is trusted at other\n"
          "`other` was chosen by advice and is chosen by what is trusted at task.Look");
    // What counts as advice and would not have to is more careful than it must be.
    CHECK(told_of_parts(kKnown, kChosen) == "same");
    CHECK(told_of_parts(kKnown, with_piece(kKnown, "place(stock.available)", "\"0007\"")) == "same");
  }

  TEST_CASE("the plan of a deploy says so of who stands there") {
    const Program before = program_of(kChosen, 1), after = program_of(kKnown, 2);
    CHECK(obstacles(before, after) == 1);
    CHECK(obstacles(after, before) == 1);  // the version is lower, and nothing else
    CHECK(obstacles(program_of(kKnown, 1), program_of(kChosen, 2)) == 0);
  }

  TEST_CASE("the fields of a record are told apart") {
    const std::string plan = kStock + "let plan = Plan(units: stock.forecast, spare: stock.available)\n" +
                             looked_at("promo.id") + looked_at("plan.units", "Order") + kEnd;
    const std::string other =
        with_piece(plan, "stock.forecast, spare: stock.available", "stock.available, spare: stock.forecast");
    CHECK(told_of_parts(plan, other) == "strands\n`plan.units` was advice and is trusted at task.Look");
    CHECK(told_of_parts(plan, with_piece(plan, "spare: stock.available", "spare: stock.forecast")) == "same");
    CHECK(told_of_parts(with_piece(plan, "spare: stock.available", "spare: stock.forecast"), plan) ==
          "strands\n`plan.spare` was advice and is trusted at task.Look");
  }

  TEST_CASE("who chose the elements of a list is told apart from what they are") {
    const std::string list = kStock +
                             "let stores = read promo.stores\n"
                             "for each store in stores parallel 5 collect found {\n"
                             "let there = read Stock(store.id, promo.article)\n" +
                             "when there.available > 5 ea { skip }\n"
                             "yield Plan(units: there.forecast, spare: there.available)\n}\n" +
                             looked_at("promo.id") + looked_at("count of found", "Order") + kEnd;
    const std::string chosen = with_piece(list, "there.available > 5 ea", "there.forecast > 5 ea");
    CHECK(told_of_parts(list, chosen) == "same");
    const std::string text = told_of_parts(chosen, list);
    CHECK(text.find("`found` was chosen by advice and is chosen by what is trusted at task.Look") !=
          text.npos);
    CHECK(text.find("what it gives was chosen by advice") != text.npos);
    const std::string whole = with_piece(list, "units: there.forecast, spare: there.available",
                                         "units: there.available, spare: there.forecast");
    CHECK(told_of_parts(list, whole).find("`found[].units` was advice and is trusted") != text.npos);
  }

  TEST_CASE("a grant is not used for advice that it was asked for without") {
    const std::string approve =
        "approve hold under Gate as held valid until promo.end at 23:59 zone \"Australia/Sydney\" {\n"
        "within 8 business hours\non rejected, expired { fail Refused(promo.id) and keep }\n"
        "on changed { then ask again } }\n";
    const std::string hold = "let hold = propose Price.hold(promo)\n";
    const std::string within = kStock + hold + "when stock.forecast > 5 ea {\n" + approve +
                               looked_at("promo.id") + "write held\n}\n" + kEnd;
    const std::string without = kStock + hold + "when stock.available > 5 ea {\n" + approve +
                                looked_at("promo.id") + "write held\n}\n" + kEnd;
    // Who stands there was not sent by the forecast; the new version writes where it says so too.
    const std::string later = with_piece(within, "write held", "when stock.forecast > 9 ea { write held }");
    CHECK(told_of_parts(without, later).find("`held` was asked for without knowing the advice of stock") !=
          std::string::npos);
    CHECK(told_of_parts(without, without) == "same");
    CHECK(told_of_parts(later, later) == "same");
  }

  TEST_CASE("a grant that was asked for knowing one advice is not used for another") {
    const auto flow = [](const std::string& condition, const std::string& write) {
      return kStock + "let other = read Stock(\"0002\", promo.article)\n" +
             "let hold = propose Price.hold(promo)\nwhen " + condition + " {\n" +
             "approve hold under Gate as held valid until promo.end at 23:59 zone \"Australia/Sydney\" {\n"
             "within 8 business hours\non rejected, expired { fail Refused(promo.id) and keep }\n"
             "on changed { then ask again } }\n" +
             looked_at("promo.id") + write + "\n" + looked_at("other.forecast > 1 ea", "Order") + "}\n" +
             kEnd;
    };
    const std::string one = flow("stock.forecast > 5 ea", "write held");
    const std::string two =
        flow("stock.forecast > 5 ea and other.forecast > 4 ea", "when other.forecast > 6 ea { write held }");
    const std::string text = told_of_parts(one, two);
    INFO(text);
    CHECK(text.find("`held` was asked for without knowing the advice of other, and could be written for it "
                    "now at") != std::string::npos);
    CHECK(text.find("advice of stock") == std::string::npos);
    CHECK(obstacles(program_of(one, 1), program_of(two, 2)) == 1);
    CHECK(told_of_parts(two, two) == "same");
    // Who was asked knowing of both is asked knowing of one: the other is more than is needed.
    CHECK(told_of_parts(two, flow("stock.forecast > 5 ea", "write held")).find("without knowing") ==
          std::string::npos);
  }

  TEST_CASE("what an older Endcap noted is compared as far as it goes") {
    // The same text: nothing has become of it, but that more is known.
    CHECK(told_of_parts(older(kChosen), flow_of(program_of(kChosen, 1))) == "same");
    CHECK(told_of_parts(older(kKnown), flow_of(program_of(kKnown, 1))) == "same");
    // Another text: it may have been chosen by advice.
    const std::string moved = "-- another line\n" + kKnown;
    CHECK(told_of_parts(older(kChosen), flow_of(program_of(moved, 1))).starts_with("strands"));
    const WorkflowUpgrade upgrade = compare({older(kKnown)}, {flow_of(program_of(moved, 1))}).front();
    REQUIRE_FALSE(upgrade.findings.empty());
    CHECK(remedy(upgrade.findings[0], upgrade).starts_with("start this Endcap with the project as it was"));
    // It may have been, and counts as such: nothing is in the way.
    CHECK(told_of_parts(older(kKnown), flow_of(program_of("-- another line\n" + kChosen, 1)))
              .find("`other` was") == std::string::npos);
    // Where there is no advice at all, there is nothing to be asked.
    const std::string plain =
        "let shop = promo.article\n" + looked_at("promo.id") + looked_at("shop", "Order") + kEnd;
    CHECK(told_of_parts(older(plain), flow_of(program_of("-- another line\n" + plain, 1))) == "same");
  }

  TEST_CASE("what is read again is found by what can be trusted in what is held") {
    const std::string old_wait = kChosen;
    const std::string again =
        with_piece(kChosen, looked_at("other.available", "Order"), looked_at("third.available", "Order"));
    const std::string read = "let third = read Stock(other.store, promo.article)\n";
    const std::string third = "upgrades from 1 { let third = reread }\n" +
                              with_piece(again, looked_at("promo.id"), read + looked_at("promo.id"));
    // The old version keeps `other`, and advice chose it.
    CHECK(told_of_parts(old_wait, third).find("`third` (StockPosition) is needed after the wait") !=
          std::string::npos);
    CHECK(told_of_parts(kKnown, with_piece(third, "place(stock.forecast)", "place(stock.available)")) ==
          "maps");
  }
}

}  // namespace endcap::ir::testing
