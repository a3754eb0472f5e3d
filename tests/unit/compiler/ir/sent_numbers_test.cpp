// Numbers that are sent: within the digits of their field, or a fault where the payload is made.
#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {

using abi::Exit;

namespace {

const char* const kGateOfListing = R"(
  policy ListingGate governs Listing.publish, Listing.withdraw for (promo: Promotion) {
    | approval by FinanceManager otherwise
  }
)";
const char* const kListed = R"(
  let listing = propose Listing.publish(promo) undo Listing.withdraw(promo)
  approve listing under ListingGate as listed valid until promo.end at 23:59 zone "Australia/Sydney" {
    within 8 business hours
    on rejected, expired { fail Refused(promo.id) and keep }
    on changed           { then ask again }
  }
  write listed
  finish Listed(promo.id)
)";

}  // namespace

TEST_CASE("an amount of more digits than its field is a fault before anybody is asked about it") {
  const TextFlow flow(kListed, kGateOfListing);
  CHECK(flow.start(promotion("99999999999999.99"))->exit == Exit::Park);
  CHECK(flow.start(promotion("-99999999999999.99"))->exit == Exit::Park);
  const Instance over = flow.start(promotion("100000000000000.00"));
  REQUIRE(over->exit == Exit::Faulted);
  CHECK(over->fault == FaultKind::OutOfBounds);
  CHECK(over->fault_place.line > 0);  // of the operation's body
  CHECK(flow.start(promotion("-100000000000000.00"))->fault == FaultKind::OutOfBounds);
}

}  // namespace endcap::ir::testing
