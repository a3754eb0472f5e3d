// Lowering of what every wait shares: its state, its park, and where the tags it is resumed with lead.
#include "compiler/ir/lowering.h"
#include "runtime/value/check.h"

namespace endcap::ir {

using sema::Cause;
using sema::Next;

uint32_t FlowLowering::add_wait(const sema::Stmt& stmt, abi::WaitKind kind) {
  mark(Mark::Kind::Wait, stmt.path.substr(author_.path_prefix), stmt.span);
  uint32_t state = builder_.add_state();
  graph_.states[state].span = stmt.span;
  abi::WaitPoint& point = machine_.states.emplace_back();
  point.path = prefix_ + stmt.path;
  point.kind = kind;
  point.dues = dues_;
  point.control = stmt.control;
  for (const auto& [grant, proposal] : stmt.unasked)
    point.unasked.push_back({local(grant).name, local(proposal).name});
  point.source_line = program_.line(stmt.span);
  if (stmt.span.valid()) point.source_path = program_.sources.file(stmt.span.source).path;
  return state;
}

// The park stands in a block of its own, so that `retry` can jump to it.
BlockId FlowLowering::park(uint32_t state, const std::vector<RegisterId>& operands) {
  BlockId block = builder_.make_block();
  builder_.jump(block);
  builder_.at(block);
  builder_.park(state, operands);
  wait(state).operands.clear();
  for (RegisterId operand : operands) wait(state).operands.push_back(graph_.registers[operand.index].type);
  return block;
}

abi::TimeLimit FlowLowering::time_limit(const sema::Expr& e, std::optional<uint32_t> calendar,
                                        std::vector<RegisterId>& operands) {
  abi::TimeLimit limit;
  limit.operand = static_cast<uint32_t>(operands.size());
  if (kind(e.type) == abi::Kind::BusinessDuration) limit.calendar = calendar;
  operands.push_back(expression(e));
  return limit;
}

BlockId FlowLowering::unhandled(uint32_t state) {
  BlockId block = builder_.make_block();
  builder_.place(program_.place(graph_.states[state].span));
  builder_.at(block);
  builder_.end(FaultOut{FaultKind::Unhandled});
  return block;
}

void FlowLowering::handler_end(Next next, const sema::Expr* value, Outlet& outlet) {
  if (!builder_.open()) return;
  switch (next) {
    case Next::Retry:
      return builder_.jump(outlet.retry);
    case Next::Skip:
      return skip();
    case Next::Continue:
      if (value && outlet.result.valid()) set(outlet.result, expression(*value));
      return builder_.jump(outlet.after);
    case Next::AskAgain:
      CHECK(outlet.ask_again);
      return outlet.ask_again();
    case Next::Again:
      return builder_.jump(rounds_.back());
    case Next::WaitUntil:
    case Next::FallOut:
      return builder_.end(FaultOut{FaultKind::Defect});  // sema lets none through
  }
}

BlockId FlowLowering::handler(const sema::Handler& handler, Outlet& outlet) {
  BlockId start = builder_.make_block();
  builder_.place(program_.place(handler.span));
  builder_.at(start);
  if (!handler.passed_on)
    mark(handler.cause == Cause::Expired ? Mark::Kind::Deadline : Mark::Kind::Branch, "on " + handler.name,
         handler.span);
  auto found = outlet.lowered.find(handler.body.get());
  if (handler.body && found != outlet.lowered.end()) {
    builder_.jump(found->second);
    return start;
  }
  // Behind the door of this cause: the other causes have doors of their own.
  BlockId shared = builder_.make_block();
  builder_.jump(shared);
  builder_.at(shared);
  if (handler.body) outlet.lowered.emplace(handler.body.get(), shared);
  // What stands at every call to a system is one place for tests, whichever of the calls led there.
  const size_t prefix = author_.path_prefix;
  if (handler.call.valid()) author_.path_prefix = handler.call_prefix;
  if (handler.body) block(*handler.body);
  author_.path_prefix = prefix;
  handler_end(handler.next, handler.value.get(), outlet);
  return start;
}

// One that takes values of the input: they are bound before its own block, which it may share with other
// causes.
BlockId FlowLowering::binding_handler(const sema::Handler& each, Outlet& outlet) {
  const BlockId start = builder_.make_block();
  builder_.at(start);
  if (each.record.valid()) {
    builder_.trust(local(each.record));
    set(each.record, builder_.load(Op::LoadInput, local(each.record).type));
  }
  for (const auto& [id, field] : each.bindings) {
    builder_.trust(local(id));
    builder_.assign(define(id), builder_.field(get(each.record), local(id).type, field));
  }
  const BlockId bound = builder_.current(), body = handler(each, outlet);
  builder_.at(bound);
  builder_.jump(body);
  return start;
}

BlockId FlowLowering::handler_of(Cause cause, const std::vector<sema::Handler>& handlers, Outlet& outlet) {
  for (const sema::Handler& each : handlers) {
    if (each.cause == cause)
      return each.record.valid() ? binding_handler(each, outlet) : handler(each, outlet);
  }
  return outlet.unhandled;
}

// Declared rejections by their number, the others to `otherwise`.
BlockId FlowLowering::rejections(const std::vector<sema::Handler>& handlers, BlockId otherwise,
                                 Outlet& outlet) {
  SwitchInt choice{{}, {}, otherwise};
  for (const sema::Handler& each : handlers) {
    if (each.cause == Cause::Rejection) choice.cases.emplace_back(each.rejection, handler(each, outlet));
  }
  if (choice.cases.empty()) return otherwise;
  BlockId block = builder_.make_block();
  builder_.at(block);
  choice.value = builder_.load(Op::LoadDetail, program_.types.integer);
  builder_.end(choice);
  return block;
}

}  // namespace endcap::ir
