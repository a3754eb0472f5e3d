// `repeat up to N times { ... again ... } otherwise { ... }`: rounds, with an end.
#include <algorithm>

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
  std::vector<std::pair<LocalId, ExprPtr>> given = first_round(node.with);
  ++waits_;
  std::vector<LocalId>* const outside = std::exchange(leaving_, &repeat.leaving);
  Rounds rounds;
  for (const auto& [local, value] : given) rounds.handed_on.push_back(local);
  Rounds* const around = std::exchange(rounds_, &rounds);
  const size_t machine = std::exchange(machine_, locals_.size() + 1);  // a round of its own
  scope_.open("its `repeat`");
  ++nesting_;
  {
    const Inside inside(*this, "[round]");
    repeat.body = statements(node.body);
  }
  --nesting_;
  scope_.close();
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
  // Behind it, and not when the last round too said `again`.
  for (const LocalId id : repeat.leaving) scope_.keep(id);
  repeat.with = std::move(given);
  if (leaving_) leaving_->insert(leaving_->end(), repeat.leaving.begin(), repeat.leaving.end());
  return make(tree.span, std::move(repeat));
}

// `with price = promo.price`: what the first round has under that name. The names are known in every round,
// in `otherwise` and behind the `repeat`.
std::vector<std::pair<LocalId, ExprPtr>> WorkflowChecker::first_round(const std::vector<ast::Handed>& with) {
  std::vector<std::pair<LocalId, ExprPtr>> given;
  for (const ast::Handed& each : with) {
    ExprPtr value = expressions_.check(each.value);
    if (is_invalid(*value)) {
      scope_.declare(each.name, abi::kNoType);
      continue;
    }
    if (context_.types.holds_ratio(value->type))
      context_.emit(DiagnosticKind::RatioStored, value->span, {"what rounds hand on"});
    const LocalId local = bind_leaving(each.name, value->type);
    given.emplace_back(local, std::move(value));
  }
  return given;
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

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::AgainStmt& node) {
  const bool inside = can_say_again(tree.span);
  Again again;
  for (const ast::Handed& each : node.with) {
    const auto known = scope_.find(each.name.text);
    const bool handed =
        inside && known && std::ranges::find(rounds_->handed_on, *known) != rounds_->handed_on.end();
    const TypeId type = handed ? scope_[*known].type : abi::kNoType;
    ExprPtr value = expressions_.check(each.value, type, {each.name.span, "the first round has that"});
    if (inside && !handed) {
      std::vector<std::string> names;
      for (const LocalId id : rounds_->handed_on) names.push_back(scope_[id].name);
      with_suggestion(context_.emit(DiagnosticKind::NotHandedOn, each.name.span, {each.name.text}),
                      each.name.span, each.name.text, names)
          .note("say with what the first round begins: `repeat up to 3 times with " + each.name.text +
                " = ...`");
    }
    if (!handed || is_invalid(*value)) continue;
    if (std::ranges::any_of(again.with, [&](const auto& other) { return other.first == *known; })) {
      context_.emit(DiagnosticKind::GivenTwice, each.name.span, {each.name.text});
      continue;
    }
    again.with.emplace_back(*known, std::move(value));
  }
  if (!inside) return std::nullopt;
  return make(tree.span, std::move(again));
}

}  // namespace endcap::sema
