// How long it takes to find out how old what was read can be.
#include <fmt/format.h>

#include <chrono>

#include "checked.h"

namespace endcap::sema {
namespace {

const std::string kLevel = R"(use system erp
use calendar office
view Level of erp.Stocks key (store, article) fresh within 4 hours {
  store:     StoreId   = Plant
  article:   ArticleId = Material
  available: Qty<ea>   = Available in Unit required
}
workflow Look(promo: Promotion, store: StoreId) key promo.id {
  let level = read Level(store, promo.article)
)";

std::string waits(int amount) {
  return fmt::format(
      "  task T(promo.id) to Clerk within {} business hours {{ on expired {{ then continue }} }}\n", amount);
}

// Thousandths of a second, where it does not multiply.
void check_quickly(const std::string& body, const std::function<void(Project&)>& change = nullptr) {
  const auto begin = std::chrono::steady_clock::now();
  const Checked checked(kLevel + body + "  finish Looked(level.available)\n}\n", change);
  INFO(checked.rendered());
  CHECK(checked.says(DiagnosticKind::StaleReading));
  CHECK_FALSE(checked.diagnostics.has_errors());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

}  // namespace

TEST_CASE("rounds in rounds do not multiply") {
  constexpr int kDeep = 22;
  std::string body, ends;
  for (int i = 0; i < kDeep; ++i) {
    body += "repeat up to 3 times {\n";
    ends += "when promo.price > AUD 5.00 { again }\n} otherwise { fail Never() }\n";
  }
  check_quickly(body + waits(2) + ends);
}

TEST_CASE("elements in elements that are read at each level do not multiply") {
  constexpr int kDeep = 18;
  std::string body = "let stores = read promo.stores\n", ends;
  for (int i = 0; i < kDeep; ++i) {
    body += fmt::format("for each s{0} in stores {{\nlet l{0} = read Level(s{0}.id, promo.article)\n", i);
    ends += "}\n";
  }
  check_quickly(body + waits(2) + ends);
}

TEST_CASE("the longest that business time takes is found once for each amount") {
  std::string body;
  for (int i = 0; i < 1'200; ++i) body += fmt::format("step s{} {{\n{}}}\n", i, waits(2));
  check_quickly(body, [](Project& project) {
    for (Calendar& calendar : project.calendars) {
      for (Date day = 20'000; day < 25'000; day += 5) calendar.holidays.insert(day);
    }
  });
}

}  // namespace endcap::sema
