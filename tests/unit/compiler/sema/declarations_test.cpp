// What declarations become: views, operations, events, roles.
#include "checked.h"

namespace endcap::sema {

using Names = std::vector<std::string>;

TEST_CASE("a view is a record of its fields, without navigations, and the time it was read") {
  const Checked checked("");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const abi::View& view = checked.view("fixture.base.Promotion");
  CHECK(view.entity_set == "Promotions");
  const abi::Type& record = checked.program.abi.types[view.record];
  CHECK(field_names(checked.program, view.record) ==
        Names{"id", "article", "slogan", "price", "landedCost", "launch", "end", "lastReview", "as of"});
  CHECK(record.fields[0].key);
  CHECK(view.key == std::vector<uint32_t>{0});
  CHECK(view.fields[3].wire.name == "Price");
  CHECK(view.fields[3].wire.unit_name == "Currency");
  CHECK(view.fields[3].wire.edm_type == "Edm.Decimal");
}

TEST_CASE("a field without `required` is optional, a key field never") {
  const Checked checked("");
  const abi::Type& record = checked.program.abi.types[checked.view("fixture.base.Promotion").record];
  CHECK(checked.program.abi.types[record.fields[2].type].kind == abi::Kind::Optional);
  CHECK(checked.program.abi.types[record.fields[0].type].kind == abi::Kind::Text);
}

TEST_CASE("a navigation knows both views") {
  const Checked checked("");
  REQUIRE(checked.program.abi.navigations.size() == 1);
  const abi::Navigation& navigation = checked.program.abi.navigations[0];
  CHECK(navigation.name == "stores");
  CHECK(navigation.property == "to_Stores");
  CHECK(checked.program.abi.views[navigation.from_view].name == "fixture.base.Promotion");
  CHECK(checked.program.abi.views[navigation.to_view].name == "fixture.base.Store");
}

TEST_CASE("an operation's payload has its key first, each with its wire name and type") {
  const Checked checked("");
  const abi::Operation& print = checked.operation("Label.print");
  REQUIRE(print.fields.size() == 2);
  CHECK(print.fields[0].name == "Plant");
  CHECK(print.fields[0].key);
  CHECK(print.fields[1].name == "PrintText");
  CHECK_FALSE(print.fields[1].key);
  CHECK(field_names(checked.program, print.payload) == Names{"Plant", "PrintText"});

  const abi::Operation& activate = checked.operation("Price.activate");
  CHECK(activate.strategy == abi::Strategy::Keyed);
  CHECK(activate.strategy_field == "Reference");
  CHECK(activate.owner == "Clerk");
  CHECK(activate.rejections == Names{"RecordLocked"});
  CHECK(checked.operation("Price.withdraw").is_action);
}

TEST_CASE("types that the engine needs are always there") {
  const Checked checked("");
  const auto has = [&](abi::Kind kind) {
    return std::ranges::any_of(checked.program.abi.types,
                               [&](const abi::Type& type) { return type.kind == kind; });
  };
  for (abi::Kind kind : {abi::Kind::Int, abi::Kind::List, abi::Kind::Text, abi::Kind::Instant,
                         abi::Kind::Bool, abi::Kind::Duration, abi::Kind::BusinessDuration})
    CHECK(has(kind));
}

TEST_CASE("a role of endcap.toml that no module declares is told") {
  const Checked checked("", [](Project& project) { project.roles.push_back({"Clark", {"clark"}, {}}); });
  CHECK(checked.says(DiagnosticKind::RoleNotDeclared));
}

TEST_CASE(
    "who answers for something in a role has it, and whoever has a role that is narrowed answers for "
    "something") {
  const auto scopes = [](std::map<std::string, std::vector<std::string>> given) {
    return [given = std::move(given)](Project& project) {
      project.roles.push_back({"District", {"ann", "ben"}, {}, given, {}});
    };
  };
  const std::string narrowed = "role District by Text(3)\n";
  const Checked all(narrowed, scopes({{"ann", {"NSW"}}, {"ben", {"*"}}}));
  CHECK_FALSE(all.says(DiagnosticKind::ScopesOfNobody));
  CHECK_FALSE(all.says(DiagnosticKind::PersonWithoutScope));
  CHECK(Checked(narrowed, scopes({{"ann", {"NSW"}}})).says(DiagnosticKind::PersonWithoutScope));
  CHECK(Checked(narrowed, scopes({{"ann", {"*"}}, {"ben", {"*"}}, {"cy", {"*"}}}))
            .says(DiagnosticKind::ScopesOfNobody));
  CHECK_FALSE(Checked("role District\n", scopes({})).says(DiagnosticKind::PersonWithoutScope));
}

TEST_CASE("what somebody answers for is something that narrows the role") {
  const auto answering_for = [](const std::string& by, const std::string& scope) {
    return Checked("enum Side { east, west }\nrole District by " + by + "\n",
                   [&](Project& project) {
                     project.roles.push_back({"District", {"ann"}, {}, {{"ann", {scope}}}, {}});
                   })
        .says(DiagnosticKind::ScopeUnknown);
  };
  for (const char* by : {"Text(3)", "Int", "Side"}) CHECK_FALSE(answering_for(by, "*"));
  CHECK_FALSE(answering_for("Text(3)", "NSW"));
  CHECK_FALSE(answering_for("Text(3)", "\u00d6\u00d6\u00d6"));  // characters, not bytes
  CHECK(answering_for("Text(3)", "N.S.W."));
  CHECK_FALSE(answering_for("Int", "12"));
  CHECK(answering_for("Int", "twelve"));
  CHECK(answering_for("Int", "12 "));
  CHECK_FALSE(answering_for("Side", "west"));
  CHECK(answering_for("Side", "wset"));
}

TEST_CASE("partners of endcap.toml are declared, and answer for what there can be") {
  const auto partner = [](std::string declared, std::vector<std::string> scopes) {
    return [declared = std::move(declared), scopes = std::move(scopes)](Project& project) {
      PartnerConfig config{.partner = declared, .name = "ann", .token_env = "T"};
      for (const std::string& scope : scopes) config.scopes.push_back({scope, {}});
      project.partners = {config};
    };
  };
  const std::string declared = "partner Market by Text(4)\n";
  CHECK_FALSE(Checked(declared, partner("Market", {"ACME"})).says(DiagnosticKind::PartnerNotDeclared));
  CHECK_FALSE(Checked(declared, partner("Market", {"*"})).says(DiagnosticKind::PartnerScopeUnknown));
  CHECK(Checked(declared, partner("Markt", {"ACME"})).says(DiagnosticKind::PartnerNotDeclared));
  CHECK(Checked(declared, partner("Market", {"ACME-1"})).says(DiagnosticKind::PartnerScopeUnknown));
  CHECK(Checked(declared, partner("Market", {})).says(DiagnosticKind::PartnerWithoutScope));
  CHECK_FALSE(Checked("partner Market\n", partner("Market", {})).says(DiagnosticKind::PartnerWithoutScope));
}

TEST_CASE("an event that partners send needs no system that does") {
  const auto sends_nothing = [](Project& project) { project.systems[0].sends.emplace(); };
  const std::string base = R"(
partner Market by Text(4)
interface Moves version 1 for Market {
  operation move(id: PromotionId, launch: Date, who: Text(4)) for who sends PromotionMoved(id, launch)
  quota 10 per min
}
)";
  const Checked alone("", sends_nothing), sent(base, sends_nothing);
  const auto count = [](const Checked& checked) {
    return std::ranges::count_if(checked.diagnostics.all(), [](const Diagnostic& each) {
      return each.kind == DiagnosticKind::EventNotSent;
    });
  };
  CHECK(count(sent) == count(alone) - 1);
}

TEST_CASE("an advisor of endcap.toml that no module declares is told") {
  const Checked checked("", [](Project& project) {
    project.advisors.push_back({.name = "UpliftModl", .url = "http://127.0.0.1:1/", .token_env = ""});
  });
  CHECK(checked.says(DiagnosticKind::AdvisorNotDeclared));
}

TEST_CASE("what endcap.toml says that a system sends is declared and heard") {
  const auto sends = [](std::vector<std::string> types) {
    return [types = std::move(types)](Project& project) {
      project.systems[0].sends.emplace();
      for (const std::string& type : types) project.systems[0].sends->push_back({type, {}});
    };
  };
  const std::vector<std::string> all{"fixture.promotion.cancelled", "fixture.promotion.moved",
                                     "fixture.stock.below", "fixture.stock.counted"};
  const std::string hears_all = R"(
use fixture.carried
use system erp
use system shop
route Counts: StockCounted from erp to shop via CountOf { writes Offer.put under OfferGate }
workflow Hears(promo: Promotion) key promo.id {
  throughout {
    on event PromotionCancelled(id) where id == promo.id { fail Cancelled() }
    on event StockBelow(article, store) where article == promo.article {
      task Look(store: store) to Clerk within 1 day { on expired { then continue } }
    }
  }
  wait for event PromotionMoved(id) where id == promo.id within 2 days { on expired { fail NotMoved() } }
  finish Done()
}
)";
  CHECK_FALSE(Checked(hears_all).diagnostics.has_errors());
  CHECK_FALSE(Checked(hears_all, sends(all)).says(DiagnosticKind::EventNotSent));
  CHECK_FALSE(Checked(hears_all, sends(all)).says(DiagnosticKind::EventNotHeard));
  CHECK(Checked("", sends(all)).says(DiagnosticKind::EventNotHeard));
  CHECK(Checked(hears_all, sends({all[0], all[1], all[3]})).says(DiagnosticKind::EventNotSent));
  CHECK(Checked(hears_all, sends({all[0], all[1], all[2], all[3], "fixture.other"}))
            .says(DiagnosticKind::EventNotHeard));
}

}  // namespace endcap::sema
