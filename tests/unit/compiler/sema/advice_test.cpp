// Labels, and how the advice pass follows them. What it refuses stands in tests/language/laundering, what it
// lets through in tests/language/honest.
#include <fmt/format.h>

#include <chrono>

#include "checked.h"
#include "compiler/sema/passes/label.h"

namespace endcap::sema {
namespace {

const Label kTrusted;
Label from(uint32_t local, const std::string& path) { return {{{local, path}}, {}}; }

const Local& local(const Checked& checked, std::string_view name) {
  const auto& locals = checked.program.workflows.back().locals;
  const auto found = std::ranges::find(locals, name, &Local::name);
  REQUIRE(found != locals.end());
  return *found;
}

}  // namespace

TEST_CASE("who sees two values sees the advice of both, and the first names the path") {
  const Label both = join(join(kTrusted, from(1, "one")), from(2, "two"));
  CHECK(both.path() == "one");
  CHECK(both.sources.size() == 2);
  CHECK(join(both, from(2, "two again")).sources.size() == 2);
}

TEST_CASE("a record's fields keep their own labels, through lists and joins") {
  Label record;
  record.parts = {kTrusted, from(1, "forecast")};
  CHECK_FALSE(part(record, 0).advice());
  CHECK(part(record, 1).advice());
  CHECK(flatten(record).advice());
  CHECK_FALSE(existence(record).advice());

  Label list;
  list.parts = {record};
  const Label joined = join(kTrusted, list);
  CHECK_FALSE(part(part(joined, 0), 0).advice());
  CHECK(part(part(joined, 0), 1).advice());
}

TEST_CASE("what is inside a list that advice has thinned is advice outside its loop only") {
  Label thinned = from(3, "forecast");
  thinned.parts = {kTrusted};
  CHECK(part(thinned, 0).advice());
  CHECK_FALSE(inside(thinned).advice());
}

TEST_CASE("values of different shape are joined whole rather than half") {
  Label two, one;
  two.parts = {kTrusted, kTrusted};
  one.parts = {from(4, "forecast")};
  CHECK(part(join(two, one), 0).advice());
  CHECK(part(join(two, one), 1).advice());
}

TEST_CASE("a grant for one forecast is none for another") {
  const Label known = from(1, "one");
  CHECK(beyond(kTrusted, known) == nullptr);
  CHECK(beyond(from(1, "one, elsewhere"), known) == nullptr);
  const Label both = join(known, from(2, "two"));
  REQUIRE(beyond(both, known));
  CHECK(beyond(both, known)->path == "two");
}

TEST_CASE("what a condition on advice binds is advice in the frame, and says why") {
  const Checked checked(R"(
use calendar office
workflow Look(promo: Promotion) key promo.id version 1 {
  let stock = read StockOf("0001", promo.article)
  let there = stock.available
  when stock.forecast > 5 ea {
    let patience = 2 hours
    task Count(store: "0001") to Clerk within patience { on expired { then continue } }
  }
  finish Looked()
}
)");
  INFO(checked.rendered());
  CHECK_FALSE(checked.diagnostics.has_errors());
  CHECK(local(checked, "stock").trust == Trust::Advice);
  CHECK(local(checked, "there").trust == Trust::Trusted);
  CHECK(local(checked, "patience").trust == Trust::Advice);
  CHECK(local(checked, "patience").advice_path == "`forecast` of Stock -> `stock` -> `patience`");
}

TEST_CASE("a read may not call an action, which may change something") {
  const Checked checked(R"(
use system erp
system erp {
  operation Peek(promo: PromotionId, store: StoreId) -> Store is read {
    call WithdrawPrice(Promotion: promo, Plant: store)
  }
}
)");
  INFO(checked.rendered());
  CHECK(checked.says(DiagnosticKind::ClassNotForm));
}

TEST_CASE("an event brings advice when a view calls its property so") {
  const Checked checked(R"(
use system erp
system erp {
  event ForecastMoved(article: ArticleId = Material, units: Qty<ea> = Forecast in Unit) type "subject.forecast.moved"
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto& fields = checked.program.abi.types[checked.program.abi.events.back().record].fields;
  REQUIRE(fields.size() == 2);
  CHECK_FALSE(fields[0].advice);
  CHECK(fields[1].advice);
}

TEST_CASE("what is heard behind a wait of a model's decides what follows, and not that the workflow began") {
  const Checked checked(R"(
use fixture.advice
use calendar office
workflow Drop(promo: Promotion) key promo.id version 1 {
  let stock = read StockOf("0001", promo.article)
  when stock.forecast > 10 ea { wait until promo.launch - 5 days at 06:00 zone "Australia/Sydney" if late continue }
  wait for event StockBelow(article, store) where article == promo.article within 2 days {
    on expired { fail No() and keep }
  }
  task Look(id: promo.id) to Clerk within 2 hours { on expired { then continue } }
  finish Done()
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const Block& body = checked.program.workflows.back().body;
  CHECK(body.control == abi::Trust::Trusted);
  CHECK(body.statements.at(2).control == abi::Trust::Trusted);
  CHECK(body.statements.at(3).control == abi::Trust::Advice);
}

TEST_CASE("approvals whose handlers write what was approved before do not multiply") {
  std::string body;
  constexpr int kApprovals = 40;
  for (int i = 0; i < kApprovals; ++i) {
    body += fmt::format(
        "  let p{0} = propose for each s in stores {{ Move.urgent(s.id, 5 ea) }}\n"
        "  approve p{0} under UrgentByHand as g{0} valid until promo.end at 23:59 zone "
        "\"Australia/Sydney\" {{\n    within 8 business hours\n"
        "    on rejected, expired {{ fail No() }}\n    on changed {{\n",
        i);
    for (int before = std::max(0, i - 2); before < i; ++before)
      body += fmt::format("      for each s in stores {{ write g{} for s }}\n", before);
    body += "      fail Changed()\n    }\n  }\n";
  }
  for (int i = 0; i < kApprovals; ++i)
    body += fmt::format("  for each s in stores {{ write g{} for s }}\n", i);
  const auto begin = std::chrono::steady_clock::now();
  const Checked checked(
      "use fixture.advice\nuse calendar office\n"
      "workflow Chain(promo: Promotion) key promo.id version 1 {\n"
      "  let stores = read promo.stores\n" +
      body + "  finish Done()\n}\n");
  CHECK(checked.program.workflows.size() == 1);
  CHECK(std::chrono::steady_clock::now() - begin <
        std::chrono::seconds(20));  // thousandths, when it is linear
}

}  // namespace endcap::sema
