// Lowering of statements that do not wait: let, when, match, step, and the ways to end.
#include "compiler/ir/lowering.h"
#include "runtime/value/check.h"

namespace endcap::ir {

using abi::Builtin;
using abi::Kind;

// What stands behind an end is not lowered: nothing reaches it.
void FlowLowering::block(const sema::Block& block) {
  if (!std::exchange(begun_, true)) machine_.states.front().control = block.control;
  for (const sema::Stmt& stmt : block.statements) {
    if (!builder_.open()) return;
    statement(stmt);
  }
}

void FlowLowering::statement(const sema::Stmt& stmt) {
  if (stmt.span.valid()) builder_.place(program_.place(stmt.span));
  builder_.trust(abi::Trust::Trusted);
  std::visit([&](const auto& node) { lower(stmt, node); }, stmt.node);
}

void FlowLowering::lower(const sema::Stmt&, const sema::Let& let) { set(let.local, expression(*let.value)); }

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Step& step) {
  mark(Mark::Kind::Step, step.name, stmt.span);
  const size_t dues = dues_.size();
  block(step.body);
  dues_.resize(dues);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::When& when) {
  BlockId join = builder_.make_block();
  bool joined = false;
  auto arm = [&](const sema::Block& body, const char* what) {
    mark(Mark::Kind::Branch, what, body.span.valid() ? body.span : stmt.span);
    block(body);
    if (!builder_.open()) return;
    joined = true;
    builder_.jump(join);
  };
  for (const auto& each : when.arms) {
    BlockId then = builder_.make_block(), next = builder_.make_block();
    branch_on(*each.condition, then, next);
    builder_.at(then);
    arm(each.body, "when");
    builder_.at(next);
  }
  if (when.otherwise) {
    arm(*when.otherwise, "otherwise");
  } else {
    joined = true;
    builder_.jump(join);
  }
  if (joined) builder_.at(join);
}

void FlowLowering::lower(const sema::Stmt&, const sema::Match& match) {
  RegisterId subject = expression(*match.subject);
  bool optional = kind(match.subject->type) == Kind::Optional;
  BlockId join = builder_.make_block();
  SwitchInt choice{{}, {}, {}};
  std::vector<BlockId> bodies;
  for (const auto& arm : match.arms) {
    bodies.push_back(builder_.make_block());
    if (arm.otherwise) choice.fallback = bodies.back();
    for (uint32_t value : arm.values) choice.cases.emplace_back(value, bodies.back());
  }
  BlockId impossible = builder_.make_block();
  if (!choice.fallback.valid()) choice.fallback = impossible;
  if (optional) {
    auto target = [&](int64_t value) {
      for (auto& [each, body] : choice.cases) {
        if (each == value) return body;
      }
      return choice.fallback;
    };
    BlockId present = target(1), absent = target(0);
    builder_.branch(builder_.unary(Op::IsPresent, program_.types.boolean, subject), present, absent);
  } else {
    choice.value = subject;
    builder_.end(choice);
  }
  builder_.at(impossible);
  builder_.end(FaultOut{FaultKind::Defect});
  bool joined = false;
  for (size_t i = 0; i < match.arms.size(); ++i) {
    builder_.at(bodies[i]);
    mark(Mark::Kind::Branch, "case " + std::to_string(i + 1), match.arms[i].body.span);
    if (match.arms[i].binding.valid())
      builder_.call_into(define(match.arms[i].binding), Builtin::OptionalGet, {subject});
    block(match.arms[i].body);
    if (!builder_.open()) continue;
    joined = true;
    builder_.jump(join);
  }
  if (joined) builder_.at(join);
}

// The round is counted where it is left: the value that waits keep is the round they stand in.
void FlowLowering::lower(const sema::Stmt& stmt, const sema::Repeat& repeat) {
  const abi::Trust trust = local(repeat.round).trust;
  const RegisterId round = define(repeat.round);
  builder_.set_constant(round, 1);
  for (const auto& [id, value] : repeat.with) set(id, expression(*value));
  const BlockId head = builder_.make_block(), again = builder_.make_block(), next = builder_.make_block(),
                last = builder_.make_block(), after = builder_.make_block();
  builder_.jump(head);
  builder_.at(head);
  rounds_.push_back(again);
  block(repeat.body);
  rounds_.pop_back();
  const bool falls = builder_.open();
  if (falls) builder_.jump(after);
  builder_.at(again);
  builder_.trust(trust);
  // Not below the first one either: no frame, whatever it holds, goes round for ever.
  const BlockId begun = builder_.make_block();
  builder_.branch(builder_.compare(Predicate::Less, builder_.integer(0), round), begun, last);
  builder_.at(begun);
  builder_.branch(builder_.compare(Predicate::Less, round, builder_.integer(repeat.times)), next, last);
  builder_.at(next);
  builder_.assign(round, builder_.binary(Op::Add, program_.types.integer, round, builder_.integer(1)));
  builder_.jump(head);
  builder_.at(last);
  mark(Mark::Kind::Branch, "otherwise", repeat.otherwise.span.valid() ? repeat.otherwise.span : stmt.span);
  block(repeat.otherwise);
  if (builder_.open()) builder_.end(FaultOut{FaultKind::Defect});  // sema lets none through
  if (falls) builder_.at(after);
}

// What is handed on is computed from this round's values, and only then takes their names.
void FlowLowering::lower(const sema::Stmt&, const sema::Again& again) {
  std::vector<RegisterId> values;
  for (const auto& [id, value] : again.with) {
    builder_.trust(local(id));
    values.push_back(builder_.make_register(local(id).type, "", local(id)));
    builder_.assign(values.back(), expression(*value));
  }
  for (size_t i = 0; i < values.size(); ++i) set(again.with[i].first, values[i]);
  builder_.jump(rounds_.back());
}

void FlowLowering::lower(const sema::Stmt&, const sema::Yield& yield) {
  RegisterId value = expression(*yield.value);
  if (loops_.empty()) {
    CHECK(machine_.kind == abi::MachineKind::Element);
    builder_.end(Yield{value});
    return;
  }
  const LoopScope& scope = loops_.back();
  if (scope.collected.valid())
    builder_.call_into(scope.collected, Builtin::ListAppend, {scope.collected, value});
  builder_.jump(scope.next);
}

void FlowLowering::lower(const sema::Stmt&, const sema::Skip&) { skip(); }

void FlowLowering::skip() {
  if (!loops_.empty()) {
    builder_.jump(loops_.back().next);
  } else if (machine_.kind == abi::MachineKind::Element) {
    builder_.end(SkipElement{});
  } else if (machine_.kind == abi::MachineKind::Main || machine_.kind == abi::MachineKind::Run) {
    builder_.end(FaultOut{FaultKind::Defect});
  } else {
    builder_.end(Done{});
  }
}

RegisterId FlowLowering::outcome_record(uint32_t outcome, const sema::ExprPtr& record) {
  if (record) return expression(*record);
  abi::TypeId type = program_.out.abi.workflows[author_.workflow->index].outcomes[outcome].record;
  return builder_.call(Builtin::RecordMake, type, {}, 0);
}

void FlowLowering::lower(const sema::Stmt&, const sema::Finish& finish) {
  RegisterId record = outcome_record(finish.outcome, finish.record);
  builder_.end(Finish{finish.outcome, record});
}

void FlowLowering::lower(const sema::Stmt&, const sema::Fail& fail) {
  RegisterId record = outcome_record(fail.outcome, fail.record);
  builder_.end(Fail{fail.outcome, record, fail.undo == ast::FailStmt::Undo::Compensate});
}

}  // namespace endcap::ir
