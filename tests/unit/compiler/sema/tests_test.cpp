// Tests: what their sentences become, and which values are plain.
#include "compiler/sema/tests.h"
#include "checked.h"
#include "compiler/sema/plain.h"

namespace endcap::sema {

namespace {

const std::string kFlow = R"(
workflow Check(promo: Promotion, units: Qty<ea>, by: Date) key promo.id {
  step gate {
    task CheckPrice(promo.id) to Clerk within 4 hours { on expired { fail Unchecked(promo.id) } }
  }
  finish Done(promo.id)
}
)";

template <typename Node>
const Node& action(const Checked& checked, size_t index) {
  REQUIRE(checked.program.tests.size() == 1);
  REQUIRE(checked.program.tests[0].actions.size() > index);
  return std::get<Node>(checked.program.tests[0].actions[index].node);
}

}  // namespace

TEST_CASE("a start has one value a cell, and its moment in the test's zone") {
  const Checked checked(kFlow + R"(
test "t" {
  start Check(by: 2026-12-01, promo: Promotion("P-1"), units: 3 ea) at 2026-11-20 09:00 zone "Australia/Sydney"
  after until 2026-11-20 10:30
  Clerk does CheckPrice for "P-1" as "cleo" because "asked to"
  expect outcome Done
})");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto& start = action<TestStart>(checked, 0);
  CHECK(instant_to_text(start.at) == "2026-11-19T22:00:00Z");
  REQUIRE(start.arguments.size() == 3);
  abi::Arena arena;
  const auto id = plain_value(checked.program.abi.types, *start.arguments[0], arena);
  CHECK(arena.text(id.value()) == "P-1");
  CHECK(plain_value(checked.program.abi.types, *start.arguments[2], arena).value().bits ==
        date_from_text("2026-12-01").value());
  CHECK(instant_to_text(action<TestTime>(checked, 1).until) == "2026-11-19T23:30:00Z");
  const auto& does = action<PersonDecides>(checked, 2);
  CHECK(does.person == "cleo");
  CHECK(does.about->text == "P-1");
  CHECK(checked.program.abi.roles.at(does.role) == "Clerk");
}

TEST_CASE("given fields take the type of the view; an optional may be left out") {
  const Checked checked(kFlow + R"(
test "t" {
  given Promotion(id: "P-1", article: "A", slogan: "Cool", price: AUD 2.00, landedCost: AUD 1.00,
                  launch: 2026-12-01, end: 2026-12-14, lastReview: absent, stores: [Store("1001")])
  start Check(Promotion("P-1"), 3 ea, 2026-12-01) at 2026-11-20 09:00 zone "UTC"
  expect waiting at gate
})");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto& given = action<GivenEntity>(checked, 0);
  CHECK(given.fields.size() == 8);
  REQUIRE(given.navigations.size() == 1);
  CHECK(given.navigations[0].entities.size() == 1);
  for (const auto& field : given.fields) CHECK(is_plain(*field.value));
}

TEST_CASE("a path is written without the elements in it") {
  CHECK(written_path("activate.inStores[store].wait") == "activate.inStores.wait");
  CHECK(written_path("gate.pricing") == "gate.pricing");
  CHECK(written_path("[store].pricing") == "pricing");
}

}  // namespace endcap::sema
