// Renumbering: see renumbered.h.
#include "tests/unit/runtime/engine/renumbered.h"

#include <optional>

namespace endcap::test {
namespace {

constexpr uint32_t kTypes = 3, kOthers = 1;  // how many stand in front

void type(abi::TypeId& number) {
  if (number != abi::kNoType) number += kTypes;
}
void other(uint32_t& number) { number += kOthers; }
void other(std::optional<uint32_t>& number) {
  if (number) *number += kOthers;
}
void slots(std::vector<abi::Slot>& slots) {
  for (abi::Slot& slot : slots) type(slot.type);
}
void limit(std::optional<abi::TimeLimit>& limit) {
  if (limit) other(limit->calendar);
}

struct First {
  std::shared_ptr<abi::Program> program;
};

abi::Exit run_first(abi::Context* context, uint32_t state) {
  const abi::Program* program = context->program;
  const abi::Program* first = static_cast<const First*>(program->code.get())->program.get();
  const uint32_t machine = context->machine;
  context->program = first;
  context->machine = machine - kOthers;
  const abi::Exit exit = first->machines[context->machine].advance(context, state);
  context->program = program;
  context->machine = machine;
  return exit;
}

void wait_point(abi::WaitPoint& point) {
  slots(point.live);
  for (abi::TypeId& operand : point.operands) type(operand);
  type(point.input), type(point.offered);
  type(point.reasons.rejection), type(point.reasons.approval), type(point.reasons.rejected);
  type(point.element);
  for (abi::TypeId& element : point.elements) type(element);
  const bool names_leaf = point.kind == abi::WaitKind::Write || point.kind == abi::WaitKind::AskAgain;
  if (!names_leaf) other(point.target);
  other(point.policy);
  other(point.role);
  for (auto& proposal : point.proposals) {
    other(proposal.operation);
    other(proposal.undo);
    type(proposal.type);
  }
  limit(point.within);
  limit(point.remind);
  for (auto& escalation : point.escalations) {
    other(escalation.role);
    other(escalation.after.calendar);
  }
  for (auto& event : point.events) {
    other(event.event);
    other(event.machine);
  }
  for (auto& branch : point.branches) other(branch.machine);
  if (point.asked) other(point.asked->workflow);
}

void types(abi::Program& program) {
  for (abi::Type& each : program.types) {
    type(each.element);
    for (abi::Field& field : each.fields) type(field.type);
  }
  abi::Type boolean, record;
  record.kind = abi::Kind::Record;
  record.name = "Another";
  record.fields = {{"yes", 0}};
  abi::Type list;
  list.kind = abi::Kind::List;
  list.element = 1;
  program.types.insert(program.types.begin(), {boolean, record, list});
}

void systems(abi::Program& program) {
  for (abi::View& view : program.views) type(view.record);
  for (abi::Navigation& navigation : program.navigations)
    other(navigation.from_view), other(navigation.to_view);
  for (abi::Operation& operation : program.operations) {
    type(operation.payload);
    other(operation.result_view);
  }
  for (abi::Event& event : program.events) type(event.record);
  program.views.insert(program.views.begin(), {"Another", 0, "A_Another", 1, {{{"Yes"}, true}}, {0}});
  program.navigations.insert(program.navigations.begin(), {0, "others", "to_Others", 0, true});
  abi::Operation another;
  another.name = "Another.write";
  another.payload = 1;
  program.operations.insert(program.operations.begin(), another);
  program.events.insert(program.events.begin(), {"Another", "retail.another", 0, 1, {{"Yes"}}});
}

void governance(abi::Program& program) {
  for (abi::Policy& policy : program.policies) {
    type(policy.facts);
    for (auto& row : policy.rows) {
      for (uint32_t& role : row.roles) other(role);
    }
    for (auto& stand_in : policy.stand_ins) other(stand_in.stand_in), other(stand_in.role);
    for (auto& recheck : policy.rechecks) other(recheck.view);
  }
  for (auto& [left, right] : program.conflicts) other(left), other(right);
  program.roles.insert(program.roles.begin(), "Another");
  abi::Policy another;
  another.name = "Another";
  another.facts = 1;
  program.policies.insert(program.policies.begin(), another);
  Calendar calendar;
  calendar.name = "another";
  program.calendars.insert(program.calendars.begin(), calendar);
}

void delivery(abi::Delivery& delivery) {
  other(delivery.operation), other(delivery.machine);
  for (uint32_t& policy : delivery.policies) other(policy);
}

void carriers(abi::Program& program) {
  for (abi::Route& route : program.routes) other(route.event), delivery(route.delivery);
  for (abi::Sync& sync : program.syncs) {
    other(sync.view), delivery(sync.delivery);
    for (auto& change : sync.changes) other(change.event);
    if (sync.comparison)
      other(sync.comparison->view), other(sync.comparison->key_machine), other(sync.comparison->same_machine);
    other(sync.reconciliation.operation), other(sync.reconciliation.calendar);
  }
}

void workflows(abi::Program& program) {
  for (abi::Workflow& workflow : program.workflows) {
    other(workflow.main);
    for (auto& parameter : workflow.parameters) type(parameter.type);
    for (auto& outcome : workflow.outcomes) type(outcome.record);
  }
  for (abi::Machine& machine : program.machines) {
    other(machine.workflow);
    other(machine.run_workflow);
    slots(machine.parameters);
    for (abi::WaitPoint& point : machine.states) wait_point(point);
    machine.advance = run_first;
  }
  for (abi::Schedule& schedule : program.schedules) other(schedule.workflow), other(schedule.calendar);
  for (abi::Interface& interface : program.interfaces) {
    other(interface.partner);
    for (auto& operation : interface.operations) other(operation.target), type(operation.parameters);
  }
  for (abi::Partner& partner : program.partners) type(partner.scope);
  program.partners.insert(program.partners.begin(), {"Another", 0});
  abi::Workflow another;
  another.name = "test.Another";
  another.parameters = {{"yes", 0}};
  program.workflows.insert(program.workflows.begin(), another);
  abi::Machine machine;
  machine.name = "Another";
  machine.states.emplace_back();
  machine.advance = run_first;
  program.machines.insert(program.machines.begin(), machine);
}

}  // namespace

std::shared_ptr<abi::Program> renumbered(std::shared_ptr<abi::Program> program) {
  auto made = std::make_shared<abi::Program>(*program);
  types(*made);
  systems(*made);
  governance(*made);
  workflows(*made);
  carriers(*made);
  made->hash = abi::sha256("renumbered " + program->hash);
  made->code = std::make_shared<First>(First{std::move(program)});
  return made;
}

CallRequest in_first_numbers(CallRequest request, const abi::Program& first) {
  if (request.program == &first) return request;
  request.program = &first;
  request.target -= kOthers;
  if (request.payload_type != abi::kNoType) request.payload_type -= kTypes;
  return request;
}

}  // namespace endcap::test
