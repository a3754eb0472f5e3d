// Several policies of one operation, as the one that is asked.
#include <fmt/format.h>

#include "checked.h"

namespace endcap::sema {
namespace {

using Names = std::vector<std::string>;
using Verdict = abi::PolicyRow::Verdict;

constexpr const char* kThree = R"(
role Director
policy OrderValue governs Refill.order for (store: StoreId, units: Qty<ea>) {
  | permit advice       when 0 ea < units <= 10 ea up to 15 ea of units per store
  | approval by Finance otherwise
  stand in Director for Finance
  stand in Clerk for Planner
}
policy OrderSize governs Refill.order for (units: Qty<ea>) {
  let large = units > 20 ea
  | permit                       when not large and units > 0 ea
  | approval by Planner, Finance when large
  | forbid "nothing to order"    when units <= 0 ea
  stand in Director for Finance
}
)";

std::vector<std::string> roles_of(const Checked& checked, const abi::PolicyRow& row) {
  std::vector<std::string> names;
  for (const uint32_t role : row.roles) names.push_back(checked.program.abi.roles[role]);
  return names;
}

}  // namespace

TEST_CASE("every row of one meets every row of the other, and the stricter counts") {
  const Checked checked(kThree);
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const abi::Policy& joint = checked.policy("OrderSize, OrderValue");
  std::vector<Verdict> verdicts;
  for (const abi::PolicyRow& row : joint.rows) verdicts.push_back(row.verdict);
  CHECK(verdicts == std::vector{Verdict::Permit, Verdict::Approval, Verdict::Approval, Verdict::Approval,
                                Verdict::Forbid, Verdict::Forbid});
  CHECK(roles_of(checked, joint.rows[1]) == Names{"Finance"});
  CHECK(roles_of(checked, joint.rows[3]) == Names{"Planner", "Finance"});
  CHECK(joint.rows[4].reason == "nothing to order");
}

TEST_CASE(
    "a budget is used whatever the other policy says, and what it does not bear its own policy decides") {
  const Checked checked(kThree);
  const abi::Policy& joint = checked.policy("OrderSize, OrderValue");
  REQUIRE(joint.rows[0].budgets.size() == 1);
  CHECK(joint.rows[0].budgets[0].name == "OrderValue: units (Qty<ea>) per store");
  CHECK(joint.rows[0].budgets[0].beyond == 1);
  REQUIRE(joint.rows[2].budgets.size() == 1);
  CHECK(joint.rows[2].budgets[0].beyond == 3);
  CHECK(joint.rows[4].budgets.empty());
  const auto& facts = checked.program.abi.types[joint.facts].fields;
  CHECK(facts[joint.rows[0].budgets[0].amount].name == "units");
  CHECK(facts[joint.rows[0].budgets[0].account].name == "store");
}

TEST_CASE("what both look at is one fact, read again once") {
  const Checked checked(R"(
policy OfferAge governs Price.activate for (promo: Promotion) {
  | approval by Planner when promo.launch < promo.end
  | forbid "no day of it" when promo.launch >= promo.end
}
)");
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const abi::Policy& joint = checked.policy("OfferAge, PriceGate");
  CHECK(field_names(checked.program, joint.facts) ==
        std::vector<std::string>{"promo.launch", "promo.end", "promo.id", "promo.price"});
  REQUIRE(joint.rechecks.size() == 1);
  CHECK(joint.rechecks[0].key_facts == std::vector<uint32_t>{2});
  CHECK(joint.rechecks[0].facts == std::vector<std::pair<uint32_t, uint32_t>>{{0, 5}, {1, 6}, {3, 3}});
}

TEST_CASE("somebody stands in where every policy that asks the role says so") {
  const Checked checked(kThree);
  const abi::Policy& joint = checked.policy("OrderSize, OrderValue");
  REQUIRE(joint.stand_ins.size() == 1);
  CHECK(checked.program.abi.roles[joint.stand_ins[0].stand_in] == "Director");
  CHECK(checked.program.abi.roles[joint.stand_ins[0].role] == "Finance");
}

TEST_CASE("three policies are one as well") {
  const Checked checked(std::string(kThree) + R"(
policy OrderStore governs Refill.order for (store: StoreId) {
  | permit           when store != "0001"
  | forbid "closed"  when store == "0001"
}
)");
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const abi::Policy& joint = checked.policy("OrderSize, OrderStore, OrderValue");
  REQUIRE(joint.rows.size() == 12);
  CHECK(joint.rows[0].verdict == Verdict::Permit);
  CHECK(joint.rows[0].budgets.at(0).beyond == 1);
  CHECK(joint.rows[2].reason == "closed");
  CHECK(joint.rows[10].reason == "nothing to order; closed");
}

TEST_CASE("people who suffice for each policy must suffice for both at once, where both can ask") {
  const auto one_person = [](Project& project) {
    project.roles = {{"Finance", {"fay"}, {}}, {"Planner", {"fay"}, {}}, {"Clerk", {"cleo"}, {}}};
  };
  const auto policies = [](const char* second) {
    return fmt::format(
        "policy A governs Refill.order for (units: Qty<ea>) {{\n  | permit when units <= 5 ea\n"
        "  | approval by Planner when units > 5 ea\n}}\n"
        "policy B governs Refill.order for (units: Qty<ea>) {{\n  | permit when not ({0})\n"
        "  | approval by Finance when {0}\n}}\n",
        second);
  };
  CHECK(Checked(policies("units > 9 ea"), one_person).says(DiagnosticKind::NoEligibleApprover));
  CHECK_FALSE(Checked(policies("units < 3 ea"), one_person).says(DiagnosticKind::NoEligibleApprover));
}

TEST_CASE("policies that together tell too many cases apart are refused") {
  std::string text;
  for (const char* name : {"Many", "More"}) {
    text += fmt::format("policy {} governs Refill.order for (units: Qty<ea>) {{\n", name);
    for (int i = 0; i < 20; ++i) text += fmt::format("  | permit when units == {} ea\n", i);
    text += "  | forbid \"another number\" otherwise\n}\n";
  }
  CHECK(Checked(text).says(DiagnosticKind::JointPolicyTooLarge));
}

TEST_CASE("so many cases that their number overflows are too many, not none") {
  std::string text;
  for (int policy = 0; policy < 16; ++policy) {  // 16 rows each: 2 to the 64th
    text += fmt::format("policy Gate{} governs Refill.order for (units: Qty<ea>) {{\n", policy);
    for (int i = 0; i < 15; ++i) text += fmt::format("  | permit when units == {} ea\n", i);
    text += "  | forbid \"another number\" otherwise\n}\n";
  }
  CHECK(Checked(text).says(DiagnosticKind::JointPolicyTooLarge));
}

}  // namespace endcap::sema
