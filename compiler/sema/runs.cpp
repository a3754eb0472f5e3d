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

std::vector<LocalId> WorkflowChecker::run_parameters() {
  std::vector<LocalId> locals;
  for (const ast::Parameter& parameter : info().parameters())
    locals.push_back(scope_.declare(parameter.name, resolve_type(context_, module_, parameter.type.get())));
  return locals;
}

bool WorkflowChecker::run_arguments(const ast::RunStmt& node, Span span, uint32_t callee,
                                    std::vector<ExprPtr>& into) {
  for (const ast::Argument& argument : node.arguments) {
    const auto* name = argument.value ? std::get_if<ast::NameExpr>(&argument.value->node) : nullptr;
    const auto local = name ? scope_.find(name->name.text) : std::nullopt;
    if (!local || !context_.types.is(scope_[*local].type, Kind::Grant)) continue;
    context_.emit(DiagnosticKind::NotInThisRelease, argument.value->span, {"run ... with a grant"})
        .note("let the workflow that writes ask for the approval");
    return false;
  }
  const ast::WorkflowDecl& tree = *context_.workflows[callee].tree;
  std::vector<Parameter> parameters;
  for (const ast::Parameter& parameter : tree.parameters)
    parameters.push_back(
        {.name = parameter.name.text,
         .type = resolve_type(context_, context_.workflows[callee].module, parameter.type.get()),
         .span = parameter.span});
  into = expressions_.arguments(node.workflow.text(), span, node.arguments, parameters, tree.name.span);
  return std::ranges::none_of(into, [](const ExprPtr& value) { return is_invalid(*value); });
}

// A body that was sound alone is sound here too, but for the names of its waits among those of its host.
bool WorkflowChecker::run_body(const ast::RunStmt& node, std::vector<std::string> path, Run& into) {
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
  into.parameters = inner.run_parameters();
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
  if (!run_arguments(node, tree.span, run.workflow, run.arguments)) return give_up();
  const std::string leaf = node.result ? node.result->text : "run." + symbol->name;
  std::string identity = path(leaf, tree.span);
  ++waits_;
  std::vector<std::string> inner = path_;
  inner.push_back(leaf);
  if (!run_body(node, std::move(inner), run) || !run_handlers(node, run)) return give_up();
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
