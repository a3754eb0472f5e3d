// Rounds, from text to the steps of an instance.
#include <algorithm>

#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {

using abi::Exit;
using abi::WaitKind;

namespace {

constexpr const char* kLook = R"(
  step look repeat up to 3 times {
    task Look(promo.id) to StoreOps within 1 hour { on expired { then again } }
    run Seen(promo) as seen
    when seen.price < AUD 5.00 { again }
  } otherwise { fail Never(promo.id) }
  finish Looked(seen.price)
)";
constexpr const char* kSeen = "workflow Seen(promo: Promotion) { finish Priced(promo.price) }";

}  // namespace

TEST_CASE("a round that does not say `again` is the last one, and its names are known behind it") {
  TextFlow flow(kLook, kSeen);
  Instance instance = flow.start(promotion());
  CHECK(instance->path == "look[round].task.Look");
  instance.ok();
  CHECK(instance->path == "look[round].seen");
  instance.ended("Priced", {{"price", aud("100.00")}});
  REQUIRE(instance->exit == Exit::Finish);
  CHECK(instance->outcome == "Looked");
  CHECK(instance->record["price"]["amount"] == "100.00");
}

TEST_CASE("each round waits where the one before did, and knows which it is") {
  TextFlow flow(kLook, kSeen);
  Instance instance = flow.start(promotion());
  CHECK(std::ranges::count(instance->live, "round") == 1);
  instance.expired();
  CHECK(instance->path == "look[round].task.Look");
  instance.ok();
  instance.ended("Priced", {{"price", aud("1.00")}});
  CHECK(instance->path == "look[round].task.Look");
}

TEST_CASE("behind the last round comes `otherwise`") {
  TextFlow flow(kLook, kSeen);
  Instance instance = flow.start(promotion());
  for (int round = 0; round < 2; ++round) {
    instance.expired();
    REQUIRE(instance->exit == Exit::Park);
  }
  instance.expired();
  REQUIRE(instance->exit == Exit::Fail);
  CHECK(instance->outcome == "Never");
}

TEST_CASE("an approval is asked anew in each round, and its handlers at the write begin the next one") {
  TextFlow flow(R"(
    let stores = read promo.stores
    for each store in stores {
      repeat up to 2 times {
        let price = propose Price.activate(promo, store)
        approve price under RoundGate as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
          within 1 hour
          on rejected { then skip }
          on expired  { then again }
          on changed  { then again }
        }
        write pricing
      } otherwise { fail Never(promo.id) }
    }
    finish Written(promo.id)
  )",
                R"(policy RoundGate governs Price.activate for (promo: Promotion) {
                     | approval by FinanceManager otherwise
                   })");
  Instance instance = flow.start(promotion());
  instance.ok({store("0001"), store("0002")});
  REQUIRE(instance->point->kind == WaitKind::Approve);
  SUBCASE("skips the element") {
    instance.rejected();
    CHECK(instance->point->kind == WaitKind::Approve);
    CHECK(instance.rejected()->outcome == "Written");
  }
  SUBCASE("asks in the next round") {
    instance.expired();
    CHECK(instance->point->kind == WaitKind::Approve);
    CHECK(instance.expired()->outcome == "Never");
  }
}

TEST_CASE("a round hands on what it says, and the rest as it was, all at once") {
  TextFlow flow(R"(
    step count repeat up to 3 times with low = 1, high = 10 {
      task Look(low: low, high: high) to StoreOps within 1 hour { on expired { then again with low = high, high = low } }
      when low < 10 { again with low = low + 1 }
    } otherwise { fail Never(low: low, high: high) }
    finish Counted(low: low, high: high)
  )");
  Instance instance = flow.start(promotion());
  CHECK(std::ranges::count(instance->live, "low") == 1);
  instance.ok();  // low 2
  REQUIRE(instance->point->kind == WaitKind::Task);
  SUBCASE("into the next round") {
    instance.expired();  // swapped
    instance.ok();
    CHECK(instance->outcome == "Counted");
    CHECK(instance->record["low"] == 10);
    CHECK(instance->record["high"] == 2);
  }
  SUBCASE("and behind the last one") {
    instance.ok().ok();
    CHECK(instance->outcome == "Never");
    CHECK(instance->record["low"] == 4);
    CHECK(instance->record["high"] == 10);
  }
}

TEST_CASE("what is offered for an approval is known to the handler, and goes into the next round") {
  TextFlow flow(R"(
    let shops = read promo.stores
    step gate repeat up to 2 times with price = promo.price {
      let change = propose for each shop in shops { Price.activate(promo, shop) }
      approve change under RoundGate as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
        within 1 hour
        counter Offer(price: price)
        on countered(offered: price, remark) { then again with price = when remark is present then offered otherwise price }
        on rejected, expired, changed { fail Rejected(price: price) }
      }
      for each shop in shops { write pricing for shop }
    } otherwise { fail Never(price: price) }
    finish Written(price: price)
  )",
                R"(policy RoundGate governs Price.activate for (promo: Promotion) {
                     | approval by FinanceManager otherwise
                   }
                   record Offer { price: Money<AUD>, remark: optional Text(20) })");
  Instance instance = flow.start(promotion());
  instance.ok(json::array({store("0001")}));
  REQUIRE(instance->point->kind == WaitKind::Approve);
  CHECK(instance->point->prefilled.size() == 1);
  instance.countered({{"price", aud("9.00")}, {"remark", "dear"}});
  REQUIRE(instance->point->kind == WaitKind::Approve);
  SUBCASE("it counts") { CHECK(instance.rejected()->record["price"]["amount"] == "9.00"); }
  SUBCASE("until the last round") {
    instance.countered({{"price", aud("8.00")}});
    CHECK(instance->outcome == "Never");
    CHECK(instance->record["price"]["amount"] == "9.00");
  }
}

}  // namespace endcap::ir::testing
