// Numbers that their field can't hold: a test tells it, as launch week would.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kTold = R"(
use system erp

system erp {
  operation Label.price(promo: Promotion) is notify {
    update Labels(Plant: "1001") { Share: round promo.price to 1 places half even }
    idempotent
    owner Clerk
  }
  operation Label.copy(store: StoreId, copies: optional Int) is notify {
    update Labels(Plant: store) { Copies: copies }
    idempotent
    owner Clerk
  }
}

workflow Tell(promo: Promotion, copies: Int) key promo.id {
  notify Label.price(promo)
  notify Label.copy("1001", when copies == 0 then absent otherwise copies)
  finish Told(promo.id)
}
)";

std::string told(const std::string& price, const std::string& copies, const std::string& expected) {
  return happened(run("test \"story\" {\n  given Promotion(id: \"P-1\", article: \"AC-100\", price: AUD " +
                          price +
                          ", landedCost: AUD 91.00, launch: 2026-12-01, end: 2026-12-14)\n"
                          "  start Tell(Promotion(\"P-1\"), " +
                          copies + ") at 2026-11-20 09:00 zone \"UTC\"\n  expect " + expected + "\n}\n",
                      kTold));
}

}  // namespace

TEST_CASE("an amount of more digits than its field suspends, and nothing is sent") {
  CHECK(told("9_999.94", "1", "outcome Told") == "");
  CHECK(told("10_000.00", "1", "suspended at start\n  expect no notify Label.price") == "");
  CHECK(told("10_000.00", "1", "outcome Told").find("is no Share of LabelType") != std::string::npos);
}

TEST_CASE("a whole number that may be absent is of its field's size where it is there") {
  CHECK(told("1.00", "0", "outcome Told") == "");
  CHECK(told("1.00", "2_147_483_647", "outcome Told") == "");
  CHECK(told("1.00", "2_147_483_648", "outcome Told") != "");
}
