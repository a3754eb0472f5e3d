// `repeat up to N times { ... again ... } otherwise { ... }`: rounds, with an end.
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

constexpr uint32_t kRoundsMax = 1'000;

}  // namespace

// A round is a block of its own: what is asked for, read or decided in it is unknown to the next. What the
// last one made is known behind the `repeat`, because only a round that does not say `again` comes there.
WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::RepeatStmt& node) {
  Repeat repeat{.times = node.times};
  const Span head{tree.span.source, tree.span.begin, node.body.span.begin};
  if (node.times < 2 || node.times > kRoundsMax)
    context_.emit(DiagnosticKind::RepeatBound, tree.span,
                  {std::to_string(node.times), std::to_string(kRoundsMax)});
  if (!node.otherwise)
    context_.emit(DiagnosticKind::RepeatWithoutEnd, tree.span, {std::to_string(node.times)})
        .note("add `otherwise { ... }`: it ends in `fail`, `finish` or, in a loop, `skip`");
  repeat.round = scope_.hidden("round", context_.types.simple(Kind::Int), head);
  ++waits_;
  std::vector<LocalId>* const outside = std::exchange(leaving_, &repeat.leaving);
  Rounds rounds;
  Rounds* const around = std::exchange(rounds_, &rounds);
  const size_t machine = std::exchange(machine_, locals_.size() + 1);  // a round of its own
  scope_.open("its `repeat`");
  ++nesting_;
  {
    const Inside inside(*this, "[round]");
    repeat.body = statements(node.body);
  }
  --nesting_;
  scope_.close_keeping(repeat.leaving);
  machine_ = machine;
  ++waits_;
  rounds_ = around;
  leaving_ = outside;
  if (!rounds.again)
    context_.emit(DiagnosticKind::NothingAgain, tree.span)
        .note("say `again`, or `then again` in a handler, where another round is needed");
  if (node.otherwise) {
    const Inside inside(*this, "otherwise");
    repeat.otherwise = block(*node.otherwise, "its `otherwise`");
  }
  if (leaving_) leaving_->insert(leaving_->end(), repeat.leaving.begin(), repeat.leaving.end());
  return make(tree.span, std::move(repeat));
}

bool WorkflowChecker::can_say_again(Span span) {
  if (rounds_) {
    rounds_->again = true;
    return true;
  }
  context_.emit(DiagnosticKind::AgainOutsideRepeat, span)
      .note("a loop, a branch or the handler of an event inside a `repeat` can't begin its next round");
  return false;
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::AgainStmt&) {
  if (!can_say_again(tree.span)) return std::nullopt;
  return make(tree.span, Again{});
}

}  // namespace endcap::sema
