// `when`, `match`, `for each`, `sweep`, `together`, `step`, `yield`, `skip`.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::WhenStmt& node) {
  When when;
  for (const auto& arm : node.arms) {
    ExprPtr condition = expressions_.condition(arm.condition);
    Block body = block(arm.body, "its `when`");
    when.arms.push_back({std::move(condition), std::move(body)});
  }
  if (node.otherwise) when.otherwise = block(*node.otherwise, "its `otherwise`");
  return make(tree.span, std::move(when));
}

// ---------------------------------------------------------------- match

bool WorkflowChecker::match_values(const ast::MatchStmt::Arm& arm, TypeId subject,
                                   std::map<uint32_t, Span>& seen, Match::Arm& into) {
  const bool optional = context_.types.is(subject, Kind::Optional);
  const std::vector<std::string> values =
      optional ? std::vector<std::string>{"absent", "present"} : context_.types[subject].values;
  bool sound = true;
  for (const ast::Name& name : arm.values) {
    const auto found = std::ranges::find(values, name.text);
    if (found == values.end()) {
      with_suggestion(context_.emit(DiagnosticKind::UnknownEnumValue, name.span,
                                    {context_.type_name(subject), name.text}),
                      name.span, name.text, values);
      sound = false;
      continue;
    }
    const auto value = static_cast<uint32_t>(found - values.begin());
    const auto [first, fresh] = seen.try_emplace(value, name.span);
    if (!fresh) {
      context_.emit(DiagnosticKind::MatchTwice, name.span, {name.text})
          .label(first->second, "matched here already");
      sound = false;
    }
    into.values.push_back(value);
  }
  return sound;
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::MatchStmt& node) {
  Match match{.subject = expressions_.check(node.subject)};
  const TypeId subject = match.subject->type;
  const bool optional = context_.types.is(subject, Kind::Optional);
  const bool known = optional || context_.types.is(subject, Kind::Enum);
  if (subject != abi::kNoType && !known)
    context_.emit(DiagnosticKind::NotMatchable, match.subject->span, {context_.type_name(subject)})
        .note("numbers, texts and dates are told apart with `when`");
  std::map<uint32_t, Span> seen;
  std::optional<Span> otherwise;
  bool sound = known;
  for (const auto& arm : node.arms) {
    Match::Arm made{.otherwise = arm.otherwise};
    if (arm.otherwise && otherwise)
      context_.emit(DiagnosticKind::MatchTwice, arm.span, {"otherwise"})
          .label(*otherwise, "stands here already");
    if (arm.otherwise) otherwise = arm.span;
    if (known) sound = match_values(arm, subject, seen, made) && sound;
    std::vector<LocalId>* const outside = std::exchange(leaving_, nullptr);
    scope_.open("its `match`");
    ++nesting_;
    if (arm.binding) {
      made.binding = scope_.declare(*arm.binding, optional ? context_.types.inside(subject) : abi::kNoType);
      if (context_.types.holds_ratio(subject)) made_[made.binding] = {waits_, machine_};
    }
    made.body = statements(arm.body);
    --nesting_;
    scope_.close();
    leaving_ = outside;
    match.arms.push_back(std::move(made));
  }
  if (!sound) return std::nullopt;
  const std::vector<std::string> values =
      optional ? std::vector<std::string>{"absent", "present"} : context_.types[subject].values;
  std::vector<std::string> missing;
  for (uint32_t i = 0; i < values.size(); ++i) {
    if (!seen.contains(i)) missing.push_back(values[i]);
  }
  if (!otherwise && !missing.empty())
    context_
        .emit(DiagnosticKind::MatchIncomplete, match.subject->span,
              {fmt::format("{}", fmt::join(missing, ", "))})
        .note("add an arm for it, or `| otherwise { ... }`");
  return make(tree.span, std::move(match));
}

// ---------------------------------------------------------------- loops and branches

// No type when it is none, which has been told.
TypeId WorkflowChecker::element_of(const Expr& list) {
  if (context_.types.is(list.type, Kind::List)) return context_.types[list.type].element;
  if (is_invalid(list)) return abi::kNoType;
  if (context_.types.is(list.type, Kind::Optional)) {
    context_.emit(DiagnosticKind::OptionalUnanswered, list.span, {"this list"}).note("answer with `or else`");
  } else {
    context_.emit(DiagnosticKind::NotAList, list.span, {context_.type_name(list.type)});
  }
  return abi::kNoType;
}

void WorkflowChecker::sweep_rules(const ast::Stmt& tree, const ast::ForEachStmt& node) {
  constexpr size_t kListsMax = 3;
  const size_t lists = 1 + node.inner.size();
  if (lists == 1 || lists > kListsMax)
    context_.emit(DiagnosticKind::SweepLists, tree.span, {std::to_string(lists)})
        .note(lists == 1 ? "one list is gone over by `for each`"
                         : "bring two of the lists together beforehand, or sweep in two steps");
  if (!node.where)
    context_.emit(DiagnosticKind::SweepWithoutWhere, tree.span)
        .note("say which combinations matter: `where article.forecast > article.allocated`");
  if (!node.parallel)
    context_.emit(DiagnosticKind::SweepInSequence, tree.span)
        .note("say how many calls may be in flight at once: `parallel 50`");
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::ForEachStmt& node) {
  ForEach loop{.list = expressions_.check(node.list), .parallel = node.parallel.value_or(0)};
  const TypeId element = element_of(*loop.list);
  std::vector<TypeId> inner_elements;
  for (const auto& inner : node.inner) {
    loop.inner.push_back({LocalId(), expressions_.check(inner.list)});
    inner_elements.push_back(element_of(*loop.inner.back().list));
  }
  if (node.sweep) sweep_rules(tree, node);
  if (node.parallel == 0u) context_.emit(DiagnosticKind::ParallelZero, tree.span);
  loop.tolerate = tolerance(node);
  // One after the other, and nothing waits: an ordinary loop.
  std::string identity;
  if (node.parallel)
    identity = path(node.collect ? node.collect->text
                    : node.sweep ? "sweep"
                                 : "each",
                    node.collect ? node.collect->span : tree.span);
  ++waits_;
  std::vector<LocalId>* const outside = std::exchange(leaving_, nullptr);
  scope_.open(node.sweep ? "its `sweep`" : "its `for each`");
  ++nesting_;
  loop.variable = scope_.declare(node.variable, element);
  std::string variables = node.variable.text;
  for (size_t i = 0; i < node.inner.size(); ++i) {
    loop.inner[i].variable = scope_.declare(node.inner[i].variable, inner_elements[i]);
    variables += ", " + node.inner[i].variable.text;
  }
  if (node.where) loop.where = expressions_.condition(node.where);
  Collected collected;
  collecting_.push_back(node.collect ? &collected : nullptr);
  const size_t machine =
      std::exchange(machine_, locals_.size() + 1);  // a machine of its own, or a round of its own
  Rounds* const rounds = std::exchange(rounds_, nullptr);
  const auto tolerated = tolerated_;
  if (node.tolerate) tolerated_ = node.tolerate->span;
  {
    const Inside inside(*this, "[" + variables + "]");
    loop.body = statements(node.body);
  }
  tolerated_ = tolerated;
  rounds_ = rounds;
  machine_ = machine;
  ++waits_;
  collecting_.pop_back();
  --nesting_;
  scope_.close();
  leaving_ = outside;
  if (node.otherwise) {
    const Inside inside(*this, "otherwise");
    loop.otherwise = block(*node.otherwise, "its `otherwise`");
  }
  if (node.collect) {
    if (!collected.any) context_.emit(DiagnosticKind::NoYield, node.collect->span, {node.collect->text});
    loop.collect =
        bind_leaving(*node.collect,
                     collected.type == abi::kNoType ? abi::kNoType : context_.types.list_of(collected.type));
  }
  return make(tree.span, std::move(loop), std::move(identity));
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::TogetherStmt& node) {
  Together together;
  std::string identity = path("together", tree.span);
  ++waits_;
  std::map<std::string, Span> names;
  for (const auto& branch : node.branches) {
    const auto [first, fresh] = names.try_emplace(branch.name.text, branch.name.span);
    if (!fresh)
      context_.emit(DiagnosticKind::DuplicateName, branch.name.span, {branch.name.text})
          .label(first->second, "a branch of this name stands here");
    const Inside inside(*this, branch.name.text);
    const size_t machine = std::exchange(machine_, locals_.size() + 1 + names.size());
    Rounds* const rounds = std::exchange(rounds_, nullptr);
    together.branches.push_back(
        {branch.name.text, block(branch.body, "branch " + branch.name.text), branch.span});
    rounds_ = rounds;
    machine_ = machine;
  }
  ++waits_;
  return make(tree.span, std::move(together), std::move(identity));
}

void WorkflowChecker::name_step(const ast::Name& name) {
  const auto [first, fresh] = steps_.try_emplace(name.text, name.span);
  if (!fresh)
    context_.emit(DiagnosticKind::DuplicateName, name.span, {name.text})
        .label(first->second, "a step of this name stands here");
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::StepStmt& node) {
  name_step(node.name);
  const Inside inside(*this, node.name.text);
  std::vector<LocalId> leaving;
  std::vector<LocalId>* const outside = std::exchange(leaving_, &leaving);
  scope_.open("step " + node.name.text);
  ++nesting_;
  step_head_ = node.body.statements.empty() ? nullptr : &node.body.statements.front();
  Step step{node.name.text, statements(node.body)};
  --nesting_;
  scope_.close_keeping(leaving);
  leaving_ = outside;
  if (leaving_) leaving_->insert(leaving_->end(), leaving.begin(), leaving.end());
  return make(tree.span, std::move(step));
}

// ---------------------------------------------------------------- elements

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::YieldStmt& node) {
  Collected* collected = collecting_.empty() ? nullptr : collecting_.back();
  const TypeId expected = collected ? collected->type : abi::kNoType;
  if (falling_back_ && collecting_.empty())
    context_.emit(DiagnosticKind::YieldOutsideCollect, tree.span)
        .note(
            "what is said for all calls to a system stands in no loop: give a call in one a handler of its "
            "own");
  ExprPtr value = expressions_.check(node.value, expected,
                                     {collected ? collected->span : Span{}, "the first one yields this"});
  if (collected) {
    collected->any = true;
    if (collected->type == abi::kNoType && !is_invalid(*value)) {
      collected->type = value->type;
      collected->span = value->span;
    }
  }
  if (context_.types.holds_ratio(value->type)) {
    context_.emit(DiagnosticKind::RatioStored, value->span, {"a collected list"})
        .note("round it: `round ... to 4 places half even`");
  }
  return make(tree.span, Yield{std::move(value)});
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::SkipStmt&) {
  return make(tree.span, Skip{});
}

}  // namespace endcap::sema
