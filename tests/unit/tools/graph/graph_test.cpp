// From the typed tree to the neutral graph, and from there to nodes and edges.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/tools/graph/drawn.h"
#include "tools/graph/flow.h"

using namespace endcap;
using namespace endcap::graph;

namespace {

// Every node, outermost first.
void collect(const std::vector<Node>& nodes, std::vector<const Node*>& into) {
  for (const Node& node : nodes) {
    into.push_back(&node);
    for (const Path& path : node.bodies) collect(path.nodes, into);
    for (const Path& path : node.handlers) collect(path.nodes, into);
  }
}

const Node& titled(const Graph& graph, std::string_view title) {
  std::vector<const Node*> all;
  collect(graph.nodes, all);
  const auto found = std::ranges::find_if(all, [&](const Node* node) { return node->title == title; });
  INFO(title);
  REQUIRE(found != all.end());
  return **found;
}

const Path& handler(const Node& node, std::string_view caption) {
  const auto found = std::ranges::find(node.handlers, caption, &Path::caption);
  INFO(caption);
  REQUIRE(found != node.handlers.end());
  return *found;
}

using Lines = std::vector<std::string>;

std::vector<std::string> edges(const Flow& flow) {
  std::vector<std::string> result;
  for (const Edge& edge : flow.edges)
    result.push_back(flow.nodes[edge.from].lines[0] + (edge.otherwise ? " ~" : " -") + edge.label + "> " +
                     flow.nodes[edge.to].lines[0]);
  return result;
}

bool has(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

TEST_CASE("a workflow that a schedule starts says when") {
  const sema::Checked checked(R"(
workflow Audit(day: Date) key day version 1 { finish Audited(day) }
workflow Other(day: Date) key day version 1 { finish Audited(day) }
schedule MorningAudit starts Audit(day) { every day at 06:00 zone "UTC" if late start }
schedule MonthEnd starts Audit(day) { every last day of the month at 18:00 zone "UTC" if late skip }
)");
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto& workflows = checked.program.workflows;
  const auto details = [&](std::string_view name) {
    const auto found = std::ranges::find(workflows, name, &sema::Workflow::name);
    REQUIRE(found != workflows.end());
    return graph_of(checked.program, *found, checked.sources).nodes.front().details;
  };
  CHECK(details(workflows.at(workflows.size() - 2).name) ==
        Lines{"given day", "key day", "every day at 06:00 zone \"UTC\"",
              "every last day of the month at 18:00 zone \"UTC\"", "version 1"});
  CHECK(details(workflows.back().name) == Lines{"given day", "key day", "version 1"});
}

TEST_CASE("a workflow that partners start says which") {
  const sema::Checked checked(R"(
partner Carrier
workflow Audit(day: Date) key day version 1 { finish Audited(day) }
interface Audits version 2 for Carrier {
  operation audit(day: Date) starts Audit(day)
  quota 5 per day
}
)");
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto& workflow = checked.program.workflows.back();
  CHECK(graph_of(checked.program, workflow, checked.sources).nodes.front().details ==
        Lines{"given day", "key day", "Carrier asks: Audits version 2, audit", "version 1"});
}

TEST_CASE("a workflow begins with what it is given, its key and version, and ends with its outcome") {
  const Graph graph = drawn("");
  CHECK(graph.name == "Flow");
  REQUIRE(graph.nodes.size() == 2);
  CHECK(graph.nodes[0].kind == Kind::Start);
  CHECK(graph.nodes[0].details == Lines{"given promo: Promotion", "key promo.id", "version 3"});
  CHECK(graph.nodes[1].title == "finish Done");
}

TEST_CASE("an approval says what, under which policy, by whom, until when, and what happens otherwise") {
  const Graph graph = drawn(kEverything);
  const Node& approval = titled(graph, "approval pricing");
  CHECK(approval.details ==
        Lines{"of prices under policy PriceGate:", "\u2022 approval by Finance when promo.price >= AUD 1.00",
              "\u2022 forbid \"a price of nothing\" when promo.price < AUD 1.00",
              "\u2022 Planner stands in for Finance", "within 8 business hours",
              "remind after 2 business hours", "escalate to Planner after 4 business hours",
              "valid until promo.end at 23:59 zone \"Australia/Sydney\""});
  REQUIRE(approval.handlers.size() == 2);
  const Path& no = handler(approval, "on rejected, expired");
  CHECK(no.then == Then::Ends);
  CHECK(no.nodes.front().title == "fail NotApproved");
  CHECK(no.nodes.front().details == Lines{"and keep what was written"});
  const Path& changed = handler(approval, "on changed");
  CHECK(changed.then == Then::Again);
  CHECK(changed.then_words == "then ask again");
}

TEST_CASE("an approval under several policies shows the rows of each") {
  const sema::Checked checked(R"(
use fixture.advice
workflow Flow(promo: Promotion) key promo.id {
  let move = propose Move.rare("1001", 7 ea)
  approve move under RareSmall, RareByHand as shift valid until promo.end at 23:59 zone "UTC" {
    within 8 hours
    on rejected, expired { fail NotApproved() }
    on changed { then ask again }
  }
  write shift
  finish Done()
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const Graph graph = graph_of(checked.program, checked.program.workflows.back(), checked.sources);
  CHECK(titled(graph, "approval shift").details ==
        Lines{"of move under policies RareByHand, RareSmall:", "RareByHand:",
              "\u2022 approval by Planner when units < 30 ea",
              "\u2022 forbid \"too many\" when units >= 30 ea",
              "RareSmall:", "\u2022 permit advice when 0 ea < units <= 10 ea up to 15 ea of units per store",
              "\u2022 approval by Planner otherwise", "within 8 hours",
              "valid until promo.end at 23:59 zone \"UTC\""});
}

TEST_CASE("what is proposed says its target and its undo, and what is written says them again") {
  const Graph graph = drawn(kEverything);
  CHECK(titled(graph, "propose Price.activate as prices").details ==
        Lines{"for each store in stores", "in erp", "undo Price.withdraw"});
  CHECK(titled(graph, "write Price.activate").details ==
        Lines{"approved as pricing, for store", "in erp", "undo Price.withdraw"});
}

TEST_CASE("waits, tasks and loops say their limits") {
  const Graph graph = drawn(kEverything);
  CHECK(titled(graph, "task ByHand").details == Lines{"for Clerk", "within 1 business day"});
  CHECK(titled(graph, "wait for event PromotionMoved(id) where id == promo.id").details ==
        Lines{"within 2 days"});
  const Node& wait = titled(graph, "wait until promo.launch at 06:00 zone store.timeZone");
  CHECK(handler(wait, "if late").then == Then::Skip);
  CHECK(handler(wait, "on event PromotionMoved(id, launch) where id == promo.id").then_words ==
        "then wait until launch at 06:00 zone store.timeZone");
  CHECK(titled(graph, "for each store in stores").details == Lines{"20 at once", "collects plans"});
  CHECK(titled(graph, "for each store in stores where store.region == \"NSW\"").details ==
        Lines{"50 at once"});
}

TEST_CASE("a task for a part of a role says which") {
  const sema::Checked checked(R"(
use calendar office
role Area by Text(3)

exception Closed(store: StoreId, region: Text(3)) key store severity high owner Area(region) {
  respond within 4 hours
  escalate to Area("WA") after 1 hour
  on expired { fail StillClosed() }
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto closed =
      std::ranges::find(checked.program.abi.workflows, "subject.Closed", &abi::Workflow::name);
  REQUIRE(closed != checked.program.abi.workflows.end());
  const auto index = static_cast<size_t>(closed - checked.program.abi.workflows.begin());
  const Graph graph = graph_of(checked.program, checked.program.workflows[index], checked.sources);
  CHECK(titled(graph, "task Closed").details ==
        Lines{"for Area of region", "within 4 hours", "escalate to Area of \"WA\" after 1 hour"});
}

TEST_CASE("branches and cases have captions, plain values are not drawn") {
  const Graph graph = drawn(kEverything);
  const Node& together = titled(graph, "together");
  REQUIRE(together.bodies.size() == 2);
  CHECK(together.bodies[1].caption == "branch second");
  const Node& when = titled(graph, "which case?");
  REQUIRE(when.bodies.size() == 3);
  CHECK(when.bodies[1].caption == "when price > AUD 2.00");
  CHECK(when.bodies[1].then == Then::Ends);
  CHECK(when.bodies[2].caption == "otherwise");
  const Node& match = titled(graph, "which promo.slogan?");
  CHECK(match.bodies[0].caption == "present");
  CHECK(match.bodies[1].caption == "absent");
  std::vector<const Node*> all;
  collect(graph.nodes, all);
  CHECK(std::ranges::none_of(
      all, [](const Node* node) { return node->title.find("price = ") != std::string::npos; }));
}

TEST_CASE("what an author wrote over several lines, with comments, is one line") {
  CHECK(one_line("a\n    + b -- why\n  + \"x  -- y\"") == "a + b + \"x  -- y\"");
  CHECK(one_line("  a-b --\n c ") == "a-b c");
  CHECK(one_line("\"\\\" -- \" d") == "\"\\\" -- \" d");
  CHECK(one_line("") == "");
}

TEST_CASE("edges follow the order, handlers lead off it, and what says so leads back") {
  const Flow flow = flow_of(drawn(kEverything));
  const auto all = edges(flow);
  for (const char* expected :
       {"workflow Flow -> throughout, from here on", "propose Price.activate as prices -> approval pricing",
        "approval pricing ~on rejected, expired> fail NotApproved",
        "approval pricing ~on changed: then ask again> approval pricing",
        "approval pricing -> read StockOf as stock", "read StockOf as stock ~on unavailable> skip",
        "yield Plan(store: store, gap: stock.available) -> all of these",
        "all of these -> notify Label.print", "write Price.activate ~on RecordLocked> task ByHand",
        "task ByHand ~then retry> write Price.activate", "task ByHand ~on expired> skip",
        "write Price.activate -> all done", "which case? -when price > AUD 2.00> fail Cheap",
        "which case? -otherwise> which promo.slogan?", "which promo.slogan? -absent> finish Done",
        "notify Label.print -> finish Done"}) {
    INFO(expected);
    CHECK(has(all, expected));
  }
  CHECK(
      std::ranges::none_of(flow.edges, [&](const Edge& edge) { return is_end(flow.nodes[edge.from].kind); }));
}

TEST_CASE("every node but the first is reached, and every box has a node in it") {
  const Flow flow = flow_of(drawn(kEverything));
  for (size_t i = 1; i < flow.nodes.size(); ++i) {
    INFO(flow.nodes[i].lines[0]);
    CHECK(std::ranges::any_of(flow.edges, [&](const Edge& edge) { return edge.to == i; }));
  }
  for (size_t i = 0; i < flow.boxes.size(); ++i) {
    CHECK((std::ranges::any_of(flow.nodes, [&](const FlowNode& node) { return node.inside == i; }) ||
           std::ranges::any_of(flow.boxes, [&](const Box& box) { return box.inside == i; })));
    if (flow.boxes[i].inside) CHECK(*flow.boxes[i].inside < i);
  }
}

TEST_CASE(
    "a loop without anything to draw is a node, and one that only skips still has something behind it") {
  const Flow empty =
      flow_of(drawn("let stores = read promo.stores for each store in stores { let name = store.name }"));
  CHECK(empty.boxes.empty());
  CHECK(has(edges(empty), "for each store in stores -> finish Done"));
  const Flow skips = flow_of(drawn("let stores = read promo.stores for each store in stores { skip }"));
  CHECK(has(edges(skips), "skip -when all are done> finish Done"));
}

TEST_CASE("an exception is drawn with its severity and its owner's task, and where it is raised") {
  const sema::Checked checked(R"(
exception Gap(article: ArticleId, store: StoreId) key (article, store) severity high owner Planner {
  respond within 4 hours
  escalate to Finance after 2 hours
  resolve by Fill(store)
  on expired { fail Lapsed() }
}

workflow Fill(store: StoreId) key store version 1 { finish Filled() }

workflow Flow(promo: Promotion) key promo.id version 1 {
  raise and wait Gap(promo.article, "1001") within 1 day { on expired { fail Open() } }
  finish Done()
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto of = [&](size_t workflow) {
    return graph_of(checked.program, checked.program.workflows[workflow], checked.sources).nodes;
  };
  const auto exception = of(0);
  CHECK(exception[0].title == "exception Gap");
  CHECK(exception[0].details == std::vector<std::string>{"given article", "given store", "key article, store",
                                                         "severity high", "version 1"});
  CHECK(exception[1].kind == Kind::Task);
  CHECK(exception[1].details == std::vector<std::string>{"for Planner", "within 4 hours",
                                                         "escalate to Finance after 2 hours",
                                                         "or done by Fill(store)"});
  const auto raised = of(2);
  CHECK(raised[1].kind == Kind::Raise);
  CHECK(raised[1].title == "raise Gap");
  CHECK(raised[1].details == std::vector<std::string>{"wait for its end, within 1 day"});
  CHECK(raised[1].handlers.at(0).caption == "on expired");
}

TEST_CASE("what is said for all calls to a system is drawn once, where it stands") {
  const sema::Checked checked(R"(
use system erp
workflow Flow(promo: Promotion, store: Store) key promo.id version 1 {
  throughout {
    on unavailable of erp {
      task Restart(promo.id) to Clerk within 4 hours { on expired { fail Away(promo.id) } }
      then retry
    }
    on invalid of erp { fail Broken(promo.id) }
  }
  let stores = read promo.stores
  step first { notify Label.print(store.id, "new") }
  step second { notify Label.print(store.id, "old") { on unavailable { then continue } } }
  finish Done(count of stores)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const Graph graph = graph_of(checked.program, checked.program.workflows.back(), checked.sources);
  const Node& throughout = titled(graph, "throughout, from here on");
  CHECK(handler(throughout, "on unavailable of erp, then retry").nodes.front().title == "task Restart");
  CHECK(handler(throughout, "on invalid of erp").nodes.front().title == "fail Broken");
  std::vector<const Node*> all;
  collect(graph.nodes, all);
  CHECK(std::ranges::count(all, "task Restart", &Node::title) == 1);
  CHECK(std::ranges::count(all, "fail Broken", &Node::title) == 1);
  CHECK(titled(graph, "notify Label.print").handlers.empty());
}
