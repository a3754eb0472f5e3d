// Two policies of one operation, compiled and run: both must grant.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kRefill = R"(
policy RefillSize governs Refill.order for (units: Qty<ea>) {
  | permit              when units <= 10 ea
  | approval by Planner when units > 10 ea
}

policy RefillPrice governs Refill.order for (store: StoreId, units: Qty<ea>) {
  | permit advice       when 0 ea < units <= 5 ea up to 8 ea of units per store
  | forbid "nothing"    when units <= 0 ea
  | approval by Finance otherwise
}

workflow Fill(promo: Promotion, first: Qty<ea>, second: Qty<ea>) key promo.id {
  step morning {
    let wanted = propose Refill.order("1001", first)
    approve wanted under RefillSize, RefillPrice as move valid until promo.end at 12:00 zone "UTC" {
      within 4 hours
      on rejected, expired { fail NotMoved(promo.id) and keep }
      on changed           { then ask again }
    }
    write move
  }
  step evening {
    let wanted = propose Refill.order("1001", second)
    approve wanted under RefillPrice, RefillSize as rest valid until promo.end at 12:00 zone "UTC" {
      within 4 hours
      on rejected, expired { fail NotMoved(promo.id) and keep }
      on changed           { then ask again }
    }
    write rest
  }
  finish Filled(promo.id)
}
)";

Report filled(const std::string& first, const std::string& second, const std::string& steps) {
  return run("test \"story\" {\n" + kGiven + "  start Fill(Promotion(\"P-1\"), " + first + " ea, " + second +
                 " ea) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
             kRefill);
}

}  // namespace

TEST_CASE("what both permit is written, within the budget of one; beyond it that one asks") {
  CHECK(happened(filled("5", "4", R"(
  expect morning.move permitted
  expect evening.rest asked of Finance
  expect write Refill.order once
  Finance approves evening.rest
  expect write Refill.order once
  expect outcome Filled)")) == "");
}

TEST_CASE("people of both policies are asked, and either can say no") {
  const std::string asked = R"(
  expect morning.move asked of Finance, Planner
  Planner approves morning.move
  expect no write Refill.order)";
  CHECK(happened(filled("20", "4", asked + R"(
  Finance approves morning.move
  expect evening.rest permitted
  expect write Refill.order 2 times
  expect outcome Filled)")) == "");
  CHECK(happened(filled("20", "4", asked + R"(
  Finance rejects morning.move
  expect no write Refill.order
  expect fails NotMoved)")) == "");
}

TEST_CASE("what one forbids nobody grants") {
  CHECK(happened(filled("0", "4", R"(
  expect morning.move forbidden
  expect no write Refill.order
  expect fails NotMoved)")) == "");
}

TEST_CASE("the rows that tests reach are those of each policy") {
  const Report report = filled("20", "4", "\n  expect morning.move asked of Finance, Planner");
  size_t missed = 0;
  for (const Coverage::Group& group : report.coverage.groups) {
    if (group.name != "policy rows") continue;
    for (const Coverage::Place& mark : group.missed) {
      CHECK(mark.text.find(',') == std::string::npos);
      missed += mark.text.ends_with("of RefillSize") || mark.text.ends_with("of RefillPrice");
    }
  }
  CHECK(missed == 3);  // of the five rows of both
}
