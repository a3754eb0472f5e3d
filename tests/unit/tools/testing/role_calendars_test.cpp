// Business time counts by the calendar of those who are asked.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

// The office is open from Monday to Friday, 9 to 17 in Sydney; the warehouse until Saturday, 6 to 22 in
// Perth.
const std::string kAsk = R"(
use calendar office
role Picker with calendar warehouse

workflow Ask(promo: Promotion) key promo.id {
  step office {
    task Count(promo.id) to Clerk within 4 business hours { on expired { then continue } }
  }
  step warehouse {
    task Pick(promo.id) to Picker within 4 business hours { on expired { then continue } }
  }
  finish Asked(promo.id)
}
)";

std::string asked(const std::string& steps) {
  const Report report = run("test \"story\" {\n" + kGiven + steps + "\n}\n", kAsk);
  return happened(report);
}

}  // namespace

TEST_CASE("a role keeps its own calendar, and the others that of the module") {
  // A Friday at 16:00 in Sydney: the office has an hour left, and then the weekend.
  CHECK(asked(R"(
  start Ask(Promotion("P-1")) at 2026-11-20 16:00 zone "Australia/Sydney"
  after until 2026-11-23 11:59 zone "Australia/Sydney"
  expect waiting at office
  after until 2026-11-23 12:00 zone "Australia/Sydney"
  expect waiting at warehouse
  after until 2026-11-23 15:59 zone "Australia/Sydney"
  expect waiting at warehouse
  after until 2026-11-23 16:00 zone "Australia/Sydney"
  expect outcome Asked)") == "");
  // On a Saturday in Perth the warehouse is open.
  CHECK(asked(R"(
  start Ask(Promotion("P-1")) at 2026-11-20 09:00 zone "Australia/Sydney"
  Clerk does Count
  after until 2026-11-20 13:00 zone "Australia/Sydney"
  expect outcome Asked)") == "");
}
