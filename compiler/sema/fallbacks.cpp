// `on unavailable of erp { ... }` in `throughout`: what happens when a system fails, said once. It is looked
// at at every call to the system that has no handler of its own, as if it stood there, but knows only what is
// known where it is written.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/systems.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

constexpr uint64_t kFallbackStatementsMax = 2'000;  // of one workflow, at all of its calls

std::string_view name_of_fault(Cause cause) { return cause == Cause::Invalid ? "invalid" : "unavailable"; }

std::string joined(const std::vector<ast::Name>& names) {
  std::string text;
  for (const ast::Name& name : names) text += (text.empty() ? "" : ", ") + name.text;
  return text;
}

}  // namespace

std::shared_ptr<const Fallback> WorkflowChecker::say_for_all(const ast::Fallback& tree) {
  SaidForAll said{.tree = &tree, .of = {}, .from = scope_.here(), .drawn = std::make_shared<Fallback>()};
  said.drawn->when = joined(tree.causes) + " of " + joined(tree.systems);
  const Site any{.what = "a call to a system", .causes = {Cause::Unavailable, Cause::Invalid}};
  std::vector<Cause> causes;
  for (const ast::Name& name : tree.causes) {
    if (const auto found = cause(name, any)) causes.push_back(found->first);
  }
  for (const ast::Name& name : tree.systems) {
    const SystemConfig* const system = require_system(context_, module_, name);
    for (size_t i = 0; system && i < causes.size(); ++i) {
      const std::pair part{causes[i], system};
      const auto same = std::ranges::find_if(said_for_all_, [&](const SaidForAll& other) {
        return std::ranges::find(other.of, part) != other.of.end();
      });
      const bool here = std::ranges::find(said.of, part) != said.of.end();
      if (!here && same == said_for_all_.end()) {
        said.of.push_back(part);
        continue;
      }
      auto& diagnostic = context_.emit(DiagnosticKind::CauseTwice, name.span,
                                       {fmt::format("{} of {}", name_of_fault(causes[i]), name.text)});
      if (!here) diagnostic.label(same->tree->span, "said here already");
    }
  }
  said_for_all_.push_back(std::move(said));
  return said_for_all_.back().drawn;
}

void WorkflowChecker::fall_back(const Site& site, Span call, std::vector<Handler>& into) {
  if (falling_back_) return;
  for (SaidForAll& said : said_for_all_) {
    for (const auto& part : said.of) {
      const auto& [cause, system] = part;
      if (system != site.system || std::ranges::find(into, cause, &Handler::cause) != into.end()) continue;
      said.used.insert(part);
      if (fallback_statements_ > kFallbackStatementsMax) continue;  // told below
      into.push_back(stand_at(said, cause, site, call));
    }
  }
}

Handler WorkflowChecker::stand_at(SaidForAll& said, Cause cause, const Site& site, Span call) {
  const ast::Fallback& tree = *said.tree;
  const size_t told = context_.diagnostics.all().size();
  const uint64_t statements_before = statements_;
  Handler handler{.cause = cause, .name = std::string(name_of_fault(cause)), .span = tree.span, .call = call};
  fits_there(tree);
  auto body = std::make_shared<Block>(body_at(said, cause, site, handler));
  fallback_statements_ += statements_ - statements_before;
  if (fallback_statements_ > kFallbackStatementsMax)
    context_
        .emit(DiagnosticKind::FallbacksTooLarge, tree.causes.front().span,
              {info().name().text, std::to_string(kFallbackStatementsMax)})
        .note("let it give a task or raise an exception, and do the rest where that is answered");
  context_.diagnostics.label_beyond(told, call, "for this call");
  handler.body = body;
  if (said.times++ == 0) said.drawn->body = body, said.drawn->next = handler.next;
  return handler;
}

Block WorkflowChecker::body_at(SaidForAll& said, Cause cause, const Site& site, Handler& into) {
  // What only some calls know, it can't use.
  std::map<std::string, std::string> elsewhere;
  for (const std::string& name : scope_.names())
    elsewhere[name] = fmt::format(
        "`{}` is known at this call: what is said for all of them knows what stands before it, and a call "
        "that "
        "needs more has a handler of its own",
        name);
  Scope::Place there = scope_.go(said.from);
  for (const std::string& name : scope_.names()) elsewhere.erase(name);
  scope_.offer(std::move(elsewhere));
  for (const std::string& step : said.steps) steps_.erase(step);
  const std::map<std::string, Span> other_steps = steps_;
  const auto leaving = std::exchange(leaving_, nullptr);
  const auto rounds = std::exchange(rounds_, nullptr);
  const auto collecting = std::exchange(collecting_, {});
  const auto step_head = std::exchange(step_head_, nullptr);
  falling_back_ = true;
  scope_.open("the handler");
  ++nesting_;
  Block body;
  {
    const Inside of_call(*this, site.leaf), of_cause(*this, into.name);
    into.call_prefix = path_to("").size();
    body = statements(said.tree->body);
  }
  ExprPtr none;
  if (can_go_on_so(*said.tree, site)) into.next = next(said.tree->end, site, cause, none);
  require_an_end(said.tree->end, into.next, site, body);
  --nesting_;
  scope_.close();
  falling_back_ = false;
  step_head_ = step_head;
  collecting_ = collecting;
  rounds_ = rounds;
  leaving_ = leaving;
  for (const auto& [step, span] : steps_) {
    if (!other_steps.contains(step)) said.steps.insert(step);
  }
  scope_.go(std::move(there));
  return body;
}

// What is looked at where a loop or a handler stands is looked at here for what it comes to have inside.
void WorkflowChecker::fits_there(const ast::Fallback& tree) {
  if (Span other; beside_late_step_ && !only_tells(tree.body, other))
    context_.emit(DiagnosticKind::LateHandlerActs, other)
        .note("`on late` calls the system: give that call a handler of its own");
  const ast::Stmt* const beside = tolerated_ ? branching(tree.body) : nullptr;
  if (beside)
    context_.emit(DiagnosticKind::ToleratedBranches, beside->span)
        .label(*tolerated_, "an element of this loop may fail alone");
}

// Each call gives something else, so that nothing could be given in the place of all.
bool WorkflowChecker::can_go_on_so(const ast::Fallback& tree, const Site& site) {
  if (!tree.end || tree.end->form != ast::HandlerEnd::Form::Continue) return true;
  if (!tree.end->value && site.result == abi::kNoType) return true;
  refuse_end(*tree.end, tree.end->value ? "for all calls to a system: each gives something else"
                                        : fmt::format("when {} ends so: it gives nothing then", site.what))
      .note("give the call a handler of its own: there it is `then continue with` a value");
  return false;
}

void WorkflowChecker::tell_unused(const SaidForAll& said, size_t which) {
  const auto& [cause, system] = said.of[which];
  const auto name = std::ranges::find(said.tree->systems, system->name, &ast::Name::text);
  context_
      .emit(DiagnosticKind::FallbackUnused, name->span,
            {info().name().text,
             fmt::format("no call to {} behind it leaves `{}` unsaid", system->name, name_of_fault(cause))})
      .note(
          "it is for the calls of this workflow itself, and not for those of workflows that it runs: leave "
          "out "
          "what never happens");
}

// When all calls are known. A call that has mistakes may be the one that would use it.
void WorkflowChecker::end_fallbacks(size_t errors_before) {
  const bool sound = context_.diagnostics.error_count() == errors_before;
  for (const SaidForAll& said : said_for_all_) {
    if (said.times > 1) context_.said_for_all.emplace_back(said.tree->span, said.times);
    for (size_t i = 0; sound && i < said.of.size(); ++i) {
      if (!said.used.contains(said.of[i])) tell_unused(said, i);
    }
  }
}

}  // namespace endcap::sema
