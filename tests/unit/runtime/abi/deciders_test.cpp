// Who may decide: own roles, stand-ins, conflicts, and a person for each role.
#include <doctest/doctest.h>

#include "runtime/abi/deciders.h"

using namespace endcap;
using namespace endcap::abi;

namespace {

constexpr uint32_t kFinance = 0, kChief = 1, kDirector = 2, kBuyer = 3;
const Conflicts kConflicts{{kBuyer, kFinance}};

Policy policy() {
  Policy made;
  made.stand_ins = {{kDirector, kFinance}, {kDirector, kChief}};
  return made;
}

std::optional<uint32_t> bar(const RoleSet& held, uint32_t role) {
  const auto may = capacity(held, role, policy(), kConflicts);
  REQUIRE(may);
  return may->barred_by;
}

}  // namespace

TEST_CASE("an own role comes before one that stands in, and nothing else decides") {
  CHECK(capacity({kFinance, kDirector}, kFinance, policy(), kConflicts)->as == kFinance);
  CHECK(capacity({kDirector}, kFinance, policy(), kConflicts)->as == kDirector);
  CHECK_FALSE(capacity({kChief, kBuyer}, kFinance, policy(), kConflicts));
}

TEST_CASE("a conflict bars from the role itself and from standing in for it, and from no other role") {
  CHECK(bar({kFinance, kBuyer}, kFinance) == kBuyer);
  CHECK(bar({kDirector, kBuyer}, kFinance) == kBuyer);
  CHECK(bar({kDirector, kBuyer}, kChief) == std::nullopt);
  CHECK(bar({kDirector, kFinance}, kFinance) == std::nullopt);
}

TEST_CASE("who decides in another's place decides by what the other holds, and a conflict of either bars") {
  const auto may = [](const RoleSet& held, const RoleSet& beside) {
    const auto as = capacity(held, kFinance, policy(), kConflicts, beside);
    return as && !as->barred_by ? std::optional(as->as) : std::nullopt;
  };
  CHECK(may({kFinance}, {kChief}) == kFinance);
  CHECK(may({kDirector}, {kChief}) == kDirector);
  CHECK(may({kFinance}, {kBuyer}) == std::nullopt);
  CHECK(may({kFinance, kBuyer}, {kChief}) == std::nullopt);
  CHECK(may({kChief}, {kFinance}) == std::nullopt);
}

TEST_CASE("each role gets a person of its own where that is possible") {
  using People = std::vector<std::optional<size_t>>;
  const std::vector<uint32_t> both{kFinance, kChief};
  CHECK(assign(both, {{{kFinance, kChief}}, {{kFinance}}}, policy(), kConflicts) == People{1, 0});
  CHECK(assign(both, {{{kFinance, kChief}}}, policy(), kConflicts) == People{0, std::nullopt});
  CHECK(assign(both, {{{kDirector, kBuyer}}, {{kFinance}}}, policy(), kConflicts) == People{1, 0});
  CHECK(assign(both, {{{kFinance, kBuyer}}, {{kChief}}}, policy(), kConflicts) == People{std::nullopt, 1});
}
