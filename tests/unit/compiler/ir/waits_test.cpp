// Moments, events and handlers, from text to the steps of an instance; and the shipped workflows as a whole.
#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {

using abi::Exit;
using abi::WaitKind;

namespace {

const Instant kLaunch = instant_from_text("2026-11-30T19:00:00Z").value();  // 06:00 in Sydney

const char* const kWaits = R"(
  wait until promo.launch at 06:00 zone "Australia/Sydney" if late fail Late(promo.id) {
    on event PromotionRescheduled(id, launch) where id == promo.id and launch > promo.launch {
      then wait until launch at 06:00 zone "Australia/Sydney"
    }
  }
  finish Launched(promo.id)
)";

json rescheduled(const std::string& date) { return {{"id", "P-1"}, {"launch", date}}; }

}  // namespace

TEST_CASE("a wait for a moment parks until then") {
  TextFlow flow(kWaits);
  Instance instance = flow.start(promotion());
  REQUIRE(instance->point->kind == WaitKind::Until);
  CHECK(instance->operands[0] == "2026-11-30T19:00:00Z");
  CHECK(instance.ok("2026-11-30T19:00:00Z")->outcome == "Launched");
}

TEST_CASE("a moment that has passed takes its late path; the moment itself has not") {
  TextFlow flow(kWaits);
  CHECK(flow.start(promotion(), kLaunch + 1)->outcome == "Late");
  CHECK(flow.start(promotion(), kLaunch)->exit == Exit::Park);
  TextFlow goes_on(
      R"(wait until promo.launch at 06:00 zone "Australia/Sydney" if late continue finish Launched(promo.id))");
  CHECK(goes_on.start(promotion(), kLaunch + 1)->outcome == "Launched");
}

TEST_CASE("an event moves the wait, which goes on listening at the same wait point") {
  TextFlow flow(kWaits);
  Instance instance = flow.start(promotion());
  const abi::WaitPoint* point = instance->point;
  REQUIRE(point->events.size() == 1);
  REQUIRE(point->events[0].key_operand.has_value());
  CHECK(instance->operands[*point->events[0].key_operand] == "P-1");
  instance.event(0, rescheduled("2026-12-03"));
  REQUIRE(instance->exit == Exit::Park);
  CHECK(instance->point == point);
  CHECK(instance->operands[0] == "2026-12-02T19:00:00Z");
  CHECK(instance->operands[*point->events[0].key_operand] == "P-1");
  instance.event(0, rescheduled("2026-12-05"));
  CHECK(instance->operands[0] == "2026-12-04T19:00:00Z");
  CHECK(instance.ok("2026-12-04T19:00:00Z")->outcome == "Launched");
}

TEST_CASE("a guard decides with the live values whether the event is meant") {
  TextFlow flow(kWaits);
  Instance instance = flow.start(promotion());
  CHECK(instance.hears(0, rescheduled("2026-12-02")));
  CHECK_FALSE(instance.hears(0, rescheduled("2026-12-01")));
}

TEST_CASE("a workflow may go on without an event that does not come") {
  TextFlow flow(R"(
    wait for event StockBelow(article) where article == promo.article within 2 days {
      on expired { then continue }
    }
    finish Launched(promo.id)
  )");
  Instance instance = flow.start(promotion());
  REQUIRE(instance->point->kind == WaitKind::AwaitEvent);
  SUBCASE("it came") {
    CHECK(instance.event(0, {{"article", "AC-100"}, {"store", "0007"}})->outcome == "Launched");
  }
  SUBCASE("it did not come") { CHECK(instance.expired()->outcome == "Launched"); }
}

TEST_CASE("a handler for the whole workflow runs beside it with copies of what it uses") {
  TextFlow flow(R"(
    throughout {
      on event PromotionCancelled(id) where id == promo.id { fail Cancelled(promo.id) and compensate }
      on event StockBelow(article, store) where article == promo.article {
        task Replenish(store: store, article: article) to SupplyPlanner within 4 business hours { on expired { then skip } }
      }
    }
    finish Launched(promo.id)
  )");
  Instance main = flow.start(promotion());
  REQUIRE(main->point->kind == WaitKind::Throughout);
  REQUIRE(main->point->events.size() == 2);
  for (const abi::Subscription& event : main->point->events) {
    REQUIRE(event.key_operand.has_value());
    CHECK(event.machine.has_value());
  }
  CHECK(main->operands[*main->point->events[0].key_operand] == "P-1");
  CHECK(main->operands[*main->point->events[1].key_operand] == "AC-100");

  Instance cancelled = main.handler(0, {{"id", "P-1"}});
  CHECK(cancelled->exit == Exit::Fail);
  CHECK(cancelled->outcome == "Cancelled");
  CHECK(cancelled->compensate);

  Instance below = main.handler(1, {{"article", "AC-100"}, {"store", "0007"}});
  REQUIRE(below->point->kind == WaitKind::Task);
  CHECK(below->operands[0] == json({{"store", "0007"}, {"article", "AC-100"}}));
  SUBCASE("done") { CHECK(below.ok()->exit == Exit::Done); }
  SUBCASE("nobody came") { CHECK(below.expired()->exit == Exit::Done); }
  CHECK(main.ok()->outcome == "Launched");
}

TEST_CASE("the shipped workflows become machines that verify, always the same") {
  Program first = compile("");
  CHECK(first.abi.find_workflow("NationalPromotion") != nullptr);
  CHECK(first.abi.hash.size() == 32);
  Program second = compile("");
  CHECK(print(first) == print(second));
  CHECK(first.abi.hash == second.abi.hash);
  for (size_t i = 0; i < first.abi.workflows.size(); ++i) {
    CHECK(first.abi.workflows[i].signature.size() == 64);
    CHECK(first.abi.workflows[i].signature == second.abi.workflows[i].signature);
  }
}

TEST_CASE("wait points of a workflow are told apart by their paths") {
  Program program = compile("");
  std::map<std::string, int> seen;
  for (const abi::Machine& machine : program.abi.machines) {
    const std::string workflow = machine.name.substr(0, machine.name.find('/'));
    for (const abi::WaitPoint& point : machine.states) {
      if (!point.path.empty())
        CHECK_MESSAGE(++seen[workflow + ": " + point.path] == 1, machine.name, ": ", point.path);
    }
  }
}

TEST_CASE("an element that waits carries what it needs and not the list it came from") {
  Program program = compile("");
  for (const abi::Machine& machine : program.abi.machines) {
    // Elsewhere an element has a list of its own to carry.
    if (machine.kind != abi::MachineKind::Element || !machine.name.starts_with("NationalPromotion/launch."))
      continue;
    for (const abi::WaitPoint& point : machine.states) {
      for (const abi::Slot& slot : point.live) {
        CHECK_MESSAGE(program.abi.types[slot.type].kind != abi::Kind::List, machine.name, ": ", point.path,
                      ": ", slot.name);
      }
    }
  }
}

TEST_CASE("the upgrade signature follows what instances depend on") {
  auto signature = [](const std::string& body) {
    return TextFlow(body).program().find_workflow("Flow")->signature;
  };
  std::string base = signature(
      R"(task A(id: promo.id) to StoreOps within 1 hour { on expired { then continue } } finish Sold(promo.id))");
  CHECK(base == signature(R"(  -- a comment
    task A(id: promo.id) to StoreOps within 2 hours { on expired { then continue } } finish Sold(promo.id))"));
  CHECK(
      base !=
      signature(
          R"(task B(id: promo.id) to StoreOps within 1 hour { on expired { then continue } } finish Sold(promo.id))"));
  CHECK(
      base !=
      signature(
          R"(task A(id: promo.id) to StoreOps within 1 hour { on expired { then continue } } finish Sold("P-1"))"));
}

}  // namespace endcap::ir::testing
