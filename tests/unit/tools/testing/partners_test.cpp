// Partners that call an interface: by name, refused or not, and as the beginning of a story.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kOffers = R"(
partner Market by Text(10)

workflow Waits(promo: PromotionId, seller: Text(10)) key promo version 1 {
  wait for event PromotionMoved(id, launch) where id == promo within 2 days { on expired { fail NotMoved(promo) } }
  finish Moved(launch)
}

interface Offers version 1 for Market deprecated 2026-12-01 until 2027-03-31 {
  operation move(id: PromotionId, seller: Text(10)) for seller sends PromotionMoved(id, launch: 2026-12-24)
  quota 5 per hour
}

interface Offers version 2 for Market {
  operation begin(promo: PromotionId, seller: Text(10)) for seller starts Waits(promo, seller)
  operation move(id: PromotionId, launch: Date, seller: Text(10)) for seller sends PromotionMoved(id, launch)
  quota 5 per hour
}
)";
const std::string kBegin = R"(
  Market calls Offers.begin("P-1", "BOLT-2") at 2026-11-16 09:00 zone "UTC")";

std::string told_of_partners(const std::string& steps) {
  return happened(run("test \"story\" {\n" + steps + "\n}\n", kOffers));
}

}  // namespace

TEST_CASE("what a partner starts is the story's, and what it sends is heard") {
  CHECK(told_of_partners(kBegin + R"(
  Market calls Offers.move("P-1", launch: 2026-12-03, seller: "ACME")
  expect outcome Moved(launch: 2026-12-03))") == "");
}

TEST_CASE("an older version is called by its number, until it is gone") {
  CHECK(told_of_partners(kBegin + R"(
  Market calls Offers.move("P-1", "ACME") of version 1
  expect outcome Moved(launch: 2026-12-24))") == "");
  CHECK(told_of_partners(R"(
  Market calls Offers.begin("P-1", "ACME") at 2027-03-31 09:00 zone "UTC"
  Market calls Offers.move("P-1", "ACME") of version 1 and is refused
  Market calls Offers.move("P-1", 2027-04-03, "ACME"))"
                         "\n  expect outcome Moved") == "");
}

TEST_CASE("a partner answers for its own, and a call that was to be refused and is not fails the test") {
  CHECK(told_of_partners(kBegin + R"( as "bolt"
  Market calls Offers.move("P-1", launch: 2026-12-03, seller: "ACME") as "bolt" and is refused)") == "");
  const std::string refused = told_of_partners(kBegin + R"( as "acme"
  expect outcome Moved)");
  CHECK_MESSAGE(refused.find("acme was refused: you do not answer for this `seller`") != std::string::npos,
                refused);
  const std::string taken = told_of_partners(kBegin + R"(
  Market calls Offers.move("P-1", launch: 2026-12-03, seller: "ACME") and is refused)");
  CHECK_MESSAGE(taken.find("it was taken from acme") != std::string::npos, taken);
}

TEST_CASE("coverage counts the operations of each version, and refused calls are none") {
  const Report report = run("test \"story\" {" + kBegin + R"(
  Market calls Offers.move("P-1", "BOLT") of version 1 as "acme" and is refused
  Market calls Offers.move("P-1", launch: 2026-12-03, seller: "ACME")
  expect outcome Moved
}
)",
                            kOffers);
  const auto& group = report.coverage.groups.back();
  CHECK(group.name == "operations of interfaces");
  CHECK(group.reached == 2);
  REQUIRE(group.missed.size() == 1);
  CHECK(group.missed[0].text == "Offers/1/move");
}
