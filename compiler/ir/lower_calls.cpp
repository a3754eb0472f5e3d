// Lowering of reads, asks, notifications, tasks and raises: park, take the result, or handle what went wrong.
#include "compiler/ir/lowering.h"
#include "runtime/value/check.h"

namespace endcap::ir {

using abi::Tag;
using abi::WaitKind;
using sema::Cause;

std::vector<RegisterId> FlowLowering::expressions(const std::vector<sema::ExprPtr>& list) {
  std::vector<RegisterId> registers;
  for (const sema::ExprPtr& each : list) registers.push_back(expression(*each));
  return registers;
}

void FlowLowering::call(uint32_t state, std::vector<RegisterId> operands, LocalId result,
                        const std::vector<sema::Handler>& handlers, const sema::Block* too_many_failed) {
  if (result.valid()) wait(state).brings = local(result).advised;
  BlockId parked = park(state, operands), ok = builder_.make_block(), after = builder_.make_block();
  Outlet outlet{parked, after, result, {}, {}, unhandled(state)};
  BlockId rejected = rejections(handlers, handler_of(Cause::Rejected, handlers, outlet), outlet);
  SwitchTag tags{{{Tag::Ok, ok}}, outlet.unhandled};
  auto add = [&](Tag tag, BlockId block) {
    if (block != outlet.unhandled) tags.cases.emplace_back(tag, block);
  };
  add(Tag::Rejected, rejected);
  add(Tag::Unavailable, handler_of(Cause::Unavailable, handlers, outlet));
  add(Tag::Invalid, handler_of(Cause::Invalid, handlers, outlet));
  add(Tag::Expired, handler_of(Cause::Expired, handlers, outlet));
  for (const sema::Handler& each : handlers) {
    if (each.cause == Cause::Countered) add(Tag::Countered, binding_handler(each, outlet));
  }
  if (too_many_failed) {
    BlockId beyond = builder_.make_block();
    builder_.at(beyond);
    mark(Mark::Kind::Branch, "otherwise, too many failed", too_many_failed->span);
    block(*too_many_failed);
    CHECK(!builder_.open());
    add(Tag::TooManyFailed, beyond);
  }
  builder_.at(builder_.entry(state));
  builder_.end(tags);
  builder_.at(ok);
  if (result.valid()) {
    builder_.trust(local(result));
    set(result, builder_.load(Op::LoadInput, local(result).type));
  }
  builder_.jump(after);
  builder_.at(after);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::ReadOperation& read) {
  RegisterId payload = expression(*read.payload);
  uint32_t state = add_wait(stmt, WaitKind::ReadOperation);
  wait(state).target = read.operation;
  if (read.local.valid()) wait(state).input = local(read.local).type;
  call(state, {payload}, read.local, read.handlers);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::ReadView& read) {
  std::vector<RegisterId> key = expressions(read.key);
  uint32_t state = add_wait(stmt, WaitKind::ReadView);
  wait(state).target = read.view;
  wait(state).input = program_.out.abi.views[read.view].record;
  call(state, std::move(key), read.local, read.handlers);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::ReadNavigation& read) {
  std::vector<RegisterId> key = expressions(read.key);
  uint32_t state = add_wait(stmt, WaitKind::ReadNavigation);
  wait(state).target = read.navigation;
  if (read.local.valid()) wait(state).input = local(read.local).type;
  call(state, std::move(key), read.local, read.handlers);
}

// An ask always goes on: with the answer, or with the alternative, which is computed only then.
void FlowLowering::lower(const sema::Stmt& stmt, const sema::Ask& ask) {
  RegisterId inputs = expression(*ask.inputs);
  uint32_t state = add_wait(stmt, WaitKind::Ask);
  wait(state).target = ask.advisor;
  wait(state).input = local(ask.local).type;
  park(state, {inputs});
  BlockId ok = builder_.make_block(), otherwise = builder_.make_block(), after = builder_.make_block();
  BlockId other = unhandled(state);
  builder_.at(builder_.entry(state));
  builder_.end(SwitchTag{{{Tag::Ok, ok}, {Tag::Unavailable, otherwise}}, other});
  builder_.at(ok);
  builder_.trust(abi::Trust::Advice);
  set(ask.local, builder_.load(Op::LoadInput, local(ask.local).type));
  builder_.jump(after);
  builder_.at(otherwise);
  mark(Mark::Kind::Branch, "the alternative", ask.alternative->span);
  set(ask.local, expression(*ask.alternative));
  builder_.jump(after);
  builder_.at(after);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Notify& notify) {
  RegisterId payload = expression(*notify.payload);
  uint32_t state = add_wait(stmt, WaitKind::Notify);
  wait(state).target = notify.operation;
  call(state, {payload}, LocalId(), notify.handlers);
}

std::vector<abi::WaitPoint::Prefilled> FlowLowering::prefilled(const sema::TaskForm& form,
                                                               std::vector<RegisterId>& operands) {
  std::vector<abi::WaitPoint::Prefilled> shown;
  for (const auto& [field, value] : form.prefilled) {
    shown.push_back({field, static_cast<uint32_t>(operands.size()), value->trust});
    operands.push_back(expression(*value));
  }
  return shown;
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Task& task) {
  std::vector<RegisterId> operands{expression(*task.arguments)};
  abi::TimeLimit within = time_limit(*task.within, task.calendar, operands);
  std::optional<abi::TimeLimit> remind;
  if (task.remind) remind = time_limit(*task.remind, task.calendar, operands);
  std::vector<abi::WaitPoint::Escalation> escalations;
  for (const sema::Escalation& each : task.escalations)
    escalations.push_back({each.role, time_limit(*each.after, task.calendar, operands), {}});
  std::optional<abi::Asked> asked;
  if (task.resolver) {
    asked = {task.resolver->workflow, static_cast<uint32_t>(operands.size())};
    operands.push_back(expression(*task.resolver->arguments));
  }
  std::vector<abi::WaitPoint::Prefilled> shown;
  if (task.form) shown = prefilled(*task.form, operands);
  const auto operand = [&](const sema::ExprPtr& value) -> std::optional<uint32_t> {
    if (!value) return std::nullopt;
    operands.push_back(expression(*value));
    return static_cast<uint32_t>(operands.size() - 1);
  };
  const std::optional<uint32_t> scope = operand(task.scope);
  for (size_t i = 0; i < escalations.size(); ++i) escalations[i].scope = operand(task.escalations[i].scope);
  uint32_t state = add_wait(stmt, WaitKind::Task);
  wait(state).scope = scope;
  if (task.form) wait(state).input = task.form->record;
  wait(state).prefilled = std::move(shown);
  wait(state).label = task.name;
  wait(state).role = task.role;
  wait(state).within = within;
  wait(state).remind = remind;
  wait(state).escalations = std::move(escalations);
  wait(state).asked = asked;
  wait(state).renewed = task.renewed;
  call(state, std::move(operands), task.answer, task.handlers);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Raise& raise) {
  std::vector<RegisterId> operands{expression(*raise.arguments)};
  std::optional<abi::TimeLimit> within;
  if (raise.waits) within = time_limit(*raise.within, author_.workflow->calendar, operands);
  uint32_t state = add_wait(stmt, raise.waits ? WaitKind::RaiseAndWait : WaitKind::Raise);
  wait(state).target = raise.exception;
  wait(state).asked = abi::Asked{raise.exception, 0};
  wait(state).within = within;
  call(state, std::move(operands), LocalId(), raise.handlers);
}

}  // namespace endcap::ir
