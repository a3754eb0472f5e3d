// Proposals, approvals and writes, from text to the steps of an instance.
#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {

using abi::Exit;
using abi::WaitKind;

namespace {

const char* const kPolicies = R"(
  function margin(promo: Promotion) -> Ratio = (promo.price - promo.landedCost) / promo.price
  policy MarginGate governs Price.activate, Price.withdraw, Listing.publish, Listing.withdraw for (promo: Promotion) {
    | permit                     when margin(promo) >= 12%
    | approval by FinanceManager when 5% <= margin(promo) < 12%
    | forbid "below the floor"   when margin(promo) < 5%
    stand in FinanceDirector for FinanceManager
  }
  policy StockMove governs Transfer.commit, Transfer.cancel for (units: Qty<ea>) {
    | forbid "a transfer of nothing" when units <= 0 ea
    | approval by SupplyPlanner      when units > 0 ea
  }
)";

const char* const kGate = R"(
  let stores = read promo.stores
  step gate {
    let prices  = propose for each store in stores { Price.activate(promo, store) undo Price.withdraw(promo, store) }
    let listing = propose Listing.publish(promo) undo Listing.withdraw(promo)
    approve prices, listing under MarginGate as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 8 business hours
      remind after 2 business hours
      escalate to FinanceDirector after 4 business hours
      on rejected { fail Refused(promo.id) and compensate }
      on expired  { fail Late(promo.id) and compensate }
      on changed  { then ask again }
    }
  }
)";

Instance at_gate(const TextFlow& flow, const json& promo) {
  Instance instance = flow.start(promo);
  instance.ok({store("0001"), store("0002", "Australia/Perth")});
  REQUIRE(instance->point->kind == WaitKind::Approve);
  return instance;
}

}  // namespace

TEST_CASE("an approval shows every leaf with its target, payload, undo and the row of the policy") {
  TextFlow flow(std::string(kGate) + "write pricing for listing finish Sold(promo.id)", kPolicies);
  Instance instance = at_gate(flow, promotion());
  const abi::WaitPoint& point = *instance->point;
  CHECK(point.label == "pricing");
  REQUIRE(point.proposals.size() == 2);
  CHECK(point.proposals[0].name == "prices");
  CHECK(point.escalations.size() == 1);
  CHECK(point.within->calendar.has_value());
  const json& prices = instance->operands[0];
  REQUIRE(prices.size() == 2);
  CHECK(prices[0]["target"] == "0001");
  CHECK(prices[1]["target"] == "0002");
  CHECK(prices[0]["payload"].dump().find("AC-100") != std::string::npos);
  CHECK_FALSE(prices[0]["undo"].is_null());
  CHECK(instance->operands[1] == json({1, 1}));
  CHECK(instance->operands[2][0]["target"] == "");
  CHECK(instance->operands[3] == json({1}));
  CHECK(instance->operands[point.valid_until_operand] == "2026-12-14T12:59:00Z");
}

TEST_CASE("an approval says whether a model had a hand in what it asks for") {
  const auto asked = [](const std::string& units, const std::string& when) {
    TextFlow flow("let stock = read Stock(\"0001\", promo.article)\n" + when +
                      "{ let move = propose Transfer.commit(promo, to: \"0001\", units: " + units +
                      ") undo Transfer.cancel(promo, to: \"0001\", units: " + units + R"()
                        approve move under StockMove as shift valid until promo.end at 23:59 zone "Australia/Sydney" {
                          within 8 hours
                          on rejected, expired { fail Refused(promo.id) and keep }
                          on changed { then ask again }
                        }
                        write shift { on InsufficientStock { fail Late(promo.id) and keep } } }
                      finish Sold(promo.id))",
                  kPolicies);
    Instance instance = flow.start(promotion());
    const json nine = {{"amount", "9"}, {"unit", "ea"}};
    instance.ok({{"store", "0001"},
                 {"article", "AC-100"},
                 {"available", nine},
                 {"forecast", nine},
                 {"as of", "2026-11-20T09:00:00Z"}});
    REQUIRE(instance->point->kind == WaitKind::Approve);
    return instance->point->by_advice;
  };
  CHECK_FALSE(asked("stock.available", "when yes "));
  CHECK(asked("stock.forecast", "when yes "));
  CHECK(asked("stock.available", "when stock.forecast > 5 ea "));
}

TEST_CASE("the row of the policy follows the facts; what can't be computed is no row") {
  TextFlow flow(std::string(kGate) + "write pricing for listing finish Sold(promo.id)", kPolicies);
  auto row = [&](const std::string& price, const std::string& cost) -> int {
    return at_gate(flow, promotion(price, cost))->operands[3][0];
  };
  CHECK(row("100.00", "88.00") == 0);
  CHECK(row("100.00", "88.01") == 1);
  CHECK(row("100.00", "95.01") == 2);
  CHECK(row("0.00", "1.00") == -1);
}

TEST_CASE("a decision, or none in time, takes its handler") {
  TextFlow flow(std::string(kGate) + "write pricing for listing finish Sold(promo.id)", kPolicies);
  Instance instance = at_gate(flow, promotion());
  SUBCASE("rejected") {
    CHECK(instance.rejected()->outcome == "Refused");
    CHECK(instance->compensate);
  }
  SUBCASE("expired") { CHECK(instance.expired()->outcome == "Late"); }
}

TEST_CASE("a line that was refused is gone past at its write, or leaves out the element that writes it") {
  const auto gate = [](const char* then) {
    std::string text = kGate;
    text.replace(text.find("      within"), 0, "      by line\n");
    return text.replace(text.find("      on expired"), 0,
                        std::string("      on refused { then ") + then + " }\n");
  };
  SUBCASE("gone past") {
    TextFlow flow(gate("continue") + "write pricing for listing finish Sold(promo.id)", kPolicies);
    Instance instance = at_gate(flow, promotion());
    CHECK(instance->point->by_line);
    instance.ok(77);
    CHECK(instance.refused()->outcome == "Sold");
  }
  SUBCASE("left out") {
    TextFlow flow(gate("skip") +
                      "for each store in stores parallel 2 { write pricing for store } finish Sold(promo.id)",
                  kPolicies);
    Instance instance = at_gate(flow, promotion());
    instance.ok(77);
    CHECK(instance.element(0).refused()->exit == Exit::Skip);
  }
  SUBCASE("asked again, it can be refused still") {
    TextFlow flow(gate("continue") + "write pricing for listing finish Sold(promo.id)", kPolicies);
    Instance instance = at_gate(flow, promotion());
    const json facts = instance->operands[2][0]["facts"];
    instance.ok(77);
    instance.changed(facts);
    CHECK(instance->point->by_line);
    CHECK(instance.ok(77).refused()->outcome == "Sold");
  }
}

TEST_CASE("a write names the grant and the leaf, and the proposals are not kept for it") {
  TextFlow flow(std::string(kGate) + "write pricing for listing finish Sold(promo.id)", kPolicies);
  Instance instance = at_gate(flow, promotion());
  instance.ok(77);
  REQUIRE(instance->point->kind == WaitKind::Write);
  CHECK(instance->point->target == 1);
  CHECK(instance->operands == std::vector<json>{77, ""});
  for (const std::string& name : instance->live)
    CHECK_MESSAGE((name == "pricing" || name == "promo" || name.empty()), name);
  CHECK(instance.ok()->outcome == "Sold");
}

TEST_CASE("facts that changed are asked for again with their row, and the write goes on with the same leaf") {
  TextFlow flow(std::string(kGate) + "write pricing for listing finish Sold(promo.id)", kPolicies);
  Instance instance = at_gate(flow, promotion());
  json facts = instance->operands[2][0]["facts"];
  instance.ok(77);
  for (auto& [name, value] : facts.items()) {
    if (value.is_object() && value.value("amount", "") == "91.00") value = aud("93.00");
  }
  instance.changed(facts);
  REQUIRE(instance->exit == Exit::Park);
  REQUIRE(instance->point->kind == WaitKind::AskAgain);
  CHECK(instance->operands[0] == 77);
  CHECK(instance->operands[1] == "");
  CHECK(instance->operands[2] == facts);
  CHECK(instance->operands[3] == 1);
  SUBCASE("granted") {
    CHECK(instance.ok(77)->point->kind == WaitKind::Write);
    CHECK(instance->operands == std::vector<json>{77, ""});
    CHECK(instance.ok()->outcome == "Sold");
  }
  SUBCASE("rejected") { CHECK(instance.rejected()->outcome == "Refused"); }
  SUBCASE("expired") { CHECK(instance.expired()->outcome == "Late"); }
}

TEST_CASE("an element writes its own leaf, retries after help, and knows the approval's handlers") {
  TextFlow flow(std::string(kGate) + R"(
    for each store in stores parallel 50 {
      write pricing for store {
        on InvalidCondition, RecordLocked {
          task ActivateByHand(store: store.id) to StoreOps within 4 business hours { on expired { then skip } }
          then retry
        }
      }
    }
    finish Sold(promo.id)
  )",
                kPolicies);
  Instance main = at_gate(flow, promotion());
  main.ok(77);
  REQUIRE(main->point->kind == WaitKind::ForEach);
  Instance element = main.element(1);
  REQUIRE(element->point->kind == WaitKind::Write);
  CHECK(element->operands == std::vector<json>{77, "0002"});
  SUBCASE("written") { CHECK(element.ok()->exit == Exit::Done); }
  SUBCASE("a declared rejection asks for help and tries again") {
    element.rejected(1);
    REQUIRE(element->point->kind == WaitKind::Task);
    element.ok();
    REQUIRE(element->point->kind == WaitKind::Write);
    CHECK(element->operands == std::vector<json>{77, "0002"});
  }
  SUBCASE("help that does not come skips the element") {
    CHECK(element.rejected(0).expired().at().exit == Exit::Skip);
  }
  SUBCASE("an expired grant fails, although this is an element") {
    CHECK(element.expired()->exit == Exit::Fail);
    CHECK(element->outcome == "Late");
  }
  SUBCASE("what has no handler suspends it") { CHECK(element.unavailable()->fault == FaultKind::Unhandled); }
}

TEST_CASE("an approval in an element is its own") {
  TextFlow flow(R"(
    let stores = read promo.stores
    for each store in stores parallel 2 {
      let move = propose Transfer.commit(promo, to: store.id, units: 4 ea)
                 undo Transfer.cancel(promo, to: store.id, units: 4 ea)
      approve move under StockMove as shift valid until promo.launch at 06:00 zone store.timeZone {
        within 4 business hours
        on rejected, expired { then skip }
        on changed { then ask again }
      }
      write shift { on InsufficientStock { then skip } }
    }
    finish Sold(promo.id)
  )",
                kPolicies);
  Instance main = flow.start(promotion());
  main.ok(json::array({store("0001", "Australia/Perth")}));
  Instance element = main.element(0);
  REQUIRE(element->point->kind == WaitKind::Approve);
  CHECK(element->operands[1] == json({1}));
  CHECK(element->operands[element->point->valid_until_operand] == "2026-11-30T22:00:00Z");
  SUBCASE("refused") { CHECK(element.rejected()->exit == Exit::Skip); }
  SUBCASE("granted and written") { CHECK(element.ok(5).ok().at().exit == Exit::Done); }
  SUBCASE("granted, and the stock is gone") { CHECK(element.ok(5).rejected(0).at().exit == Exit::Skip); }
}

}  // namespace endcap::ir::testing
