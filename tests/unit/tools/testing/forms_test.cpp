// Tasks that ask for answers, compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kCount = R"(
record Count { units: Qty<ea>, damaged: Qty<ea>, remark: optional Text(20) }

workflow Shelf(promo: Promotion) key promo.id {
  step look {
    let stock = read StockOf("1001", promo.article)
    task CountShelf(article: promo.article) to Clerk within 4 hours as count {
      answers Count(damaged: 0 ea)
      on expired { then continue with Count(units: stock.available, damaged: 1 ea, remark: "as it was") }
    }
  }
  let left = count.units - count.damaged
  finish Counted(left: left, remark: count.remark or else "none")
}
)";

std::string counted(const std::string& steps) {
  const Report report =
      run("test \"story\" {\n" + kGiven +
              "  given Stock(store: \"1001\", article: \"AC-100\", available: 8 ea, forecast: 90 ea)\n"
              "  start Shelf(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" +
              steps + "\n}\n",
          kCount);
  return happened(report);
}

}  // namespace

TEST_CASE("what a person counted is what the workflow goes on with") {
  CHECK(counted(R"(
  Clerk does CountShelf(units: 12 ea, remark: "two rows")
  expect outcome Counted(left: 12 ea, remark: "two rows"))") == "");
  CHECK(counted(R"(
  Clerk does CountShelf(units: 12 ea, damaged: 3 ea)
  expect outcome Counted(left: 9 ea, remark: "none"))") == "");
}

TEST_CASE("a task that nobody does goes on with what the workflow says") {
  CHECK(counted(R"(
  after 4 hours
  expect outcome Counted(left: 7 ea, remark: "as it was"))") == "");
}

TEST_CASE("an answer that the form does not take fails the test in the engine's words") {
  const std::string said = counted(R"(
  Clerk does CountShelf(units: 12 ea)
  Clerk does CountShelf(units: 12 ea)
  expect outcome Counted)");
  CHECK(said.find("no task CountShelf is open") != std::string::npos);
}
