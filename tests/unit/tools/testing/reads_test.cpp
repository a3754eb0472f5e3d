// What a test gives of other systems, read by a workflow that is compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

const std::string kLabelled = R"(
use system erp

view Label of erp.Labels key store {
  store: StoreId  = Plant
  text:  Text(20) = Text required
}

view Offer of erp.Promotions key id {
  id:     PromotionId = Promotion
  label:  Label       = to_Label
  always: Label       = to_Label required
}

workflow Print(offer: Offer) key offer.id {
  let label = read offer.label
  when label is absent { finish NoLabel(offer.id) }
  let always = read offer.always
  finish Printed(text: always.text)
}
)";

std::string printed(const std::string& offer, const std::string& expected) {
  return happened(run("test \"story\" {\n  given Label(store: \"1001\", text: \"New\")\n  given Offer(" + offer +
                          ")\n  start Print(Offer(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n  expect " +
                          expected + "\n}\n",
                      kLabelled));
}

}  // namespace

TEST_CASE("what a navigation to one leads to is an entity, or absent") {
  CHECK(printed("id: \"P-1\", label: Label(\"1001\"), always: Label(\"1001\")", "outcome Printed(text: \"New\")") == "");
  CHECK(printed("id: \"P-1\", label: absent, always: Label(\"1001\")", "outcome NoLabel") == "");
  CHECK(printed("id: \"P-1\"", "outcome NoLabel").find("label of Offer") != std::string::npos);
}
