// `run`: another workflow as a part of this one. Its body is checked once more, over the locals of the
// workflow that runs it, so that what follows (advice, undos, lowering) sees what it is given.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

constexpr uint64_t kRunStatementsMax = 2'000;  // of one workflow: each `run` is code of its own
constexpr uint32_t kRunDepthMax = 16;

void tell_cycle(Context& context, uint32_t index, Span use) {
  const auto name = [&](uint32_t each) { return context.workflows[each].name().text; };
  std::string round;
  bool inside = false;
  for (const uint32_t each : context.visiting) {
    inside = inside || each == index;
    if (inside) round += name(each) + " -> ";
  }
  context.emit(DiagnosticKind::WorkflowCycle, use, {name(index), round + name(index)})
      .label(context.workflows[index].name().span, "declared here")
      .note("nothing runs without end: what must happen again is a loop");
}

// Whether the argument was taken for a parameter that wants a grant.
template <typename Moved>
bool is_grant_for(const ast::RunStmt& node, size_t index, const ast::WorkflowDecl& callee,
                  const Moved& moved) {
  const ast::Argument& argument = node.arguments[index];
  if (argument.name) return moved.contains(argument.name->text);
  return index < callee.parameters.size() &&
         callee.parameters[index].type->form == ast::TypeRef::Form::GrantOf;
}

bool is_handled(const Run& run, uint32_t outcome) {
  return std::ranges::find(run.handlers, outcome, &Handler::rejection) != run.handlers.end();
}

}  // namespace

bool require_workflow(Context& context, uint32_t index, Span use) {
  using State = WorkflowInfo::State;
  if (context.workflows[index].state == State::Visiting) {
    tell_cycle(context, index, use);
    return false;
  }
  if (context.workflows[index].state == State::Fresh) {
    if (context.visiting.size() >= kDeclarationDepthMax) {
      context.emit(DiagnosticKind::NestedTooDeep, use, {std::to_string(kRunDepthMax)})
          .note("workflows run workflows in a long chain");
      return false;
    }
    context.workflows[index].state = State::Visiting;
    context.visiting.push_back(index);
    const size_t errors = context.diagnostics.error_count();
    WorkflowChecker(context, index).run();
    context.visiting.pop_back();
    context.workflows[index].state = State::Done;
    context.workflows[index].sound = context.diagnostics.error_count() == errors;
  }
  return context.workflows[index].sound;
}

WorkflowChecker::WorkflowChecker(WorkflowChecker& host, uint32_t index, std::vector<std::string> path)
    : context_(host.context_),
      index_(index),
      module_(context_.workflows[index].module),
      locals_(host.locals_),
      scope_(context_, locals_),
      expressions_(context_, module_, scope_),
      path_(std::move(path)),
      paths_(host.paths_),
      nesting_(1) {
  expressions_.mention = [this](LocalId local, Span span) { note_mention(local, span); };
}

// Of what is a value; a grant is known under its parameter's name.
std::vector<LocalId> WorkflowChecker::run_parameters(const MovedGrants& moved) {
  std::vector<LocalId> locals;
  for (const ast::Parameter& parameter : info().parameters()) {
    if (const auto given = moved.find(parameter.name.text); given != moved.end()) {
      scope_.call(parameter.name.text, given->second.grant);
      continue;
    }
    locals.push_back(scope_.declare(parameter.name, resolve_type(context_, module_, parameter.type.get())));
  }
  moved_ = moved;
  return locals;
}

bool WorkflowChecker::run_arguments(const ast::RunStmt& node, Span span, Run& into, MovedGrants& moved) {
  const ast::WorkflowDecl& tree = *context_.workflows[into.workflow].tree;
  WorkflowChecker callee(*this, into.workflow, path_);
  std::vector<Parameter> parameters;
  for (const ast::Parameter& each : tree.parameters) {
    Parameter& parameter = parameters.emplace_back(Parameter{.name = each.name.text, .span = each.span});
    if (each.type->form != ast::TypeRef::Form::GrantOf) {
      parameter.type = resolve_type(context_, callee.module_, each.type.get());
      continue;
    }
    parameter.type = context_.types.simple(Kind::Grant);
    const auto wanted = callee.grant_parameter(each);
    if (!wanted) return false;
    parameter.take = [&, name = each.name.text, wanted = *wanted](const ast::Argument& argument) {
      return take_grant(node, argument, name, wanted, into, moved);
    };
  }
  std::vector<ExprPtr> given =
      expressions_.arguments(node.workflow.text(), span, node.arguments, parameters, tree.name.span);
  bool sound = true;
  for (size_t i = 0; i < node.targets.size(); ++i) {
    if (!node.targets[i] || is_grant_for(node, i, tree, moved)) continue;
    context_.emit(DiagnosticKind::GrantDoesNotFit, node.arguments[i].value->span, {"this", "what is written"})
        .note("only a grant is given `for` one element");
    sound = false;
  }
  std::vector<ExprPtr> values;
  for (size_t i = 0; i < given.size(); ++i) {
    sound = sound && !is_invalid(*given[i]);
    if (!parameters[i].take) values.push_back(std::move(given[i]));
  }
  // Elements that grants are given for come behind what has a name.
  std::ranges::move(into.arguments, std::back_inserter(values));
  into.arguments = std::move(values);
  return sound;
}

// A body that was sound alone is sound here too, but for the names of its waits among those of its host.
bool WorkflowChecker::run_body(const ast::RunStmt& node, std::vector<std::string> path,
                               const MovedGrants& moved, Run& into) {
  const WorkflowInfo& run = context_.workflows[into.workflow];
  Workflow& here = workflow();
  here.height = std::max(here.height, context_.program.workflows[into.workflow].height + 1);
  statements_ += run.statements;
  if (here.height > kRunDepthMax || statements_ > kRunStatementsMax) {
    const bool deep = here.height > kRunDepthMax;
    if (deep) {
      context_.emit(DiagnosticKind::NestedTooDeep, node.workflow.span, {std::to_string(kRunDepthMax)})
          .note("workflows run workflows in a long chain");
    } else {
      context_
          .emit(DiagnosticKind::RunTooLarge, node.workflow.span,
                {info().name().text, std::to_string(kRunStatementsMax)})
          .note("what is run twice counts twice: start large parts by a key of their own");
    }
    return false;
  }
  const size_t told = context_.diagnostics.all().size(), errors = context_.diagnostics.error_count();
  WorkflowChecker inner(*this, into.workflow, std::move(path));
  std::vector<LocalId> parameters = inner.run_parameters(moved);
  std::ranges::copy(into.parameters, std::back_inserter(parameters));
  into.parameters = std::move(parameters);
  into.body = inner.statements(inner.info().tree->body);
  if (context_.diagnostics.error_count() != errors) return false;
  context_.diagnostics.forget_beyond(told);
  return true;
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::RunStmt& node) {
  Run run{};
  const auto give_up = [&]() -> Made {
    if (node.result) bind_leaving(*node.result, abi::kNoType);
    return std::nullopt;
  };
  const Symbol* symbol =
      require_symbol(context_, module_, node.workflow.text(), node.workflow.span, SymbolKind::Workflow);
  if (!symbol) return give_up();
  run.workflow = symbol->index;
  run.name = symbol->name;
  context_.workflows[run.workflow].is_run = true;
  if (!require_workflow(context_, run.workflow, node.workflow.span)) return give_up();
  MovedGrants moved;
  if (!run_arguments(node, tree.span, run, moved)) return give_up();
  const std::string leaf = node.result ? node.result->text : "run." + symbol->name;
  std::string identity = path(leaf, tree.span);
  ++waits_;
  std::vector<std::string> inner = path_;
  inner.push_back(leaf);
  if (!run_body(node, std::move(inner), moved, run) || !run_handlers(node, run)) return give_up();
  if (!run_result(node, run)) return give_up();
  return make(tree.span, std::move(run), std::move(identity));
}

// ---------------------------------------------------------------- what it ended in

bool WorkflowChecker::run_handlers(const ast::RunStmt& node, Run& into) {
  const abi::Workflow& callee = context_.program.abi.workflows[into.workflow];
  std::vector<std::string> names;
  for (const abi::Outcome& outcome : callee.outcomes) names.push_back(outcome.name);
  Site site{.what = "the run of " + node.workflow.text(),
            .rejections = &names,
            .declared = context_.workflows[into.workflow].tree->name.span,
            .outcomes = &callee.outcomes};
  // Going on without a result would leave its name without a value.
  if (!node.result) site.nexts.push_back(Next::Continue);
  into.handlers = handlers(node.handlers, site, node.workflow.span);
  bool sound = true;
  for (uint32_t i = 0; i < callee.outcomes.size(); ++i) {
    if (callee.outcomes[i].failure && !is_handled(into, i)) sound = pass_on(node, i, into) && sound;
  }
  return sound;
}

// A failure that nobody takes is a failure of this workflow too, by the same name and with the same values.
bool WorkflowChecker::pass_on(const ast::RunStmt& node, uint32_t index, Run& into) {
  const abi::Outcome outcome = context_.program.abi.workflows[into.workflow].outcomes[index];
  const auto own = this->outcome({outcome.name, node.workflow.span}, outcome.record, true);
  if (!own) return false;
  const LocalId record = scope_.hidden(outcome.name, outcome.record, node.workflow.span);
  Fail fail{*own, make_expr(node.workflow.span, outcome.record, LocalRef{record}), ast::FailStmt::Undo::Keep};
  auto body = std::make_shared<Block>();
  body->statements.push_back(make(node.workflow.span, std::move(fail)));
  into.handlers.push_back({.cause = Cause::Outcome,
                           .name = outcome.name,
                           .rejection = index,
                           .record = record,
                           .passed_on = true,
                           .body = std::move(body),
                           .span = node.workflow.span});
  return true;
}

bool WorkflowChecker::run_result(const ast::RunStmt& node, Run& into) {
  std::vector<std::string> left;
  const auto& outcomes = context_.program.abi.workflows[into.workflow].outcomes;
  for (uint32_t i = 0; i < outcomes.size(); ++i) {
    if (is_handled(into, i)) continue;
    left.push_back(outcomes[i].name);
    into.result_outcome = i;
  }
  into.goes_on = !left.empty();
  if (!node.result) return true;
  if (left.size() != 1) {
    auto& diagnostic = context_.emit(DiagnosticKind::RunResultUnclear, node.result->span,
                                     {node.result->text, node.workflow.text(),
                                      left.empty() ? "nothing" : fmt::format("{}", fmt::join(left, " or "))});
    if (left.empty())
      diagnostic.note("leave `as` out");
    else
      diagnostic.note("take all but one of them in `on NAME(...) { ... }`");
    return false;
  }
  into.result = bind_leaving(*node.result, outcomes[into.result_outcome].record);
  return true;
}

}  // namespace endcap::sema
