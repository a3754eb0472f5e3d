// What statements become: identities of wait points, event keys, targets, outcomes.
#include "checked.h"

namespace endcap::sema {

using Names = std::vector<std::string>;

TEST_CASE("a workflow is started by the keys of its views and by plain values") {
  const Checked checked(R"(
workflow Launch(number: Int, promo: Promotion, store: Store) key promo.id { finish Done(promo.id, number) }
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const abi::Workflow& workflow = checked.program.abi.workflows.at(0);
  CHECK(workflow.name == "subject.Launch");
  REQUIRE(workflow.parameters.size() == 3);
  CHECK(workflow.parameters[1].name == "promo.id");
  CHECK(workflow.key_parameters == std::vector<uint32_t>{1});
  CHECK(checked.program.workflows[0].parameters[2].first == 2);
  REQUIRE(workflow.outcomes.size() == 1);
  CHECK(field_names(checked.program, workflow.outcomes[0].record) == Names{"id", "number"});
}

TEST_CASE("a wait point is known by where it stands and the name its author gave") {
  Checked checked(R"(
workflow Launch(promo: Promotion) key promo.id {
  throughout { on event PromotionCancelled(id) where id == promo.id { fail Cancelled(id) and keep } }
  let stores = read promo.stores
  step gate {
    let prices = propose for each store in stores { Price.activate(promo, store) undo Price.withdraw(promo, store) }
    approve prices under PriceGate as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 1 day
      on rejected, expired { fail Refused(promo.id) and keep }
      on changed { then ask again }
    }
  }
  step activate together {
    branch inStores {
      for each store in stores parallel 5 collect done {
        wait until promo.launch at 06:00 zone store.timeZone if late continue
        write pricing for store
        task Look(store.id) to Clerk within 1 day { on expired { then continue } }
        step second { task Look(store.id) to Clerk within 1 day { on expired { then continue } } }
        yield store.id
      }
    }
  }
  finish Done(promo.id)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  CHECK(checked.paths() ==
        Names{"throughout", "stores", "gate.pricing", "activate.together", "activate.inStores.done",
              "activate.inStores[store].wait", "activate.inStores[store].write.Price.activate",
              "activate.inStores[store].task.Look", "activate.inStores[store].second.task.Look"});
}

TEST_CASE("an equality with a value known beforehand is the key of a subscription, the rest its guard") {
  Checked checked(R"(
workflow Watch(promo: Promotion) key promo.id {
  wait for event StockBelow(article, store) where store != "0001" and promo.article == article within 2 days {
    on expired { fail Nothing(promo.id) }
  }
  finish Heard(store)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const WaitEvent* wait = checked.find<WaitEvent>();
  REQUIRE(wait);
  CHECK(wait->pattern.key_field == 0u);
  REQUIRE(wait->pattern.key);
  CHECK(std::holds_alternative<FieldOf>(wait->pattern.key->node));
  REQUIRE(wait->pattern.guard);
  CHECK(std::get<Operation>(wait->pattern.guard->node).op == Operator::NotEqual);
}

TEST_CASE("a list that must contain a field of the event is the key, any of it, and stays in the guard") {
  Checked checked(R"(
workflow Watch(promo: Promotion) key promo.id {
  let articles = [promo.article, "AC-200"]
  wait for event StockBelow(article, store) where article in articles and store != "0001" within 2 days {
    on expired { fail Nothing(promo.id) }
  }
  finish Heard(store)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const WaitEvent* wait = checked.find<WaitEvent>();
  REQUIRE(wait);
  CHECK(wait->pattern.key_field == 0u);
  REQUIRE(wait->pattern.key);
  CHECK(std::holds_alternative<LocalRef>(wait->pattern.key->node));
  REQUIRE(wait->pattern.guard);
  CHECK(std::get<Operation>(wait->pattern.guard->node).op == Operator::And);
}

TEST_CASE("an equality is a better key than a list, and a list that the event makes is none") {
  const auto watching = [](const std::string& condition) {
    return R"(
workflow Watch(promo: Promotion) key promo.id {
  let articles = [promo.article, "AC-200"]
  wait for event StockBelow(article, store) where )" +
           condition + R"( within 2 days { on expired { fail Nothing(promo.id) } }
  finish Heard(store)
}
)";
  };
  Checked both(watching("article in articles and article == promo.article"));
  INFO(both.rendered());
  REQUIRE_FALSE(both.diagnostics.has_errors());
  REQUIRE(both.find<WaitEvent>());
  CHECK(both.find<WaitEvent>()->pattern.key_field == 0u);
  CHECK(std::holds_alternative<FieldOf>(both.find<WaitEvent>()->pattern.key->node));
  Checked own(watching("article in [article]"));
  INFO(own.rendered());
  REQUIRE_FALSE(own.diagnostics.has_errors());
  REQUIRE(own.find<WaitEvent>());
  CHECK_FALSE(own.find<WaitEvent>()->pattern.key_field);
}

TEST_CASE("an equality between two fields of the event is no key") {
  Checked checked(R"(
workflow Watch(promo: Promotion) key promo.id {
  wait for event PromotionMoved(id, launch) where launch == launch within 2 days { on expired { fail Nothing(promo.id) } }
  finish Heard(id)
}
)");
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const WaitEvent* wait = checked.find<WaitEvent>();
  REQUIRE(wait);
  CHECK_FALSE(wait->pattern.key_field);
  CHECK(wait->pattern.guard);
}

TEST_CASE("`write g for` means an element of the list or a proposal by its name, also after their step") {
  Checked checked(R"(
workflow Launch(promo: Promotion, store: Store) key promo.id {
  let stores = read promo.stores
  step gate {
    let prices = propose for each shop in stores { Price.activate(promo, shop) }
    let own = propose Price.activate(promo, store)
    approve prices, own under PriceGate as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 1 day
      on rejected, expired { fail Refused(promo.id) }
      on changed { then ask again }
    }
  }
  write pricing for own
  for each shop in stores parallel 5 { write pricing for shop }
  finish Done(promo.id)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  std::vector<std::pair<uint32_t, bool>> writes;
  visit_statements(checked.program.workflows[0].body, [&](Stmt& stmt) {
    if (const auto* write = std::get_if<Write>(&stmt.node))
      writes.emplace_back(write->proposal, write->target != nullptr);
  });
  CHECK(writes == std::vector<std::pair<uint32_t, bool>>{{1, false}, {0, true}});
}

TEST_CASE("literals take the scale of the type that is expected") {
  Checked checked(R"(
workflow Rate(promo: Promotion) key promo.id {
  let rate: Percent(5, 2) = 12.5%
  let factor: Decimal(9, 4) = 1.5
  finish Done(promo.id, rate: rate, factor: factor)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  std::vector<Int128> cells;
  visit_statements(checked.program.workflows[0].body, [&](Stmt& stmt) {
    if (const auto* let = std::get_if<Let>(&stmt.node))
      cells.push_back(std::get<Literal>(let->value->node).cell.bits);
  });
  CHECK((cells == std::vector<Int128>{1250, 15000}));
}

TEST_CASE("a chain of comparisons is both, with the middle in each") {
  Checked checked(R"(
workflow Rate(promo: Promotion) key promo.id {
  when AUD 1.00 <= promo.price < AUD 9.00 { fail Cheap(promo.id) }
  finish Done(promo.id)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const When* when = checked.find<When>();
  REQUIRE(when);
  const auto& both = std::get<Operation>(when->arms[0].condition->node);
  CHECK(both.op == Operator::And);
  CHECK(std::get<Operation>(both.operands[0]->node).op == Operator::LessEqual);
  CHECK(std::get<Operation>(both.operands[1]->node).op == Operator::Less);
}

TEST_CASE("what is said for all calls to a system is told once, with the first call of which it is true") {
  const Checked checked(R"(
use system erp
workflow Labels(promo: Promotion, store: Store) key promo.id {
  throughout { on unavailable of erp { then retry } }
  let now = reread promo { on unavailable { fail Gone(promo.id) } }
  step first { notify Label.print(store.id, "new") }
  step second { notify Label.print(store.id, "old") }
  finish Done(now.id)
}
)");
  CHECK(checked.diagnostics.error_count() == 1);
  const auto& all = checked.diagnostics.all();
  const auto found = std::ranges::find(all, DiagnosticKind::RetryWithoutEnd, &Diagnostic::kind);
  REQUIRE(found != all.end());
  const Diagnostic& told = *found;
  REQUIRE(told.labels.size() == 1);
  CHECK(checked.sources.text(told.labels[0].span) == R"(notify Label.print(store.id, "new"))");
}

TEST_CASE("what is never so at one call only is not told, at all of them it is") {
  const auto told = [](const std::string& condition) {
    const Checked checked(R"(
use system erp
workflow Labels(promo: Promotion, store: Store) key promo.id {
  throughout {
    on unavailable of erp {
      when promo.price > AUD 5.00 { finish Dear(promo.id) }
      finish Cheap(promo.id)
    }
  }
  when promo.price <= AUD 5.00 { step first { notify Label.print(store.id, "new") } }
  )" + condition + R"( { step second { notify Label.print(store.id, "old") } }
  finish Done(promo.id)
}
)");
    INFO(checked.rendered());
    REQUIRE_FALSE(checked.diagnostics.has_errors());
    return checked.says(DiagnosticKind::NeverHolds);
  };
  CHECK_FALSE(told("when promo.price > AUD 3.00"));
  CHECK(told("when promo.price <= AUD 4.00"));
}

TEST_CASE("money times a number has the places of both until it is rounded") {
  const Checked exact(R"(
workflow Rate(promo: Promotion) key promo.id {
  let dearer: Money<AUD> = promo.price * 1.5
  finish Done(promo.id)
}
)");
  CHECK(exact.says(DiagnosticKind::ScaleLost));
  const Checked rounded(R"(
workflow Rate(promo: Promotion) key promo.id {
  let dearer: Money<AUD> = round promo.price * 1.5 to 2 places half up
  let split: Money<AUD> = round promo.price / 3 to 2 places half even
  finish Done(promo.id)
}
)");
  INFO(rounded.rendered());
  CHECK_FALSE(rounded.diagnostics.has_errors());
}

}  // namespace endcap::sema
