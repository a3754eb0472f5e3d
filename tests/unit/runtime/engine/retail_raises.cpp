// The exceptions of the retail program and the workflows that raise them: see retail.h.
#include <fmt/format.h>

#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

using abi::MachineKind;
using abi::Tag;
using abi::WaitKind;

namespace {

constexpr uint32_t kResolved = 0, kLapsed = 1;  // outcomes of every workflow here
constexpr uint32_t kDirector = 2, kStoreOps = 4;

// "P-1/A/S1/7": article, store and gap.
Cell shortfall_of(Context* c, const std::string& id) {
  const size_t article = id.find('/') + 1, store = id.find('/', article) + 1, gap = id.find('/', store) + 1;
  return record(c, {text(c, id.substr(article, store - article - 1)),
                    text(c, id.substr(store, gap - store - 1)), number(std::stol(id.substr(gap)))});
}

void respond(abi::WaitPoint& point, const std::string& label) {
  point.label = label;
  point.role = kStoreOps;
  point.within = abi::TimeLimit{1, {}};
  point.renewed = true;
}

}  // namespace

void Retail::raises() {
  const std::vector<abi::Outcome> outcomes{{"Resolved", done}, {"Lapsed", done, true}};
  const auto name_slots = [&](uint32_t machine) {
    const auto& parameters = build->workflows[build->machines[machine].workflow].parameters;
    for (abi::WaitPoint& point : build->machines[machine].states)
      for (size_t i = 0; i < point.live.size(); ++i) point.live[i].name = parameters[i].name;
  };
  const auto exception = [&](const char* name, std::vector<abi::Workflow::StartParameter> parameters,
                             Body body) {
    std::vector<TypeId> types;
    for (const auto& parameter : parameters) types.push_back(parameter.type);
    const uint32_t workflow = build.workflow(name, std::move(parameters), outcomes);
    build->workflows[workflow].severity = abi::Severity::High;
    return build.machine(workflow, MachineKind::Main, name, types, std::move(body));
  };
  const auto simple = [&](const char* name, Body body) {
    return build.machine(build.workflow(name, {{"id", build.text}}, outcomes), MachineKind::Main, name,
                         {build.text}, std::move(body));
  };
  const auto raise = [&](uint32_t machine, WaitKind kind, uint32_t raised, TypeId told) {
    std::vector<TypeId> operands{told};
    if (kind == WaitKind::RaiseAndWait) operands.push_back(build.duration);
    auto& point = build.wait(machine, kind, "raise", {build.text}, std::move(operands));
    point.target = build->machines[raised].workflow;
    point.asked = abi::Asked{point.target, 0};
    if (kind == WaitKind::RaiseAndWait) point.within = abi::TimeLimit{1, {}};
  };

  shortfall =
      build.record("Shortfall", {{"article", build.text}, {"store", build.text}, {"gap", build.integer}});
  const uint32_t short_of = exception(
      "Shortfall", {{"article", build.text}, {"store", build.text}, {"gap", build.integer}},
      [](Context* c, uint32_t state) {
        const std::vector<Cell> told{c->frame[0], c->frame[1], c->frame[2]};
        const Cell now = record(c, {told[0], told[1], told[2]});
        if (state == 0)
          return park(c, 1, told, {now, number(4 * kHour), number(2 * kHour), number(3 * kHour)});
        const Cell result = record(c, {told[0], told[2]});
        return c->input_tag == Tag::Ok ? finish(c, kResolved, result) : fail(c, kLapsed, result, false);
      });
  build->workflows[build->machines[short_of].workflow].key_parameters = {0, 1};
  auto& response = build.wait(short_of, WaitKind::Task, "respond", {build.text, build.text, build.integer},
                              {shortfall, build.duration, build.duration, build.duration});
  respond(response, "Shortfall");
  response.remind = abi::TimeLimit{2, {}};
  response.escalations = {{kDirector, {3, {}}}};
  name_slots(short_of);

  const uint32_t repair = exception("Repair", {{"id", build.text}}, [](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, {record(c, {id}), number(kDay), record(c, {id})});
    const Cell result = record(c, {id, number(0)});
    return c->input_tag == Tag::Ok ? finish(c, kResolved, result) : fail(c, kLapsed, result, false);
  });
  auto& mended = build.wait(repair, WaitKind::Task, "respond", {build.text}, {task, build.duration, task});
  respond(mended, "Repair");
  mended.asked = abi::Asked{static_cast<uint32_t>(build->find_workflow("Do") - build->workflows.data()), 2};
  name_slots(repair);

  const uint32_t twin = exception("Twin", {{"id", build.text}}, [](Context* c, uint32_t) {
    return park(c, 1, {c->frame[0]}, {c->frame[0], c->frame[0]});
  });
  const uint32_t twins = build->machines[twin].workflow;
  const uint32_t tells =
      build.machine(twins, MachineKind::Branch, "Twin/tells", {build.text}, [](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        if (state == 0) return park(c, 1, {id}, {record(c, {id})});
        return Exit::Done;
      });
  build.wait(tells, WaitKind::Notify, "tells", {build.text}, {payload_id}).target = 2;
  const uint32_t fails =
      build.machine(twins, MachineKind::Branch, "Twin/fails", {build.text}, [](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        if (state == 0) return park(c, 1, {id}, {number(c->now + kHour)});
        return fail(c, kLapsed, record(c, {id, number(0)}), false);
      });
  build.wait(fails, WaitKind::Until, "fails", {build.text}, {build.instant}, build.instant);
  auto& both = build.wait(twin, WaitKind::Together, "both", {build.text}, {build.text, build.text});
  both.branches = {{tells, "tells", 0, 1}, {fails, "fails", 1, 1}};

  const Body raises_one = [](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, {shortfall_of(c, text_of(c, id)), number(kDay)});
    const Cell result = record(c, {id, number(0)});
    return c->input_tag == Tag::Ok ? finish(c, kResolved, result) : fail(c, kLapsed, result, false);
  };
  raise(simple("Ask", raises_one), WaitKind::RaiseAndWait, short_of, shortfall);
  raise(simple("Raise",
               [](Context* c, uint32_t state) {
                 const Cell id = c->frame[0];
                 if (state == 0) return park(c, 1, {id}, {shortfall_of(c, text_of(c, id))});
                 return finish(c, kResolved, record(c, {id, number(0)}));
               }),
        WaitKind::Raise, short_of, shortfall);
  const auto of_id = [](Context* c, uint32_t state) {
    const Cell id = c->frame[0];
    if (state == 0) return park(c, 1, {id}, {record(c, {id}), number(3 * kDay)});
    const Cell result = record(c, {id, number(0)});
    return c->input_tag == Tag::Ok ? finish(c, kResolved, result) : fail(c, kLapsed, result, false);
  };
  raise(simple("Mend", of_id), WaitKind::RaiseAndWait, repair, task);
  raise(simple("Await", of_id), WaitKind::RaiseAndWait, twin, task);
  raise(simple("Once",
               [](Context* c, uint32_t state) {
                 const Cell id = c->frame[0];
                 if (state == 0) return park(c, 1, {id}, {record(c, {id})});
                 return finish(c, kResolved, record(c, {id, number(0)}));
               }),
        WaitKind::Raise, twin, task);

  const uint32_t many =
      build.machine(build.workflow("Many", {{"id", build.text}}, outcomes), MachineKind::Main, "Many",
                    {build.text}, [](Context* c, uint32_t state) {
                      const Cell id = c->frame[0];
                      const int64_t count = state == 0 ? 0 : static_cast<int64_t>(c->frame[1].bits);
                      if (count == 600) return finish(c, kResolved, record(c, {id, number(count)}));
                      const std::string told = fmt::format("M/A/S{}/{}", count % 3, count);
                      return park(c, 1, {id, number(count + 1)}, {shortfall_of(c, told)});
                    });
  raise(many, WaitKind::Raise, short_of, shortfall);
  build->machines[many].states[1].live = {{"id", build.text}, {"count", build.integer}};
}

}  // namespace endcap::test
