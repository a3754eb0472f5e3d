// What a policy looks at becomes its facts, and what of it can be read again is said.
#include "checked.h"

namespace endcap::sema {

using Names = std::vector<std::string>;

TEST_CASE("the facts of a policy are the fields its rows look at, and the key to read them again") {
  const Checked checked("");
  const abi::Policy& gate = checked.policy("PriceGate");
  CHECK(field_names(checked.program, gate.facts) == Names{"promo.price", "promo.id"});
  REQUIRE(gate.rechecks.size() == 1);
  CHECK(gate.rechecks[0].key_facts == std::vector<uint32_t>{1});
  CHECK(gate.rechecks[0].facts == std::vector<std::pair<uint32_t, uint32_t>>{{0, 3}});
}

TEST_CASE("a policy over plain values rereads nothing") {
  const Checked checked("");
  const abi::Policy& gate = checked.policy("MoveGate");
  CHECK(field_names(checked.program, gate.facts) == Names{"units"});
  CHECK(gate.rechecks.empty());
}

TEST_CASE("a function that is given a whole view is written out: only what it reads becomes a fact") {
  const Checked checked(R"(
use system erp
function margin(offer: Promotion) -> Ratio = (offer.price - offer.landedCost) / offer.price
system erp {
  operation Price.note(promo: Promotion) is write {
    create PriceConditions { Promotion: promo.id }
    keyed by Reference
    owner Clerk
  }
}
policy NoteGate governs Price.note for (promo: Promotion) {
  | approval by Finance when margin(promo) >= 12%
  | forbid "too little" when margin(promo) < 12%
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  CHECK(field_names(checked.program, checked.policy("NoteGate").facts) ==
        Names{"promo.price", "promo.landedCost", "promo.id"});
}

TEST_CASE("a proposal carries the facts of its policy, from the operation's own arguments") {
  Checked checked(R"(
workflow Move(store: Store) key store.id {
  let move = propose Transfer.commit(store.id, 7 ea)
  approve move under MoveGate as shift valid until 2026-12-24 at 12:00 zone store.timeZone {
    within 1 day
    on rejected, expired { fail Refused(store.id) }
    on changed { then ask again }
  }
  write shift
  finish Moved(store.id)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const Propose* propose = checked.find<Propose>();
  REQUIRE(propose);
  const auto& facts = std::get<MakeRecord>(propose->facts->node);
  REQUIRE(facts.fields.size() == 1);
  CHECK(std::get<Literal>(facts.fields[0]->node).cell.bits == 7000);
  const Write* write = checked.find<Write>();
  REQUIRE(write);
  CHECK(write->approval == checked.find<Approve>());
}

}  // namespace endcap::sema
