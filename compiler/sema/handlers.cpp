// `on rejected, expired { ... then skip }`: causes by name, and how it goes on.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

struct NamedCause {
  std::string_view name;
  Cause cause;
};
constexpr std::array kCauses{
    NamedCause{"rejected", Cause::Rejected},  NamedCause{"unavailable", Cause::Unavailable},
    NamedCause{"invalid", Cause::Invalid},    NamedCause{"expired", Cause::Expired},
    NamedCause{"changed", Cause::Changed},    NamedCause{"refused", Cause::Refused},
    NamedCause{"countered", Cause::Countered}};

std::string_view name_of(Cause cause) {
  for (const NamedCause& known : kCauses) {
    if (known.cause == cause) return known.name;
  }
  return "a rejection";
}

std::string_view sentence(Cause cause) {
  switch (cause) {
    case Cause::Rejected:
      return "when somebody says no";
    case Cause::Expired:
      return "when nobody answers in time";
    case Cause::Changed:
      return "when its facts change after the approval";
    case Cause::Refused:
      return "when somebody refuses a line of it";
    case Cause::Countered:
      return "when somebody offers something else";
    default:
      return "then";
  }
}

std::string_view name_of(ast::HandlerEnd::Form form) {
  switch (form) {
    case ast::HandlerEnd::Form::Retry:
      return "then retry";
    case ast::HandlerEnd::Form::Skip:
      return "then skip";
    case ast::HandlerEnd::Form::Continue:
      return "then continue";
    case ast::HandlerEnd::Form::AskAgain:
      return "then ask again";
    case ast::HandlerEnd::Form::WaitUntil:
      return "then wait until";
    case ast::HandlerEnd::Form::Again:
      return "then again";
  }
  return "then";
}

std::string_view name_of(Next next) {
  if (next == Next::Retry) return "then retry";
  if (next == Next::AskAgain) return "then ask again";
  return "then continue";
}

// Asking or trying again without end when nobody answers would be a wait without an end.
bool ends_a_wait(Next next, Cause cause) {
  if (next == Next::AskAgain) return cause == Cause::Changed;
  const bool for_good = cause == Cause::Expired || cause == Cause::Changed || cause == Cause::Refused;
  return next != Next::Retry || !for_good;
}

// What is refused is left out, and whatever comes behind its write goes on.
bool goes_on_without(Next next, Cause cause) { return next == Next::Continue && cause == Cause::Refused; }

// Whether the policy lets some case through with nobody asked.
bool permits(const abi::Policy& policy) {
  return std::ranges::any_of(policy.rows, [](const abi::PolicyRow& row) {
    return row.verdict == abi::PolicyRow::Verdict::Permit ||
           row.verdict == abi::PolicyRow::Verdict::PermitAdvice;
  });
}

// Whether somebody is asked on the way, and it ends otherwise when nobody answers.
bool asks_somebody(const Block& body, const abi::Program& program) {
  return std::ranges::any_of(body.statements, [&](const Stmt& stmt) {
    if (const auto* step = std::get_if<Step>(&stmt.node)) return asks_somebody(step->body, program);
    if (const auto* approve = std::get_if<Approve>(&stmt.node))
      return !approve->policy.valid() || !permits(program.policies[approve->policy.index]);
    const std::vector<Handler>* handlers = nullptr;
    if (const auto* task = std::get_if<Task>(&stmt.node)) handlers = &task->handlers;
    if (const auto* raise = std::get_if<Raise>(&stmt.node); raise && raise->waits)
      handlers = &raise->handlers;
    if (const auto* wait = std::get_if<WaitEvent>(&stmt.node)) handlers = &wait->handlers;
    return handlers && std::ranges::none_of(*handlers, [](const Handler& handler) {
             return handler.next == Next::Continue || handler.next == Next::Retry;
           });
  });
}

Next next_of(ast::HandlerEnd::Form form) {
  switch (form) {
    case ast::HandlerEnd::Form::Retry:
      return Next::Retry;
    case ast::HandlerEnd::Form::Skip:
      return Next::Skip;
    case ast::HandlerEnd::Form::Continue:
      return Next::Continue;
    case ast::HandlerEnd::Form::AskAgain:
      return Next::AskAgain;
    case ast::HandlerEnd::Form::WaitUntil:
      return Next::WaitUntil;
    case ast::HandlerEnd::Form::Again:
      return Next::Again;
  }
  return Next::FallOut;
}

}  // namespace

std::optional<std::pair<Cause, uint32_t>> WorkflowChecker::cause(const ast::Name& name, const Site& site) {
  std::vector<std::string> candidates;
  for (const NamedCause& known : kCauses) {
    if (std::ranges::find(site.causes, known.cause) == site.causes.end()) continue;
    if (known.name == name.text) return std::pair{known.cause, 0u};
    candidates.emplace_back(known.name);
  }
  if (site.rejections) {
    for (uint32_t i = 0; i < site.rejections->size(); ++i) {
      if ((*site.rejections)[i] == name.text)
        return std::pair{site.outcomes ? Cause::Outcome : Cause::Rejection, i};
    }
    std::ranges::copy(*site.rejections, std::back_inserter(candidates));
  }
  if (name.text == "refused" && site.decided_as_a_whole) {
    context_.emit(DiagnosticKind::RefusedWithoutByLine, name.span, {site.what})
        .note("let people decide line by line: say `by line` in it");
    return std::nullopt;
  }
  if (name.text == "countered" && site.takes_no_offer) {
    context_.emit(DiagnosticKind::CounteredWithoutForm, name.span, {site.what})
        .note("say what can be offered: `counter` and a record, in the braces of the approval");
    return std::nullopt;
  }
  auto& diagnostic = context_.emit(DiagnosticKind::UnknownCause, name.span, {site.what, name.text});
  if (site.declared.valid())
    diagnostic.label(site.declared,
                     site.outcomes ? "the workflow is declared here" : "its rejections are declared here");
  if (candidates.empty()) {
    diagnostic.note("nothing can go wrong here that a handler could hear of");
  } else {
    diagnostic.note(fmt::format("it can end in {}", fmt::join(candidates, ", ")));
  }
  with_suggestion(diagnostic, name.span, name.text, candidates);
  return std::nullopt;
}

Diagnostic& WorkflowChecker::refuse_end(const ast::HandlerEnd& end, const std::string& where) {
  return context_.emit(DiagnosticKind::HandlerEndNotHere, end.span, {std::string(name_of(end.form)), where});
}

// How a handler may go on, as one writes it.
std::string WorkflowChecker::ends_of(const Site& site, Cause cause) {
  std::string all;
  for (const Next next : site.nexts) {
    if (ends_a_wait(next, cause)) all += fmt::format("`{}`, ", name_of(next));
  }
  if (cause == Cause::Refused) all += "`then continue`, ";
  return all + "`then skip` (inside a `for each`), `fail` or `finish`";
}

Next WorkflowChecker::next(const std::optional<ast::HandlerEnd>& end, const Site& site, Cause cause,
                           ExprPtr& value) {
  if (!end) return Next::FallOut;
  const Next next = next_of(end->form);
  if (next == Next::Again) return can_say_again(end->span) ? next : Next::FallOut;
  const bool meant = next == Next::Skip || goes_on_without(next, cause) ||
                     (ends_a_wait(next, cause) && std::ranges::find(site.nexts, next) != site.nexts.end());
  if (!meant) {
    const std::string ended =
        cause == Cause::Outcome ? "one of its outcomes" : fmt::format("`{}`", name_of(cause));
    refuse_end(*end, fmt::format("when {} ends in {}", site.what, ended))
        .note("here a handler ends in " + ends_of(site, cause));
    return Next::FallOut;
  }
  if (next != Next::Continue) return next;
  if (end->value && site.result == abi::kNoType) {
    expressions_.check(end->value);
    refuse_end(*end, fmt::format("with a value: {} gives none", site.what));
  } else if (end->value) {
    value = expressions_.check(end->value, site.result, {});
  } else if (site.result != abi::kNoType) {
    context_.emit(DiagnosticKind::ContinueWithout, end->span, {site.what, context_.type_name(site.result)});
  }
  return next;
}

void WorkflowChecker::require_an_end(const std::optional<ast::HandlerEnd>& end, Next next, const Site& site,
                                     const Block& body) {
  if (next != Next::Retry || site.ends_by_itself || asks_somebody(body, context_.program.abi)) return;
  context_.emit(DiagnosticKind::RetryWithoutEnd, end->span, {site.what})
      .note(
          "the connector has tried for as long as endcap.toml says: put it into `repeat up to 3 times` and "
          "say `then again`, or give somebody a task here whose `on expired` ends it");
}

// `on TooDear(price)`: the values that the workflow ended with, or that were offered, by their names; of a
// rejection its reason.
void WorkflowChecker::bind_values(const ast::Handler& tree, const Site& site,
                                  const std::vector<std::pair<Cause, uint32_t>>& causes, Handler& into) {
  if (tree.bindings.empty()) return;
  const auto any = [&](Cause cause) {
    return std::ranges::any_of(causes, [&](const auto& each) { return each.first == cause; });
  };
  const bool offers = any(Cause::Countered);
  const bool rejects = any(Cause::Rejected) && site.rejected != abi::kNoType;
  if ((!site.outcomes && !offers && !rejects) || tree.causes.size() != 1) {
    const char* const why =
        site.outcomes || offers || rejects ? "each of its causes has values of its own"
        : any(Cause::Rejected)
            ? "a rejection has some where the approval says `reason for rejection` and what is a reason"
            : "only a workflow that was `run` and an approval that is countered have some";
    context_.emit(DiagnosticKind::BindingNotHere, tree.bindings.front().name.span, {why});
  }
  std::string name;
  TypeId record = abi::kNoType;
  if (causes.size() == 1 && (offers || rejects)) {
    record = offers ? site.offered : site.rejected;
    if (record != abi::kNoType) name = context_.type_name(record);
  } else if (causes.size() == 1 && site.outcomes && causes.front().first == Cause::Outcome) {
    const abi::Outcome& outcome = (*site.outcomes)[causes.front().second];
    record = outcome.record, name = outcome.name;
  }
  const bool known = record != abi::kNoType;
  if (known) into.record = scope_.hidden(name, record, tree.span);
  for (const ast::Binding& binding : tree.bindings) {
    const ast::Name& field = binding.field ? *binding.field : binding.name;
    std::vector<std::string> names;
    if (known) {
      for (const abi::Field& each : context_.types[record].fields) names.push_back(each.name);
    }
    const auto found = std::ranges::find(names, field.text);
    if (found == names.end()) {
      if (known)
        with_suggestion(context_.emit(DiagnosticKind::UnknownField, field.span, {name, field.text}),
                        field.span, field.text, names);
      scope_.declare(binding.name, abi::kNoType);
      continue;
    }
    const auto index = static_cast<uint32_t>(found - names.begin());
    const TypeId type = context_.types[record].fields[index].type;
    into.bindings.emplace_back(scope_.declare(binding.name, type), index);
  }
}

void WorkflowChecker::handler(const ast::Handler& tree, const Site& site, std::vector<Handler>& into) {
  std::vector<std::pair<Cause, uint32_t>> causes;
  for (const ast::Name& name : tree.causes) {
    const auto found = cause(name, site);
    if (!found) continue;
    const auto same = std::ranges::find_if(into, [&](const Handler& known) {
      return known.cause == found->first && known.rejection == found->second;
    });
    if (same != into.end()) {
      context_.emit(DiagnosticKind::CauseTwice, name.span, {name.text})
          .label(same->span, "handled here already");
      continue;
    }
    if (std::ranges::find(causes, *found) != causes.end()) {
      context_.emit(DiagnosticKind::CauseTwice, name.span, {name.text});
      continue;
    }
    causes.push_back(*found);
  }
  std::vector<LocalId>* const outside = std::exchange(leaving_, nullptr);
  scope_.open("the handler");
  ++nesting_;
  Handler bound{};
  bind_values(tree, site, causes, bound);
  auto body = std::make_shared<Block>(statements(tree.body));
  ExprPtr value;
  Next goes_on = Next::FallOut;
  bool first = true;
  for (const auto& [each, rejection] : causes) {
    ExprPtr ignored;
    if (first)
      goes_on = next(tree.end, site, each, value);
    else if (tree.end && (tree.end->form == ast::HandlerEnd::Form::AskAgain ||
                          tree.end->form == ast::HandlerEnd::Form::Retry ||
                          goes_on_without(goes_on, causes.front().first)))
      next(tree.end, site, each, ignored);
    first = false;
  }
  require_an_end(tree.end, goes_on, site, *body);
  --nesting_;
  scope_.close();
  leaving_ = outside;
  const std::shared_ptr<Expr> shared = std::move(value);
  for (const auto& [each, rejection] : causes) {
    const bool listed = each == Cause::Rejection || each == Cause::Outcome;
    std::string name = listed ? site.rejections->at(rejection) : std::string(name_of(each));
    into.push_back({.cause = each,
                    .name = std::move(name),
                    .rejection = rejection,
                    .record = bound.record,
                    .bindings = bound.bindings,
                    .body = body,
                    .next = goes_on,
                    .value = shared,
                    .span = tree.span});
  }
}

std::vector<Handler> WorkflowChecker::handlers(const std::vector<ast::Handler>& trees, const Site& site,
                                               Span span) {
  std::vector<Handler> result;
  for (const ast::Handler& tree : trees) handler(tree, site, result);
  if (site.system) fall_back(site, span, result);
  for (Cause cause : site.required) {
    if (std::ranges::find(result, cause, &Handler::cause) != result.end()) continue;
    const std::string name(name_of(cause));
    context_.emit(DiagnosticKind::PathMissing, span, {site.what, std::string(sentence(cause))})
        .note(fmt::format("add `on {} {{ ... }}`", name));
  }
  return result;
}

}  // namespace endcap::sema
