// Steps that are due, and steps that stand until a moment, compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kPrepare = R"(
workflow Prepare(promo: Promotion) key promo.id {
  step check {
    due promo.launch at 06:00 zone "UTC" {
      on late {
        task Chase(promo.id) to Planner within 2 hours { on expired { fail NotChecked(promo.id) } }
      }
    }
    task Check(promo.id) to Clerk within 20 days { on expired { then continue } }
  }
  step inFlight until promo.end at 12:00 zone "UTC" {
    on event StockBelow(article) where article == promo.article {
      task Refill(article) to Clerk within 10 days { on expired { then skip } }
    }
    on event PromotionMoved(id, launch) where id == promo.id { then wait until launch at 12:00 zone "UTC" }
  }
  step rest { wait until promo.end + 9 days at 12:00 zone "UTC" if late continue }
  finish Prepared(promo.id)
}
)";

std::string prepared(const std::string& steps) {
  const Report report =
      run("test \"story\" {\n" + kGiven +
              "  start Prepare(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
          kPrepare);
  return happened(report);
}

}  // namespace

TEST_CASE("a step that is over in time is never late") {
  CHECK(prepared(R"(
  after until 2026-11-30 09:00
  Clerk does Check
  after until 2026-12-10 09:00
  expect late at check never
  expect no task Chase
  expect waiting at inFlight)") == "");
}

TEST_CASE("a late step goes on, and what happens then runs beside it") {
  CHECK(prepared(R"(
  after until 2026-12-01 05:59
  expect late at check never
  after until 2026-12-01 06:00
  expect late at check once
  expect task Chase of Planner once
  expect waiting at check
  Planner does Chase
  Clerk does Check
  expect waiting at inFlight
  after 3 days
  expect late at check never)") == "");
}

TEST_CASE("a late step can end the workflow") {
  CHECK(prepared("  after until 2026-12-01 08:00\n  expect fails NotChecked\n") == "");
  CHECK(prepared("  after until 2026-12-01 07:59\n  expect late at check never\n") ==
        "since the last `expect`, check was late once\n");
}

TEST_CASE("a step that stands until a moment hears every event until then, and none after") {
  CHECK(prepared(R"(
  Clerk does Check
  send StockBelow(article: "AC-100", store: "1001")
  send StockBelow(article: "AC-100", store: "1002")
  send StockBelow(article: "AC-200", store: "1002")
  expect task Refill of Clerk 2 times
  expect waiting at inFlight
  after until 2026-12-14 12:00
  expect waiting at rest
  send StockBelow(article: "AC-100", store: "1001")
  expect no task Refill
  after until 2026-12-23 12:00
  expect outcome Prepared)") == "");
}

TEST_CASE("an event can move the end of such a step") {
  CHECK(prepared(R"(
  Clerk does Check
  send PromotionMoved(id: "P-1", launch: 2026-12-17)
  after until 2026-12-14 12:00
  expect waiting at inFlight
  send StockBelow(article: "AC-100", store: "1001")
  expect task Refill of Clerk once
  after until 2026-12-17 12:00
  expect waiting at rest)") == "");
}

namespace {

// The same in a workflow that another one runs.
const std::string kHost = R"(
exception NotReady(promotion: PromotionId) key promotion severity high owner Planner {
  respond within 3 days
  on expired { fail Ignored(promotion) }
}

workflow Prepare(promo: Promotion) {
  step check {
    due promo.launch at 06:00 zone "UTC" {
      on late {
        raise NotReady(promo.id)
        repeat up to 2 times {
          task Chase(promo.id) to Planner within 1 day { on expired { then again } }
        } otherwise { fail NotChecked(promo.id) }
      }
    }
    task Check(promo.id) to Clerk within 20 days { on expired { then continue } }
  }
  finish Ready(promo.id)
}

workflow Refill(article: ArticleId) {
  task Fetch(article) to Clerk within 2 days { on expired { fail Empty(article) } }
  finish Filled(article)
}

workflow Host(promo: Promotion) key promo.id {
  run Prepare(promo) as ready {
    on NotChecked { finish GivenUp(promo.id) }
  }
  step inFlight until promo.end at 12:00 zone "UTC" {
    on event StockBelow(article) where article == promo.article {
      run Refill(article) as filled { on Empty { fail NothingLeft(promo.id) } }
    }
  }
  finish Hosted(promo.id)
}
)";

std::string hosted(const std::string& steps) {
  const Report report =
      run("test \"story\" {\n" + kGiven +
              "  start Host(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
          kHost);
  return happened(report);
}

}  // namespace

TEST_CASE("what happens when a step is late ends with the workflow that is run around it") {
  CHECK(hosted(R"(
  after until 2026-12-01 06:00
  expect late at ready.check once
  expect exception NotReady raised once
  expect task Chase of Planner once
  Clerk does Check
  expect waiting at inFlight
  after 6 days
  expect no task Chase
  expect waiting at inFlight)") == "");
}

TEST_CASE("a late step ends the workflow that is run, and the one that runs it goes on") {
  CHECK(hosted(R"(
  after until 2026-12-03 06:00
  expect task Chase of Planner 2 times
  expect outcome GivenUp)") == "");
}

TEST_CASE("a step that stands until a moment runs a workflow whenever it hears of an event") {
  CHECK(hosted(R"(
  Clerk does Check
  send StockBelow(article: "AC-100", store: "1001")
  expect task Fetch of Clerk once
  Clerk does Fetch
  expect waiting at inFlight
  after until 2026-12-14 12:00
  expect outcome Hosted)") == "");
  CHECK(hosted(R"(
  Clerk does Check
  send StockBelow(article: "AC-100", store: "1001")
  after 2 days
  expect fails NothingLeft)") == "");
}
