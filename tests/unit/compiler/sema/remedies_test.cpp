// What findings say beside their sentence, and what they offer to write.
#include <optional>

#include "checked.h"

namespace endcap::sema {
namespace {

// The one finding of the kind.
Diagnostic finding(const std::string& text, DiagnosticKind kind) {
  const Checked checked(text);
  INFO(checked.rendered());
  std::vector<Diagnostic> found;
  for (const Diagnostic& each : checked.diagnostics.all()) {
    if (each.kind == kind) found.push_back(each);
  }
  REQUIRE(found.size() == 1);
  return found.front();
}

bool notes(const Diagnostic& diagnostic, std::string_view text) {
  return std::ranges::any_of(diagnostic.notes,
                             [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("a role that is named twice is not simply left out: two people may be meant") {
  const Diagnostic twice = finding(
      "policy Two governs Refill.order for (units: Qty<ea>) { | approval by Finance, Finance otherwise }\n",
      DiagnosticKind::DuplicateName);
  CHECK_FALSE(twice.fix);
  CHECK(notes(twice, "for two people of Finance, declare a second role"));
}

TEST_CASE("business time is told where only time that passes is understood, with or without a calendar") {
  const std::string view =
      "use system erp\nview Level of erp.Stocks key store fresh within 4 business hours { store: StoreId = "
      "Plant }\n";
  CHECK(notes(finding(view, DiagnosticKind::AdvisorTime), "business time"));
  CHECK_FALSE(Checked(view).says(DiagnosticKind::CalendarMissing));
  CHECK(notes(finding("use calendar office\n" + view, DiagnosticKind::AdvisorTime), "business time"));
}

TEST_CASE("a unit behind `otherwise` wants parentheses") {
  const Diagnostic unknown = finding(R"(
use system erp
system erp {
  operation Refill.some(store: StoreId, units: Qty<ea>) is write {
    create Transfers { Plant: store  Quantity: when units > 5 ea then units otherwise 4 ea in Unit }
    keyed by Reference
    owner Planner
  }
}
)",
                                     DiagnosticKind::UnknownName);
  CHECK(notes(unknown, "`Quantity: (when ... otherwise ...) in Unit`"));
}

TEST_CASE("an amount without its unit is not completed by leaving the unit out") {
  const std::string mapping =
      "use system erp\nuse system shop\n"
      "mapping OfferOf from Stock to shop.Offers { sku: it.article  units: it.available";
  const Diagnostic without = finding(mapping + " }\n", DiagnosticKind::MappingIncomplete);
  CHECK_FALSE(without.fix);
  CHECK(notes(without, "`units: ... in PROPERTY`"));
  const Diagnostic with = finding(mapping + " in unit }\n", DiagnosticKind::MappingIncomplete);
  CHECK(with.fix);
  CHECK_FALSE(notes(with, "in PROPERTY"));
}

TEST_CASE("data of an event that is told to a system that may not have it is named by its own field") {
  const Diagnostic told = finding(R"(
use system erp
use calendar office
system erp {
  operation Slogan.print(store: StoreId, text: Text(20)) is notify {
    update Labels(Plant: store) { PrintText: text }
    idempotent
    owner Clerk
    class public
  }
  event Plain(id: PromotionId = Promotion, text: Text(20) = Slogan) type "fixture.plain"
}
workflow Tell(promo: Promotion) key promo.id {
  wait for event Plain(id, text) where id == promo.id within 2 hours { on expired { fail Nothing() } }
  notify Slogan.print("1001", text)
  finish Told()
}
)",
                                  DiagnosticKind::DataClassTooHigh);
  CHECK(told.arguments.at(0) == "text of Plain");
}

}  // namespace endcap::sema
