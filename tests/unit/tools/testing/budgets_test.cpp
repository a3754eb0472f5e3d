// What a model may decide by itself, compiled and run: up to the budget, and no further.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kFill = R"(
use fixture.advice

workflow Fill(promo: Promotion) key promo.id {
  let stock = read StockOf("1001", promo.article)
  let units = short_of(stock)
  step morning {
    let wanted = propose Move.small("1001", units)
    approve wanted under SmallMoves as move valid until promo.end at 12:00 zone "UTC" {
      within 4 hours
      on rejected, expired { fail NotMoved(promo.id) and keep }
      on changed           { then ask again }
    }
    write move
  }
  step evening {
    let wanted = propose Move.small("1001", units)
    approve wanted under SmallMoves as rest valid until promo.end at 12:00 zone "UTC" {
      within 4 hours
      on rejected, expired { fail NotMoved(promo.id) and keep }
      on changed           { then ask again }
    }
    write rest
  }
  finish Filled(promo.id)
}
)";

std::string filled(const std::string& forecast, const std::string& steps) {
  const Report report =
      run("test \"story\" {\n" + kGiven +
              "  given Stock(store: \"1001\", article: \"AC-100\", available: 8 ea, forecast: " + forecast +
              " ea)\n  start Fill(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
          kFill);
  return happened(report);
}

}  // namespace

TEST_CASE("what fits the budget is written without a person: 7 and 7 are no more than 15") {
  CHECK(filled("15", R"(
  expect morning.move permitted
  expect evening.rest permitted
  expect write Move.small for "1001" 2 times
  expect outcome Filled)") == "");
}

TEST_CASE("what does not fit any more is asked: after 8 another 8 would be 16") {
  CHECK(filled("16", R"(
  expect morning.move permitted
  expect evening.rest asked of Planner
  expect write Move.small for "1001" once
  Planner approves evening.rest
  expect write Move.small for "1001" once
  expect outcome Filled)") == "");
  CHECK(filled("16", R"(
  after 4 hours
  expect evening.rest expired
  expect write Move.small for "1001" once
  expect fails NotMoved)") == "");
}

TEST_CASE("what is too much for its row is asked at once, and uses nothing of the budget") {
  CHECK(filled("30", R"(
  expect morning.move asked of Planner
  expect no write Move.small
  Planner approves morning.move
  expect evening.rest asked of Planner
  expect write Move.small for "1001" once)") == "");
}
