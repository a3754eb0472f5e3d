// Waits for events that a list of keys finds, compiled and run.
#include <fmt/format.h>

#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

// `articles` is what stands between the brackets of the list.
std::string listening(const std::string& articles, const std::string& steps) {
  const std::string listens = fmt::format(R"(
workflow Listen(promo: Promotion) key promo.id {{
  let articles = [promo.article{}]
  step hear {{
    wait for event StockBelow(article, store) where article in articles and store != "1002" within 2 days {{
      on expired {{ fail NothingHeard(promo.id) }}
    }}
    finish Heard(article)
  }}
}}
)",
                                          articles);
  return happened(run("test \"story\" {\n" + kGiven +
                          "  start Listen(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps +
                          "\n}\n",
                      listens));
}

std::string up_to(int count) {
  std::string list;
  for (int i = 1; i <= count; ++i) list += fmt::format(", \"A-{}\"", i);
  return list;
}

}  // namespace

TEST_CASE("an event is heard when the list has its value, and the rest of the condition holds") {
  CHECK(listening(R"(, "A-2", "A-2")", R"(
  send StockBelow(article: "A-3", store: "1001")
  send StockBelow(article: "A-2", store: "1002")
  expect waiting at hear
  send StockBelow(article: "A-2", store: "1001")
  expect outcome Heard)") == "");
}

TEST_CASE("each element of the list is heard, and none when nothing of it comes") {
  CHECK(listening(R"(, "A-2")", R"(
  send StockBelow(article: "AC-100", store: "1001")
  expect outcome Heard)") == "");
  CHECK(listening(R"(, "A-2")", R"(
  send StockBelow(article: "A-1", store: "1001")
  after 2 days
  expect fails NothingHeard)") == "");
}

TEST_CASE("a list that is too long to be found by each of its elements is heard as well") {
  CHECK(listening(up_to(256), R"(
  send StockBelow(article: "B-1", store: "1001")
  expect waiting at hear
  send StockBelow(article: "A-256", store: "1001")
  expect outcome Heard)") == "");
}
