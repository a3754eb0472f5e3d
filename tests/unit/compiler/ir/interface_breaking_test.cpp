// What partners notice of a change.
#include "compiler/ir/interface_breaking.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {
namespace {

using Kinds = std::vector<InterfaceFinding::Kind>;
using Kind = InterfaceFinding::Kind;

const Instant kToday = instant_from_text("2026-11-23T00:00:00Z").value();

std::vector<InterfaceShape> shapes(const std::string& interfaces) {
  return interface_shapes(compile(R"(module retail.trial
use retail.estate
use system erp

partner Shop by Text(10)
partner Depot by Text(10)
type Share = Percent(5, 2) where 0% <= it <= 50%
type Whole = Percent(5, 2) where 0% <= it <= 100%
enum Half { east, west }
enum Third { east, west, north }

workflow Waits(promo: PromotionId, code: Text(10)) key promo version 1 {
  wait for event PromotionRescheduled(id, launch) where id == promo within 2 days { on expired { fail NotMoved(promo) } }
  wait for event PromotionCancelled(which: id) where which == promo within 2 days { on expired { fail NotEnded(code) } }
  finish Moved(launch)
}
)" + interfaces)
                              .abi);
}

std::string version(const std::string& operation, uint32_t number = 1,
                    const std::string& quota = "60 per hour", const std::string& head = "for Shop") {
  return fmt::format("interface Offers version {} {} {{\n  {}\n  quota {}\n}}\n", number, head, operation,
                     quota);
}

std::string takes(const std::string& more, const std::string& scope = "code") {
  return "operation move(id: PromotionId, code: Text(10)" + more + ") for " + scope +
         " sends PromotionRescheduled(id, launch: 2026-12-01)";
}

Kinds kinds(const std::string& before, const std::string& after, Instant now = kToday) {
  Kinds kinds;
  for (const InterfaceFinding& each : compare(shapes(before), shapes(after), now)) {
    kinds.push_back(each.kind);
    CHECK_FALSE(describe(each).empty());
  }
  return kinds;
}

}  // namespace

TEST_CASE("what stays, and what every caller of before fits, breaks nothing") {
  const std::string old = version(takes(", price: Money<AUD>, share: Share, half: Half, note: Text(20)"));
  CHECK(kinds(old, old) == Kinds{});
  CHECK(kinds(old, version(takes(", price: optional Money<AUD>, share: Whole, half: Third, note: Text(40), "
                                 "more: optional Int"),
                           1, "2 per min")) == Kinds{});
  CHECK(kinds(old, old + version("operation other(code: Text(10)) for code sends PromotionCancelled(\"P-1\")",
                                 2)) == Kinds{});
}

TEST_CASE("what callers of before do not fit any more is told") {
  const auto changed = [](const std::string& before, const std::string& after) {
    return kinds(version(takes(before)), version(takes(after)));
  };
  CHECK(changed(", share: Whole", ", share: Share") == Kinds{Kind::TypeNarrowed});
  CHECK(changed(", share: Percent(5, 2)", ", share: Whole") == Kinds{Kind::TypeNarrowed});
  CHECK(changed(", half: Third", ", half: Half") == Kinds{Kind::TypeNarrowed});
  CHECK(changed(", note: Text(20)", ", note: Text(19)") == Kinds{Kind::TypeNarrowed});
  CHECK(changed(", n: Decimal(9, 2)", ", n: Decimal(9, 3)") == Kinds{Kind::TypeNarrowed});
  CHECK(changed(", n: Decimal(9, 2)", ", n: Decimal(10, 3)") == Kinds{});
  CHECK(changed(", price: Money<AUD>", ", price: Money<NZD>") == Kinds{Kind::TypeNarrowed});
  CHECK(changed(", n: Int", ", n: Date") == Kinds{Kind::TypeNarrowed});
  CHECK(changed("", ", n: Int") == Kinds{Kind::ParameterNew});
  CHECK(changed("", ", n: optional Int") == Kinds{});
  CHECK(changed(", n: optional Int", ", n: Int") == Kinds{Kind::ParameterNeeded});
  CHECK(changed(", n: optional Int", "") == Kinds{Kind::ParameterGone});
}

TEST_CASE("what comes of a call, for whom it is and how often it may come are the partner's to know") {
  const std::string old = version(takes(", other: Text(10)"));
  CHECK(kinds(old, version(takes(", other: Text(10)", "other"))) == Kinds{Kind::ScopeChanged});
  CHECK(
      kinds(old,
            version(
                "operation move(id: PromotionId, code: Text(10), other: Text(10)) for code starts Waits(id, "
                "code)")) == Kinds{Kind::EffectChanged});
  CHECK(kinds(old, version(takes(", other: Text(10)"), 1, "60 per day")) == Kinds{Kind::QuotaLowered});
  CHECK(compare(shapes(old), shapes(version(takes(", other: Text(10)"), 1, "59 per hour")), kToday)
            .front()
            .is_note());
  CHECK(kinds(old, version(takes(", other: Text(10)"), 1, "60 per hour", "for Depot")) ==
        Kinds{Kind::PartnerChanged});
  CHECK(kinds(old, version("operation shift(code: Text(10)) for code sends PromotionCancelled(\"P-1\")")) ==
        Kinds{Kind::OperationGone});
}

TEST_CASE("a version goes on its day, and not before") {
  const std::string second = version(takes(""), 2), first = version(takes(""));
  const auto going = [](const std::string& until) {
    return version(takes(""), 1, "60 per hour", "for Shop deprecated 2026-11-01 until " + until);
  };
  CHECK(kinds(first + second, second) == Kinds{Kind::VersionGone});
  CHECK(kinds(going("2026-12-01") + second, second) == Kinds{Kind::VersionGone});
  CHECK(kinds(going("2026-11-23") + second, second) == Kinds{});
  CHECK(kinds(first + second, going("2026-12-01") + second) == Kinds{});
  CHECK(kinds(going("2026-12-01") + second, going("2026-11-30") + second) == Kinds{Kind::UntilEarlier});
  CHECK(kinds(going("2026-12-01") + second, going("2026-12-02") + second) == Kinds{});
}

}  // namespace endcap::ir::testing
