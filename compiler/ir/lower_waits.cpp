// Lowering of waiting for a moment or an event, and of the guards that decide whether an event is meant.
#include "compiler/ir/lowering.h"
#include "runtime/value/check.h"

namespace endcap::ir {

using abi::Tag;
using abi::WaitKind;
using sema::Cause;
using sema::Next;

void FlowLowering::key(const sema::EventPattern& pattern, abi::Subscription& subscription,
                       std::vector<RegisterId>& operands) {
  if (!pattern.key_field) return;
  subscription.key_field = pattern.key_field;
  subscription.key_operand = static_cast<uint32_t>(operands.size());
  operands.push_back(expression(*pattern.key));
}

void FlowLowering::bind(const sema::EventPattern& pattern, RegisterId record) {
  set(pattern.record, record);
  const std::vector<abi::Field>& fields =
      program_.out.abi.types[program_.out.abi.events[pattern.event].record].fields;
  for (auto& [id, field] : pattern.bindings) set(id, builder_.field(record, fields[field].type, field));
}

// A state that is called with the wait's frame and the event; it says whether the event is meant.
uint32_t FlowLowering::guard(const sema::EventPattern& pattern) {
  uint32_t state = builder_.add_state();
  machine_.states.emplace_back();
  builder_.at(builder_.entry(state));
  bind(pattern, builder_.load(Op::LoadInput, program_.out.abi.events[pattern.event].record));
  builder_.end(GuardResult{expression(*pattern.guard)});
  return state;
}

// Where a wait for a moment that has passed goes.
void FlowLowering::late(const sema::WaitUntil& wait, BlockId after) {
  switch (wait.if_late) {
    case ast::WaitUntilStmt::IfLate::Skip:
      return skip();
    case ast::WaitUntilStmt::IfLate::Fail:
      statement(*wait.late_fail);
      CHECK(!builder_.open());
      return;
    case ast::WaitUntilStmt::IfLate::Continue:
    case ast::WaitUntilStmt::IfLate::Missing:
      return builder_.jump(after);
  }
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::WaitUntil& until) {
  RegisterId moment = builder_.make_register(program_.types.instant, "moment");
  builder_.assign(moment, expression(*until.moment));
  std::vector<RegisterId> operands{moment};
  std::vector<abi::Subscription> events;
  for (const sema::EventHandler& handler : until.handlers) {
    abi::Subscription& subscription = events.emplace_back();
    subscription.event = handler.pattern.event;
    key(handler.pattern, subscription, operands);
  }
  BlockId check = builder_.make_block(), in_time = builder_.make_block(), too_late = builder_.make_block(),
          after = builder_.make_block();
  builder_.jump(check);
  builder_.at(check);
  RegisterId now = builder_.load(Op::LoadNow, program_.types.instant);
  builder_.branch(builder_.compare(Predicate::Less, moment, now), too_late, in_time);
  builder_.at(too_late);
  mark(Mark::Kind::Deadline, "if late", stmt.span);
  late(until, after);

  builder_.at(in_time);
  uint32_t state = add_wait(stmt, WaitKind::Until);
  BlockId parked = park(state, operands);
  wait(state).input = program_.types.instant;
  SwitchTag tags{{{Tag::Ok, after}}, unhandled(state)};
  // Outside of loops and elements, `skip` in a handler gives up the handler and not the wait.
  bool own_skip = loops_.empty() && machine_.kind != abi::MachineKind::Element;
  if (own_skip) loops_.push_back({parked, RegisterId()});
  for (uint32_t i = 0; i < until.handlers.size(); ++i) {
    const sema::EventHandler& handler = until.handlers[i];
    if (handler.pattern.guard) events[i].guard_state = guard(handler.pattern);
    BlockId heard = builder_.make_block();
    tags.cases.emplace_back(Tag::EventBase + i, heard);
    builder_.place(program_.place(handler.span));
    builder_.at(heard);
    mark(Mark::Kind::Branch, "on event " + program_.out.abi.events[handler.pattern.event].name, handler.span);
    bind(handler.pattern,
         builder_.load(Op::LoadInput, program_.out.abi.events[handler.pattern.event].record));
    block(handler.body);
    if (!builder_.open()) continue;
    if (handler.next == Next::WaitUntil) {
      builder_.assign(moment, expression(*handler.value));
      builder_.jump(check);
    } else if (handler.next == Next::Skip) {
      skip();
    } else {
      // Without an end of its own the handler leaves the wait as it was.
      builder_.jump(handler.next == Next::Continue ? after : parked);
    }
  }
  if (own_skip) loops_.pop_back();
  wait(state).events = std::move(events);
  builder_.at(builder_.entry(state));
  builder_.end(tags);
  builder_.at(after);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::WaitEvent& await) {
  std::vector<RegisterId> operands;
  abi::TimeLimit within = time_limit(*await.within, author_.workflow->calendar, operands);
  abi::Subscription subscription;
  subscription.event = await.pattern.event;
  key(await.pattern, subscription, operands);
  uint32_t state = add_wait(stmt, WaitKind::AwaitEvent);
  BlockId parked = park(state, operands);
  if (await.pattern.guard) subscription.guard_state = guard(await.pattern);
  BlockId heard = builder_.make_block(), after = builder_.make_block();
  Outlet outlet{parked, after, LocalId(), {}, {}, unhandled(state)};
  SwitchTag tags{{{Tag::EventBase, heard}}, outlet.unhandled};
  BlockId expired = handler_of(Cause::Expired, await.handlers, outlet);
  if (expired != outlet.unhandled) tags.cases.emplace_back(Tag::Expired, expired);
  wait(state).within = within;
  wait(state).events = {subscription};
  builder_.at(builder_.entry(state));
  builder_.end(tags);
  builder_.at(heard);
  bind(await.pattern, builder_.load(Op::LoadInput, program_.out.abi.events[await.pattern.event].record));
  builder_.jump(after);
  builder_.at(after);
}

}  // namespace endcap::ir
