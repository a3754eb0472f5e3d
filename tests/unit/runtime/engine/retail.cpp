// A small retail program: see retail.h.
#include "tests/unit/runtime/engine/retail.h"

#include <algorithm>
#include <cstring>

#include "runtime/abi/shape.h"

namespace endcap::test {

using abi::Kind;
using abi::MachineKind;
using abi::Tag;
using abi::WaitKind;

namespace {

enum Op : uint32_t { kActivate = 0, kWithdraw = 1, kNotify = 2, kStock = 3 };
enum View : uint32_t { kStoreView = 0, kPromotionView = 1 };
enum Event : uint32_t { kCancelled = 0, kRescheduled = 1 };

constexpr uint32_t kDone = 0, kRejected = 1, kExpired = 2, kGone = 3;  // outcomes of every workflow here

abi::Operation operation(std::string name, abi::OperationClass operation_class, TypeId payload,
                         abi::Strategy strategy) {
  abi::Operation made;
  made.name = std::move(name);
  made.operation_class = operation_class;
  made.payload = payload;
  made.strategy = strategy;
  made.owner = "StoreOps";
  made.rejections = {"RecordLocked", "InvalidCondition"};
  return made;
}

}  // namespace

std::map<std::string, std::vector<std::string>> retail_people() {
  return {{"Finance", {"fin", "both", "greedy"}},
          {"Chief", {"chief", "both"}},
          {"Director", {"dir"}},
          {"Merchandiser", {"merch", "greedy"}},
          {"StoreOps", {"ops", "olga", "omar"}}};
}

Retail::Retail(RetailOptions options) {
  types();
  systems(options);
  governance();
  launch(options);
  waits(options);
  fan_outs();
  chain();
  tolerant();
  nest();
  spread();
  broken();
  raises();
  budgets();
  visits();
  twice();
  sweeps(options.sweep_offset);
}

void Retail::types() {
  store = build.record("Store", {{"id", build.text, true}, {"region", build.text}, {"as of", build.instant}});
  stores = build.type(Kind::List, "", store);
  promotion = build.record("Promotion",
                           {{"id", build.text, true}, {"cost", build.integer}, {"as of", build.instant}});
  activate = build.record("Price.activate", {{"promotion", build.text}, {"store", build.text}});
  withdraw = build.record("Price.withdraw", {{"promotion", build.text}, {"store", build.text}});
  facts = build.record("facts", {{"id", build.text}, {"cost", build.integer}});
  const TypeId undo = build.type(Kind::Optional, "", withdraw);
  leaf =
      build.record("leaf", {{"target", build.text}, {"payload", activate}, {"undo", undo}, {"facts", facts}});
  proposal = build.type(Kind::Proposal, "", leaf);
  done = build.record("Done", {{"id", build.text}, {"count", build.integer}});
  cancelled = build.record("PromotionCancelled", {{"id", build.text}});
  rescheduled = build.record("PromotionRescheduled", {{"id", build.text}, {"at", build.instant}});
  task = build.record("arguments", {{"id", build.text}});
  payload_id = build.record("payload", {{"id", build.text}});
}

void Retail::systems(const RetailOptions& options) {
  build->systems = {{"erp", "odata-v2"}};
  abi::View stores_view{"Store", 0, "A_Store", store, {{{"Plant"}, true}, {{"Region"}, true}}, {0}};
  abi::View promotion_view{
      "Promotion", 0, "A_Promotion", promotion, {{{"Promotion"}, true}, {{"Cost"}, true}}, {0}};
  build->views = {stores_view, promotion_view};
  build->navigations = {{kPromotionView, "stores", "to_Stores", kStoreView, true}};
  build->operations = {
      operation("Price.activate", abi::OperationClass::Write, activate, options.write),
      operation("Price.withdraw", abi::OperationClass::Write, withdraw, abi::Strategy::Idempotent),
      operation("Tell.shop", abi::OperationClass::Notify, payload_id, abi::Strategy::Keyed),
      operation("Stock", abi::OperationClass::Read, payload_id, abi::Strategy::Idempotent)};
  build->operations[kStock].result_view = kPromotionView;
  build->events = {
      {"PromotionCancelled", "retail.cancelled", 0, cancelled, {{"RetailPromotion"}}},
      {"PromotionRescheduled", "retail.rescheduled", 0, rescheduled, {{"RetailPromotion"}, {"At"}}}};
}

void Retail::governance() {
  using Verdict = abi::PolicyRow::Verdict;
  build->roles = {"Finance", "Chief", "Director", "Merchandiser", "StoreOps"};
  build->conflicts = {{3, 0}};
  abi::Policy gate;
  gate.name = "MarginGate";
  gate.facts = facts;
  gate.rows = {{Verdict::Permit, {}, ""},
               {Verdict::Approval, {0}, ""},
               {Verdict::Approval, {0, 1}, ""},
               {Verdict::Forbid, {}, "below the floor"}};
  gate.stand_ins = {{2, 0}};
  gate.rechecks = {{kPromotionView, {0}, {{1, 1}}}};
  build->policies = {gate};
  Calendar calendar;
  calendar.name = "trading";
  build->calendars = {calendar};
}

uint32_t Retail::policy_row(int64_t cost) const { return cost < 10 ? 0 : cost < 50 ? 1 : cost < 100 ? 2 : 3; }

void Retail::launch(const RetailOptions& options) {
  const std::vector<abi::Outcome> outcomes{
      {"Done", done}, {"Rejected", done, true}, {"Expired", done, true}, {"Cancelled", done, true}};
  const uint32_t launch = build.workflow("Launch", {{"id", build.text}}, outcomes);
  const uint32_t element = 1, handler = 2;
  main = build.machine(
      launch, MachineKind::Main, "Launch", {build.text},
      [this, options, policy = &Retail::policy_row](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        const auto outcome = [&](int64_t count) { return record(c, {id, number(count)}); };
        switch (state) {
          case 0:
            return park(c, 1, {id}, {id, id});
          case 1:
            return park(c, 2, {id}, {id});
          case 2: {
            if (c->input_tag != Tag::Ok) return unhandled(c);
            return park(c, 3, {id, field(c, c->input, 1)}, {id});
          }
          case 3: {
            if (c->input_tag != Tag::Ok) return unhandled(c);
            const Cell cost = c->frame[1], list_of_stores = c->input;
            std::vector<Cell> leaves, rows;
            for (const Cell each : cells_of(c, stores, list_of_stores)) {
              const Cell target = field(c, each, 0);
              const Cell undo = record(c, {record(c, {id, target})});  // an optional is one cell
              leaves.push_back(record(c, {target, record(c, {id, target}), undo, record(c, {id, cost})}));
              rows.push_back(number((this->*policy)(static_cast<int64_t>(cost.bits))));
            }
            const Cell hour = number(kHour);
            std::vector<Cell> operands{
                list(c, leaves),       list(c, rows),         number(c->now + 30 * kDay),
                number(8 * hour.bits), number(2 * hour.bits), number(4 * hour.bits)};
            if (options.counter) operands.push_back(id);
            return park(c, 4, {id, list_of_stores}, operands);
          }
          case 4:
            if (c->input_tag == Tag::Rejected && options.reasons) {
              const Cell given = field(c, c->input, 0);  // 0: absent
              const Cell why = given.bits == 0 ? number(-1) : field(c, given, 0);
              return fail(c, kRejected, record(c, {id, why}), true);
            }
            if (c->input_tag == Tag::Rejected) return fail(c, kRejected, outcome(0), true);
            if (c->input_tag == Tag::Expired) return fail(c, kExpired, outcome(0), true);
            if (c->input_tag == Tag::Countered) return fail(c, kRejected, c->input, true);
            return park(c, 5, {id}, {c->frame[1], id, c->input});
          case 5:
            return park(c, 6, {id}, {number(c->now + 14 * kDay)});
          default:
            return finish(c, kDone, outcome(1));
        }
      });
  auto& throughout =
      build.wait(main, WaitKind::Throughout, "throughout", {build.text}, {build.text, build.text});
  throughout.events = {{kCancelled, 0, 1, {}, handler, 0, 1}};
  build.wait(main, WaitKind::ReadView, "promo", {build.text}, {build.text}, promotion).target =
      kPromotionView;
  build.wait(main, WaitKind::ReadNavigation, "stores", {build.text, build.integer}, {build.text}, stores)
      .target = 0;
  auto& approve = build.wait(
      main, WaitKind::Approve, "gate.pricing", {build.text, stores},
      {proposal, build.list_of_integer, build.instant, build.duration, build.duration, build.duration},
      build.grant);
  approve.label = "pricing";
  approve.proposals = {{"prices", kActivate, kWithdraw, proposal}};
  approve.by_line = options.by_line;
  if (options.reasons) {
    const TypeId objection = build.type(abi::Kind::Enum, "Objection"), words = build.type(abi::Kind::Text);
    build->types[objection].values = {"thin", "later"};
    build->types[words].max_length = 20;
    const TypeId given = build.type(abi::Kind::Optional, "", objection);
    reasons = {objection, words, build.record("rejection", {{"reason", given}})};
  }
  approve.reasons = reasons;
  if (options.counter) {
    approve.offered = done;
    approve.operands.push_back(build.text);
    approve.prefilled = {{0, 6, abi::Trust::Advice}};
  }
  approve.valid_until_operand = 2;
  approve.within = abi::TimeLimit{3, {}};
  approve.remind = abi::TimeLimit{4, {}};
  approve.escalations = {{2, {5, {}}}};
  auto& each =
      build.wait(main, WaitKind::ForEach, "activate[store]", {build.text}, {stores, build.text, build.grant});
  each.branches = {{element, "activate[store]", 1, 2}};
  each.parallel = options.parallel;
  each.element = store;
  build.wait(main, WaitKind::Until, "inFlight", {build.text}, {build.instant}, build.instant);

  const TypeId frame_type = store;
  build.machine(
      launch, MachineKind::Element, "Launch/activate[store]", {build.text, build.grant, frame_type},
      [this, options](Context* c, uint32_t state) {
        const Cell id = c->frame[0], grant = c->frame[1], each_store = c->frame[2];
        const auto write = [&] {
          return park(c, 1, {id, grant, each_store}, {grant, field(c, each_store, 0)});
        };
        if (state == 0) return write();
        if (state == 2) {
          if (c->input_tag == Tag::Ok) return write();
          return c->input_tag == Tag::Rejected || c->input_tag == Tag::Expired ? Exit::Skip : unhandled(c);
        }
        switch (c->input_tag) {
          case Tag::Ok:
            return Exit::Done;
          case Tag::Rejected:
            return options.on_rejected ? Exit::Skip : unhandled(c);
          case Tag::Expired:
            return Exit::Skip;
          case Tag::Refused:
            return options.by_line ? Exit::Skip : unhandled(c);
          case Tag::Changed: {
            if (!options.on_changed) return unhandled(c);
            const Cell fresh = c->input;
            const Cell row = number(policy_row(static_cast<int64_t>(field(c, fresh, 1).bits)));
            return park(c, 2, {id, grant, each_store}, {grant, field(c, each_store, 0), fresh, row});
          }
          default:
            return unhandled(c);
        }
      });
  auto& write = build.wait(element, WaitKind::Write, "activate[store].write",
                           {build.text, build.grant, store}, {build.grant, build.text});
  write.label = "pricing";
  auto& again =
      build.wait(element, WaitKind::AskAgain, "activate[store].write.again", {build.text, build.grant, store},
                 {build.grant, build.text, facts, build.integer}, build.grant);
  again.label = "pricing";
  again.by_line = options.by_line;
  again.reasons = reasons;

  build.machine(launch, MachineKind::Handler, "Launch/throughout.PromotionCancelled", {build.text, cancelled},
                [](Context* c, uint32_t) {
                  return fail(c, kGone, record(c, {c->frame[0], number(0)}), true);
                });
}

void Retail::waits(const RetailOptions& options) {
  const std::vector<abi::Outcome> outcomes{
      {"Done", done}, {"Rejected", done, true}, {"Expired", done, true}, {"Cancelled", done, true}};
  const auto simple = [&](const char* name, Body body) {
    return build.machine(build.workflow(name, {{"id", build.text}}, outcomes), MachineKind::Main, name,
                         {build.text}, std::move(body));
  };
  const uint32_t wait = simple("Wait", [](Context* c, uint32_t state) {
    const Cell id = c->frame[0], result = record(c, {id, number(0)});
    if (state == 2)
      return text_of(c, field(c, c->input, 0)) == text_of(c, id) ? Exit::GuardTrue : Exit::GuardFalse;
    if (state == 0) return park(c, 1, {id}, {number(c->now + 2 * kDay), id});
    if (c->input_tag == Tag::Ok) return finish(c, kDone, result);
    if (c->input_tag == Tag::EventBase) return park(c, 1, {id}, {field(c, c->input, 1), id});
    return fail(c, kGone, result, false);
  });
  auto& until =
      build.wait(wait, WaitKind::Until, "launch", {build.text}, {build.instant, build.text}, build.instant);
  until.events = {{kRescheduled, 0, 1, {}, {}, 0, 0}, {kCancelled, {}, {}, 2, {}, 0, 0}};
  build.guard(wait);
  build->machines[wait].states[2].live = {{"", build.text}};

  const uint32_t hear = simple("Hear", [](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, {number(kDay), id});
    return finish(c, c->input_tag == Tag::Expired ? kExpired : kDone, record(c, {id, number(0)}));
  });
  auto& await = build.wait(hear, WaitKind::AwaitEvent, "hear", {build.text}, {build.duration, build.text});
  await.within = abi::TimeLimit{0, {}};
  await.events = {{kCancelled, 0, 1, {}, {}, 0, 0}};

  const uint32_t work = simple("Do", [](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    const Int128 four_hours = Int128{4 * kHour};  // business time: the unit's number is 0
    if (state == 0) return park(c, 1, {id}, {record(c, {id}), Cell{four_hours}, number(5), number(7)});
    if (c->input_tag == Tag::Expired) return finish(c, kExpired, record(c, {id, number(0)}));
    return finish(c, kDone, record(c, {id, field(c, c->input, 0)}));
  });
  const TypeId note = build.type(abi::Kind::Optional, "", build.text);
  const TypeId form =
      build.record("HandCount", {{"counted", build.integer}, {"note", note}, {"guess", build.integer}});
  auto& task_point = build.wait(work, WaitKind::Task, "work", {build.text},
                                {task, build.business, build.integer, build.integer}, form);
  task_point.prefilled = {{0, 2, abi::Trust::Trusted}, {2, 3, abi::Trust::Advice}};
  task_point.label = "ActivateByHand";
  task_point.role = 4;
  task_point.within = abi::TimeLimit{1, 0};

  const uint32_t late = simple("Late", [](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    switch (state) {
      case 0:
        return park(c, 1, {id}, {number(c->now + kHour), id});
      case 1:
        return park(c, 2, {id}, {number(c->now + 3 * kHour)});
      case 2:
        return park(c, 3, {id}, {number(c->now + kHour)});
      default:
        return finish(c, kDone, record(c, {id, number(0)}));
    }
  });
  const uint32_t chase =
      build.machine(build->machines[late].workflow, MachineKind::Branch, "Late/gate.due", {build.text},
                    [](Context* c, uint32_t state) {
                      const Cell id = c->frame[0];
                      return state == 0 ? park(c, 1, {id}, {record(c, {id}), number(8 * kHour)}) : Exit::Done;
                    });
  auto& due = build.wait(late, WaitKind::Due, "gate.due", {build.text}, {build.instant, build.text});
  due.branches = {{chase, "gate.due", 1, 1}};
  due.dues = {"gate.due"};
  build.wait(late, WaitKind::Until, "gate.wait", {build.text}, {build.instant}, build.instant).dues = {
      "gate.due"};
  build.wait(late, WaitKind::Until, "after", {build.text}, {build.instant}, build.instant);
  auto& chased = build.wait(chase, WaitKind::Task, "gate.late.chase", {build.text}, {task, build.duration});
  chased.label = "Chase";
  chased.role = 4;
  chased.within = abi::TimeLimit{1, {}};

  if (!options.overdue) return;
  const uint32_t overdue = simple("Overdue", [](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, {number(c->now + kHour)});
    if (state == 1) return park(c, 2, {id}, {number(c->now - 8 * kHour), id});
    if (state == 2) return park(c, 3, {id}, {number(c->now + kHour)});
    return finish(c, kDone, record(c, {id, number(0)}));
  });
  build.wait(overdue, WaitKind::Until, "first", {build.text}, {build.instant}, build.instant);
  auto& gone_by = build.wait(overdue, WaitKind::Due, "gate.due", {build.text}, {build.instant, build.text});
  gone_by.branches = {{chase, "gate.due", 1, 1}};
  gone_by.dues = {"gate.due"};
  build.wait(overdue, WaitKind::Until, "gate.wait", {build.text}, {build.instant}, build.instant).dues = {
      "gate.due"};
}

void Retail::broken() {
  const auto simple = [&](const char* name, Body body) {
    const uint32_t workflow = build.workflow(name, {{"id", build.text}}, {{"Done", done}});
    return build.machine(workflow, MachineKind::Main, name, {build.text}, std::move(body));
  };
  const uint32_t overflow = simple("Overflow", [](Context* c, uint32_t state) {
    if (state == 0) return park(c, 1, {c->frame[0]}, {number(c->now + kHour)});
    c->fault = static_cast<uint32_t>(FaultKind::Overflow);
    c->fault_place = {.line = 12, .column = 9, .end_column = 25};
    return Exit::Faulted;
  });
  build.wait(overflow, WaitKind::Until, "pause", {build.text}, {build.instant}, build.instant);
  build->texts = {"broken.endcap"};
  const uint32_t circle =
      simple("Circle", [](Context* c, uint32_t) { return park(c, 1, {c->frame[0]}, {}); });
  build.wait(circle, WaitKind::Throughout, "round", {build.text}, {});
  const uint32_t large = simple("Large", [](Context* c, uint32_t) {
    return park(c, 1, {text(c, std::string(300'000, 'x'))}, {number(c->now + kHour)});
  });
  build.wait(large, WaitKind::Until, "pause", {build.text}, {build.instant}, build.instant);
}

void Retail::fan_outs() {
  const std::vector<abi::Outcome> outcomes{{"Done", done}};
  const TypeId counts = build.list_of_integer;
  const uint32_t count = build.workflow("Count", {{"id", build.text}}, outcomes);
  const uint32_t counter = build.machine(
      count, MachineKind::Main, "Count", {build.text}, [counts, this](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        if (state == 0) return park(c, 1, {id}, {id});
        if (state == 1) return park(c, 2, {id}, {c->input, id});
        int64_t sum = 0;
        for (const Cell each : cells_of(c, counts, c->input))
          sum = (sum * 100 + static_cast<int64_t>(each.bits)) % 1'000'000'000;
        return finish(c, kDone, record(c, {id, number(sum)}));
      });
  const uint32_t element = build.machine(count, MachineKind::Element, "Count/each[store]",
                                         {build.text, store}, [](Context* c, uint32_t state) {
                                           const Cell id = c->frame[0], each = c->frame[1];
                                           if (state == 0)
                                             return park(c, 1, {id, each}, {record(c, {field(c, each, 0)})});
                                           if (c->input_tag != Tag::Ok) return Exit::Skip;
                                           return yield(c, field(c, c->input, 1));
                                         });
  build.wait(counter, WaitKind::ReadNavigation, "stores", {build.text}, {build.text}, stores).target = 0;
  auto& each =
      build.wait(counter, WaitKind::ForEach, "each[store]", {build.text}, {stores, build.text}, counts);
  each.branches = {{element, "each[store]", 1, 1}};
  each.parallel = 2;
  each.collects = true;
  each.element = store;
  build
      .wait(element, WaitKind::ReadOperation, "each[store].stock", {build.text, store}, {payload_id},
            promotion)
      .target = kStock;

  const uint32_t both = build.workflow("Both", {{"id", build.text}}, outcomes);
  const uint32_t parent =
      build.machine(both, MachineKind::Main, "Both", {build.text}, [](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        return state == 0 ? park(c, 1, {id}, {id, id}) : finish(c, kDone, record(c, {id, number(2)}));
      });
  const uint32_t waiting =
      build.machine(both, MachineKind::Branch, "Both/wait", {build.text}, [](Context* c, uint32_t state) {
        return state == 0 ? park(c, 1, {}, {number(c->now + kHour)}) : Exit::Done;
      });
  const uint32_t telling =
      build.machine(both, MachineKind::Branch, "Both/tell", {build.text}, [](Context* c, uint32_t state) {
        return state == 0                ? park(c, 1, {}, {record(c, {c->frame[0]})})
               : c->input_tag == Tag::Ok ? Exit::Done
                                         : unhandled(c);
      });
  auto& together = build.wait(parent, WaitKind::Together, "both", {build.text}, {build.text, build.text});
  together.branches = {{waiting, "wait", 0, 1}, {telling, "tell", 1, 1}};
  build.wait(waiting, WaitKind::Until, "both.wait", {}, {build.instant}, build.instant);
  build.wait(telling, WaitKind::Notify, "both.tell", {}, {payload_id}).target = kNotify;
}

void Retail::chain() {
  const std::vector<abi::Outcome> outcomes{{"Done", done}, {"Cancelled", done, true}};
  const uint32_t workflow = build.workflow("Chain", {{"id", build.text}}, outcomes);
  const auto element = static_cast<uint32_t>(build->machines.size() + 1);
  const uint32_t machine =
      build.machine(workflow, MachineKind::Main, "Chain", {build.text}, [this](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        const auto write = [&](uint32_t next, const char* target, Cell grant_cell) {
          return park(c, next, {id, grant_cell}, {grant_cell, text(c, target)});
        };
        switch (state) {
          case 0: {
            std::vector<Cell> leaves, rows;
            for (const char* name : {"A", "B", "C", "D"}) {
              const Cell target = text(c, name), payload = record(c, {id, target});
              leaves.push_back(
                  record(c, {target, payload, record(c, {payload}), record(c, {id, number(5)})}));
              rows.push_back(number(0));
            }
            return park(c, 1, {id},
                        {list(c, leaves), list(c, rows), number(c->now + 30 * kDay), number(8 * kHour)});
          }
          case 1:
            return write(2, "A", c->input);
          case 2:
            return write(3, "B", c->frame[1]);
          case 3: {
            const Cell store_cell = record(c, {text(c, "C"), text(c, "NSW"), number(0)}),
                       other = record(c, {text(c, "D"), text(c, "NSW"), number(0)});
            return park(c, 4, {id}, {list(c, {store_cell, other}), id, c->frame[1]});
          }
          default:
            return fail(c, 1, record(c, {id, number(0)}), true);
        }
      });
  auto& approve = build.wait(machine, WaitKind::Approve, "gate", {build.text},
                             {proposal, build.list_of_integer, build.instant, build.duration}, build.grant);
  approve.label = "all";
  approve.proposals = {{"prices", kActivate, kWithdraw, proposal}};
  approve.valid_until_operand = 2;
  approve.within = abi::TimeLimit{3, {}};
  build.wait(machine, WaitKind::Write, "first", {build.text, build.grant}, {build.grant, build.text});
  build.wait(machine, WaitKind::Write, "second", {build.text, build.grant}, {build.grant, build.text});
  auto& each =
      build.wait(machine, WaitKind::ForEach, "rest[store]", {build.text}, {stores, build.text, build.grant});
  each.branches = {{element, "rest[store]", 1, 2}};
  each.parallel = 5;
  each.element = store;
  build.machine(workflow, MachineKind::Element, "Chain/rest[store]", {build.text, build.grant, store},
                [](Context* c, uint32_t state) {
                  return state == 0 ? park(c, 1, {}, {c->frame[1], field(c, c->frame[2], 0)}) : Exit::Done;
                });
  build.wait(element, WaitKind::Write, "rest[store].write", {}, {build.grant, build.text});
}

void Retail::tolerant() {
  const std::vector<abi::Outcome> outcomes{
      {"Done", done}, {"Cancelled", done, true}, {"NoStock", done, true}};
  const uint32_t workflow = build.workflow("Tolerant", {{"id", build.text}}, outcomes);
  const auto element = static_cast<uint32_t>(build->machines.size() + 1);
  const uint32_t machine = build.machine(
      workflow, MachineKind::Main, "Tolerant", {build.text}, [this](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        switch (state) {
          case 0:
            return park(c, 1, {id}, {id});
          case 1: {
            if (c->input_tag != Tag::Ok) return unhandled(c);
            std::vector<Cell> leaves, rows;
            for (const Cell each : cells_of(c, stores, c->input)) {
              const Cell target = field(c, each, 0), payload = record(c, {id, target});
              leaves.push_back(
                  record(c, {target, payload, record(c, {payload}), record(c, {id, number(5)})}));
              rows.push_back(number(0));
            }
            return park(c, 2, {id, c->input},
                        {list(c, leaves), list(c, rows), number(c->now + 30 * kDay), number(8 * kHour)});
          }
          case 2:
            return park(c, 3, {id}, {c->frame[1], id, c->input});
          default: {
            if (c->input_tag == Tag::TooManyFailed) return fail(c, 1, record(c, {id, number(0)}), true);
            return finish(c, 0,
                          record(c, {id, number(static_cast<int64_t>(
                                             cells_of(c, build.list_of_integer, c->input).size()))}));
          }
        }
      });
  build.wait(machine, WaitKind::ReadNavigation, "stores", {build.text}, {build.text}, stores).target = 0;
  auto& approve = build.wait(machine, WaitKind::Approve, "gate", {build.text, stores},
                             {proposal, build.list_of_integer, build.instant, build.duration}, build.grant);
  approve.label = "all";
  approve.proposals = {{"prices", kActivate, kWithdraw, proposal}};
  approve.valid_until_operand = 2;
  approve.within = abi::TimeLimit{3, {}};
  auto& each = build.wait(machine, WaitKind::ForEach, "each[store]", {build.text},
                          {stores, build.text, build.grant}, build.list_of_integer);
  each.branches = {{element, "each[store]", 1, 2}};
  each.parallel = 2;
  each.collects = true;
  each.element = store;
  each.tolerate = abi::Tolerance{true, 333'334};
  build.machine(workflow, MachineKind::Element, "Tolerant/each[store]", {build.text, build.grant, store},
                [](Context* c, uint32_t state) {
                  const Cell id = c->frame[0];
                  if (state == 0)
                    return park(c, 1, {id, c->frame[2]}, {c->frame[1], field(c, c->frame[2], 0)});
                  if (state == 1) {
                    if (c->input_tag != Tag::Ok) return Exit::Skip;
                    return park(c, 2, {id}, {record(c, {field(c, c->frame[1], 0)})});
                  }
                  if (c->input_tag == Tag::Rejected) return fail(c, 2, record(c, {id, number(1)}), true);
                  return c->input_tag == Tag::Ok ? yield(c, number(1)) : Exit::Skip;
                });
  build.wait(element, WaitKind::Write, "each[store].write", {build.text, store}, {build.grant, build.text});
  build.wait(element, WaitKind::ReadOperation, "each[store].stock", {build.text}, {payload_id}, promotion)
      .target = kStock;
}

// Asks for the writing of `names`, which nobody has to grant.
std::vector<Cell> Retail::asking(Context* c, Cell id, std::initializer_list<const char*> names) const {
  std::vector<Cell> leaves, rows;
  for (const char* name : names) {
    const Cell target = text(c, name), payload = record(c, {id, target});
    leaves.push_back(record(c, {target, payload, record(c, {payload}), record(c, {id, number(5)})}));
    rows.push_back(number(0));
  }
  return {list(c, leaves), list(c, rows), number(c->now + 30 * kDay), number(8 * kHour)};
}

void Retail::approval(uint32_t machine, const char* path) {
  auto& approve = build.wait(machine, WaitKind::Approve, path, {build.text},
                             {proposal, build.list_of_integer, build.instant, build.duration}, build.grant);
  approve.label = "all";
  approve.proposals = {{"prices", kActivate, kWithdraw, proposal}};
  approve.valid_until_operand = 2;
  approve.within = abi::TimeLimit{3, {}};
}

void Retail::nest() {
  const std::vector<abi::Outcome> outcomes{{"Done", done}, {"Cancelled", done, true}};
  const uint32_t outer = build.workflow("Nest", {{"id", build.text}}, outcomes);
  const uint32_t inner = build.workflow("Inner", {{"id", build.text}}, outcomes);
  build->workflows[inner].only_run = true;
  const auto main_machine = static_cast<uint32_t>(build->machines.size());
  const uint32_t run_machine = main_machine + 1, element = main_machine + 2, handler = main_machine + 3;
  build.machine(outer, MachineKind::Main, "Nest", {build.text}, [this](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, {id, id});
    if (state == 1) return park(c, 2, {id}, asking(c, id, {"A"}));
    if (state == 2) return park(c, 3, {id}, {c->input, text(c, "A")});
    if (state == 3) return park(c, 4, {id}, {id});
    return finish(c, kDone, record(c, {id, number(c->input_tag == Tag::OutcomeBase + 1 ? 1 : 0)}));
  });
  auto& throughout =
      build.wait(main_machine, WaitKind::Throughout, "throughout", {build.text}, {build.text, build.text});
  throughout.events = {{kCancelled, 0, 1, {}, handler, 0, 1}};
  approval(main_machine, "gate");
  build.wait(main_machine, WaitKind::Write, "first", {build.text}, {build.grant, build.text});
  auto& run = build.wait(main_machine, WaitKind::Run, "inner", {build.text}, {build.text});
  run.target = inner;
  run.branches = {{run_machine, "Inner", 0, 1}};

  build.machine(outer, MachineKind::Run, "Nest/inner", {build.text}, [this](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, asking(c, id, {"B", "C", "D"}));
    if (state == 1) return park(c, 2, {id, c->input}, {c->input, text(c, "B")});
    if (state == 2) {
      const Cell third = record(c, {text(c, "C"), text(c, "NSW"), number(0)}),
                 fourth = record(c, {text(c, "D"), text(c, "NSW"), number(0)});
      return park(c, 3, {id}, {list(c, {third, fourth}), id, c->frame[1]});
    }
    return finish(c, kDone, record(c, {id, number(0)}));
  });
  approval(run_machine, "inner.gate");
  build.wait(run_machine, WaitKind::Write, "inner.second", {build.text, build.grant},
             {build.grant, build.text});
  auto& each = build.wait(run_machine, WaitKind::ForEach, "inner.rest[store]", {build.text},
                          {stores, build.text, build.grant});
  each.branches = {{element, "inner.rest[store]", 1, 2}};
  each.parallel = 5;
  each.element = store;
  // The one that has written D ends the inner workflow, whatever the other is doing.
  build.machine(
      outer, MachineKind::Element, "Nest/inner.rest[store]", {build.text, build.grant, store},
      [](Context* c, uint32_t state) {
        const Cell id = c->frame[0], target = field(c, c->frame[2], 0);
        if (state == 0) return park(c, 1, {id, c->frame[1], c->frame[2]}, {c->frame[1], target});
        return text_of(c, target) == "D" ? fail(c, 1, record(c, {id, number(0)}), true) : Exit::Done;
      });
  build.wait(element, WaitKind::Write, "inner.rest[store].write", {build.text, build.grant, store},
             {build.grant, build.text});
  for (const uint32_t machine : {run_machine, element}) build->machines[machine].run_workflow = inner;
  build.machine(outer, MachineKind::Handler, "Nest/throughout.PromotionCancelled", {build.text, cancelled},
                [](Context* c, uint32_t) {
                  return fail(c, 1, record(c, {c->frame[0], number(0)}), true);
                });
}

void Retail::spread() {
  const std::vector<abi::Outcome> outcomes{
      {"Done", done}, {"Cancelled", done, true}, {"NoStock", done, true}};
  const uint32_t outer = build.workflow("Spread", {{"id", build.text}}, outcomes);
  const uint32_t inner =
      build.workflow("Place", {{"id", build.text}}, {{"Done", done}, {"Refused", done, true}});
  build->workflows[inner].only_run = true;
  const auto main_machine = static_cast<uint32_t>(build->machines.size());
  const uint32_t element = main_machine + 1, run_machine = main_machine + 2;
  build.machine(outer, MachineKind::Main, "Spread", {build.text}, [this](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, {id});
    if (state == 1) return c->input_tag == Tag::Ok ? park(c, 2, {id}, {c->input, id}) : unhandled(c);
    if (c->input_tag == Tag::TooManyFailed) return fail(c, 1, record(c, {id, number(0)}), true);
    const auto kept = static_cast<int64_t>(cells_of(c, build.list_of_integer, c->input).size());
    return finish(c, kDone, record(c, {id, number(kept)}));
  });
  build.wait(main_machine, WaitKind::ReadNavigation, "stores", {build.text}, {build.text}, stores).target = 0;
  auto& each = build.wait(main_machine, WaitKind::ForEach, "each[store]", {build.text}, {stores, build.text},
                          build.list_of_integer);
  each.branches = {{element, "each[store]", 1, 1}};
  each.parallel = 2;
  each.collects = true;
  each.element = store;
  each.tolerate = abi::Tolerance{true, 333'334};
  build.machine(outer, MachineKind::Element, "Spread/each[store]", {build.text, store},
                [](Context* c, uint32_t state) {
                  const Cell id = c->frame[0];
                  if (state == 0) return park(c, 1, {id, c->frame[1]}, {id, field(c, c->frame[1], 0)});
                  if (state == 1) {
                    if (c->input_tag != Tag::OutcomeBase) return Exit::Skip;
                    return park(c, 2, {id}, {record(c, {field(c, c->frame[1], 0)})});
                  }
                  if (c->input_tag == Tag::Rejected) return fail(c, 2, record(c, {id, number(1)}), true);
                  return c->input_tag == Tag::Ok ? yield(c, number(1)) : Exit::Skip;
                });
  auto& run =
      build.wait(element, WaitKind::Run, "each[store].place", {build.text, store}, {build.text, build.text});
  run.target = inner;
  run.branches = {{run_machine, "Place", 0, 2}};
  build.wait(element, WaitKind::ReadOperation, "each[store].stock", {build.text}, {payload_id}, promotion)
      .target = kStock;
  build.machine(outer, MachineKind::Run, "Spread/each[store].place", {build.text, build.text},
                [this](Context* c, uint32_t state) {
                  if (state == 0) {
                    const std::string target = text_of(c, c->frame[1]);
                    return park(c, 1, {c->frame[1]}, asking(c, c->frame[0], {target.c_str()}));
                  }
                  const Cell target = c->frame[0], said = record(c, {target, number(0)});
                  if (c->input_tag != Tag::Ok) return fail(c, 1, said, false);
                  if (state == 1) return park(c, 2, {target}, {c->input, target});
                  return text_of(c, target) == "S3" ? fail(c, 1, said, true) : finish(c, kDone, said);
                });
  approval(run_machine, "each[store].place.gate");
  build.wait(run_machine, WaitKind::Write, "each[store].place.write", {build.text},
             {build.grant, build.text});
  build->machines[run_machine].run_workflow = inner;
}

// ---------------------------------------------------------------- the estate

std::string Estate::line(const CallRequest& request) const {
  abi::Arena arena;
  std::string text;
  if (request.what == CallRequest::What::View) return "promotion";
  if (request.what == CallRequest::What::Navigation) return "stores";
  const abi::Operation& called = request.program->operations[request.target];
  text = called.name.substr(called.name.find('.') + 1);
  const Cell cell = abi::unpack_value(request.program->types, called.payload, request.payload, arena).value();
  for (size_t i = 0; i < request.program->types[called.payload].fields.size(); ++i) {
    text += " " + std::string(arena.text(arena.cells(abi::reference_of(cell))[i]));
  }
  return text;
}

CallResult Estate::pack_promotion(const CallRequest& request) {
  abi::Arena arena;
  const abi::Reference object = arena.allocate(3 * sizeof(Cell));
  // A view's key arrives as a record of one text, an operation's payload too.
  const Cell key =
      abi::unpack_value(request.program->types, retail.payload_id, request.payload, arena).value();
  const Cell id = arena.cells(abi::reference_of(key))[0];
  arena.cells(object)[0] = id;
  arena.cells(object)[1] = number(cost);
  arena.cells(object)[2] = number(request.now);
  return {CallResult::Kind::Ok,
          abi::pack_value(request.program->types, retail.promotion, arena, Cell{object}, nullptr)};
}

CallResult Estate::pack_stores(const CallRequest& request) {
  abi::Arena arena;
  std::vector<Cell> cells;
  for (const std::string& name : stores) {
    const Cell id{arena.put_text(name)}, region{arena.put_text("NSW")};
    const abi::Reference object = arena.allocate(3 * sizeof(Cell));
    arena.cells(object)[0] = id;
    arena.cells(object)[1] = region;
    cells.push_back(Cell{object});
  }
  const abi::Reference list = arena.allocate(static_cast<uint32_t>((cells.size() + 1) * sizeof(Cell)));
  const abi::ListHeader header{static_cast<uint32_t>(cells.size()), 0, 0, 0};
  std::memcpy(arena.at(list), &header, sizeof header);
  std::copy(cells.begin(), cells.end(), arena.cells(list) + 1);
  return {CallResult::Kind::Ok, abi::pack_value(request.program->types, retail.stores, arena,
                                                cells.empty() ? Cell{} : Cell{list}, nullptr)};
}

CallResult Estate::effect(const CallRequest& request) {
  if (++effects[request.key] == 1 ||
      request.program->operations[request.target].strategy != abi::Strategy::Keyed)
    written.push_back(line(request));
  return {};
}

std::optional<CallResult> Estate::operator()(const CallRequest& request) {
  const std::string what = line(request);
  if (request.what == CallRequest::What::Ask) {
    asked.push_back(what);
    return CallResult{effects.contains(request.key) ? CallResult::Kind::Ok : CallResult::Kind::NotDone};
  }
  CallResult::Kind kind = CallResult::Kind::Ok;
  const std::string place = what.substr(0, what.find(' ')) +
                            (what.rfind(' ') == std::string::npos ? "" : what.substr(what.rfind(' ')));
  if (auto& left = script[place]; !left.empty()) {
    kind = left.front();
    left.erase(left.begin());
  }
  const bool effectful = request.what == CallRequest::What::Operation && request.target != kStock;
  if (!effectful) reads.push_back(what);
  if (kind != CallResult::Kind::Ok) {
    if (kind == CallResult::Kind::Ambiguous && effectful && commits_ambiguous) effect(request);
    CallResult result;
    result.kind = kind;
    result.message = "as the script says";
    return result;
  }
  if (effectful) {
    if (hold_writes) return std::nullopt;
    return effect(request);
  }
  if (request.what == CallRequest::What::Navigation) return pack_stores(request);
  return pack_promotion(request);
}

}  // namespace endcap::test
