// Workflows that run others, from text to the steps of both.
#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {

using abi::Exit;
using abi::WaitKind;

namespace {

constexpr const char* kReview = R"(
  enum Size { small, large }
  workflow Review(promo: Promotion, store: StoreId, size: Size) {
    step look {
      task Look(store: store, large: size == large) to StoreOps within 1 business day {
        on expired { fail Overdue(store: store, price: promo.price) }
      }
    }
    when promo.price > AUD 50.00 { finish Dear(price: promo.price) }
    finish Reviewed(store: store)
  })";

}  // namespace

TEST_CASE("what is run is a machine below; its outcome decides how it goes on, and brings its values") {
  TextFlow flow(R"(
    step gate {
      run Review(promo, "0001", large) as review {
        on Dear(price) { finish TooDear(price) }
        on Overdue(store, cost: price) { fail Late(store: store, cost: cost) }
      }
    }
    finish Sold(review.store)
  )",
                kReview);
  Instance main = flow.start(promotion());
  REQUIRE(main->point->kind == WaitKind::Run);
  CHECK(main->path == "gate.review");
  CHECK(main->live.empty());

  Instance review = main.branch(0);
  REQUIRE(review->point->kind == WaitKind::Task);
  CHECK(review->path == "gate.review.look.task.Look");
  CHECK(review->operands[0] == json{{"store", "0001"}, {"large", true}});
  CHECK(review->point->within->calendar.has_value());

  SUBCASE("finishes in a way that is taken") {
    review.ok();
    REQUIRE(review->exit == Exit::Finish);
    CHECK(review->outcome == "Dear");
    CHECK(main.ended("Dear", review->record)->outcome == "TooDear");
    CHECK(main->record["price"]["amount"] == "100.00");
  }
  SUBCASE("finishes in the way that is left") {
    CHECK(main.ended("Reviewed", {{"store", "0001"}})->outcome == "Sold");
    CHECK(main->record["store"] == "0001");
  }
  SUBCASE("fails") {
    review.expired();
    REQUIRE(review->exit == Exit::Fail);
    CHECK(main.ended("Overdue", review->record)->outcome == "Late");
    CHECK(main->record["store"] == "0001");
    CHECK(main->record["cost"]["amount"] == "100.00");
  }
}

TEST_CASE("a failure that nobody takes is one of the workflow that runs it") {
  TextFlow flow(R"(
    run Review(promo, "0001", small)
    finish Sold(promo.id)
  )",
                kReview);
  Instance main = flow.start(promotion());
  REQUIRE(main->path == "run.Review");
  SUBCASE("it fails") {
    main.ended("Overdue", {{"store", "0001"}, {"price", aud("100.00")}});
    REQUIRE(main->exit == Exit::Fail);
    CHECK(main->outcome == "Overdue");
    CHECK(main->record["store"] == "0001");
    CHECK_FALSE(main->compensate);
  }
  SUBCASE("it finishes, in whatever way") {
    CHECK(main.ended("Dear", {{"price", aud("100.00")}})->outcome == "Sold");
  }
}

TEST_CASE("a workflow with a key can be run too: its view is handed over, not read again") {
  TextFlow flow(R"(
    run Other(promo) as other
    finish Sold(other.price)
  )",
                "workflow Other(promo: Promotion) key promo.id version 1 { finish Seen(promo.price) }");
  Instance main = flow.start(promotion());
  Instance other = main.branch(0);
  REQUIRE(other->exit == Exit::Finish);
  CHECK(other->outcome == "Seen");
  CHECK(main.ended("Seen", other->record)->outcome == "Sold");
  REQUIRE(flow.program().find_workflow("Other") != nullptr);
}

TEST_CASE("what an element or a handler inside says ends what is run, by its own outcomes") {
  TextFlow flow(R"(
    run Spread(promo) { on Stopped(id) { fail Halted(id) } }
    finish Sold(promo.id)
  )",
                R"(
    workflow Spread(promo: Promotion) {
      throughout { on event PromotionCancelled(id) where id == promo.id { fail Stopped(id) } }
      let stores = read promo.stores
      for each store in stores parallel 3 {
        task Look(store: store.id) to StoreOps within 1 hour { on expired { fail Stopped(promo.id) } }
      }
      finish Spread(promo.id)
    })");
  Instance main = flow.start(promotion());
  Instance spread = main.branch(0);
  REQUIRE(spread->point->kind == WaitKind::Throughout);
  CHECK(spread->path == "run.Spread.throughout");
  CHECK(spread.handler(0, {{"id", "P-1"}})->outcome == "Stopped");
  spread.ok();
  spread.ok(json::array({store("0001")}));
  REQUIRE(spread->point->kind == WaitKind::ForEach);
  CHECK(spread.element(0).expired()->outcome == "Stopped");
}

TEST_CASE("a workflow run twice is counted once") {
  const Program program = compile(R"(module retail.trial
    use retail.estate
    use calendar au.trading
    workflow Twice(promo: Promotion) key promo.id version 1 {
      step one { run Inner(promo) }
      step two { run Inner(promo) }
      finish Done(promo.id)
    }
    workflow Inner(promo: Promotion) {
      step look { task Look(promo.id) to StoreOps within 1 hour { on expired { fail Late(promo.id) } } }
      finish Looked(promo.id)
    })");
  size_t looks = 0, expired = 0;
  for (const Mark& mark : program.marks) {
    looks += mark.text == "look.task.Look";
    expired += mark.text == "on expired";
  }
  CHECK(looks == 1);
  CHECK(expired == 1);
}

}  // namespace endcap::ir::testing
