// When a step is due, and steps that stand until a moment.
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

// What a handler of a late step may do: it runs beside the step, so it tells and asks, and leaves writing to
// it.
bool handlers_tell(const std::vector<ast::Handler>& handlers, Span& other) {
  for (const ast::Handler& handler : handlers) {
    if (!only_tells(handler.body, other)) return false;
  }
  return true;
}

bool statement_tells(const ast::Stmt& stmt, Span& other) {
  other = stmt.span;
  // An exception that is told has an owner of its own; an advisor that is asked only answers.
  if (const auto* raise = std::get_if<ast::RaiseStmt>(&stmt.node))
    return handlers_tell(raise->handlers, other);
  if (const auto* repeat = std::get_if<ast::RepeatStmt>(&stmt.node))
    return only_tells(repeat->body, other) && (!repeat->otherwise || only_tells(*repeat->otherwise, other));
  if (const auto* let = std::get_if<ast::LetStmt>(&stmt.node)) {
    const auto* read = std::get_if<ast::Read>(&let->value);
    return !std::holds_alternative<ast::Propose>(let->value) &&
           (!read || handlers_tell(read->handlers, other));
  }
  if (const auto* notify = std::get_if<ast::NotifyStmt>(&stmt.node))
    return handlers_tell(notify->handlers, other);
  if (const auto* task = std::get_if<ast::TaskStmt>(&stmt.node)) return handlers_tell(task->handlers, other);
  if (const auto* when = std::get_if<ast::WhenStmt>(&stmt.node)) {
    for (const auto& arm : when->arms) {
      if (!only_tells(arm.body, other)) return false;
    }
    return !when->otherwise || only_tells(*when->otherwise, other);
  }
  if (const auto* match = std::get_if<ast::MatchStmt>(&stmt.node)) {
    for (const auto& arm : match->arms) {
      if (!only_tells(arm.body, other)) return false;
    }
    return true;
  }
  return std::holds_alternative<ast::FinishStmt>(stmt.node) ||
         std::holds_alternative<ast::FailStmt>(stmt.node) ||
         std::holds_alternative<ast::SkipStmt>(stmt.node) ||
         std::holds_alternative<ast::AgainStmt>(stmt.node) ||
         std::holds_alternative<ast::ErrorStmt>(stmt.node) ||
         std::holds_alternative<ast::AskStmt>(stmt.node) || std::holds_alternative<ast::ReadStmt>(stmt.node);
}

}  // namespace

bool only_tells(const ast::Block& block, Span& other) {
  for (const ast::Stmt& stmt : block.statements) {
    if (!statement_tells(stmt, other)) return false;
  }
  return true;
}

// Beside the step, on copies of what it uses, like a handler of `throughout`.
std::optional<Block> WorkflowChecker::late_handler(const std::vector<ast::Handler>& trees) {
  std::optional<Block> late;
  for (const ast::Handler& tree : trees) {
    for (const ast::Name& cause : tree.causes) {
      if (cause.text == "late" && !late) continue;
      context_
          .emit(cause.text == "late" ? DiagnosticKind::CauseTwice : DiagnosticKind::UnknownCause, cause.span,
                cause.text == "late" ? std::vector<std::string>{"late"}
                                     : std::vector<std::string>{"a step that is due", cause.text})
          .note("a step that is not over when it is due is late: `on late { ... }`");
      return late;
    }
    if (Span other; !only_tells(tree.body, other))
      context_.emit(DiagnosticKind::LateHandlerActs, other)
          .note(
              "give somebody a `task`, `notify`, `raise`, or end the workflow; what is written stands in the "
              "step "
              "itself");
    if (tree.end) refuse_end(*tree.end, "when a step is late: the step goes on by itself");
    const size_t machine = machine_++;
    Rounds* const rounds = std::exchange(rounds_, nullptr);
    const bool beside = std::exchange(beside_late_step_, true);
    const Inside inside(*this, "late");
    late = block(tree.body, "`on late`");
    beside_late_step_ = beside;
    rounds_ = rounds;
    machine_ = machine;
  }
  return late;
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::DueStmt& node) {
  if (step_head_ != &tree)
    context_.emit(DiagnosticKind::DueNotAtHead, tree.span)
        .note("it says when the whole step is due: put it before the step's first statement");
  Due due{.moment = moment(node.moment), .late = std::nullopt};
  std::string identity = path("due", tree.span);
  ++waits_;
  due.late = late_handler(node.handlers);
  return make(tree.span, std::move(due), std::move(identity));
}

// A branch of its own, so that what it hears ends with it: handlers run beside it like those of `throughout`,
// but for those that move its end.
WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::StepUntilStmt& node) {
  name_step(node.name);
  const Inside inside(*this, node.name.text);
  Together::Branch branch{"until", {{}, tree.span}, tree.span};
  std::string together = path("together", tree.span), throughout = path("throughout", tree.span);
  WaitUntil wait{.moment = nullptr, .if_late = ast::WaitUntilStmt::IfLate::Continue};
  Throughout events;
  ++waits_;
  std::vector<LocalId>* const outside = std::exchange(leaving_, nullptr);
  scope_.open("step " + node.name.text);
  ++nesting_;
  const size_t machine = std::exchange(machine_, locals_.size() + 2);
  wait.moment = moment(node.until);
  std::string waits = path("wait", tree.span);
  for (const ast::EventHandler& each : node.handlers) {
    using End = ast::HandlerEnd::Form;
    const bool moves = each.end && (each.end->form == End::WaitUntil || each.end->form == End::Continue);
    const Inside component(*this, (moves ? "until." : "throughout.") + each.pattern.event.text());
    auto handler = event_handler(each, moves);
    if (handler) (moves ? wait.handlers : events.handlers).push_back(std::move(*handler));
  }
  machine_ = machine;
  --nesting_;
  scope_.close();
  leaving_ = outside;
  ++waits_;
  if (!events.handlers.empty())
    branch.body.statements.push_back(make(tree.span, std::move(events), std::move(throughout)));
  branch.body.statements.push_back(make(tree.span, std::move(wait), std::move(waits)));
  Together scope;
  scope.branches.push_back(std::move(branch));
  Step step{node.name.text, {{}, tree.span}};
  step.body.statements.push_back(make(tree.span, std::move(scope), std::move(together)));
  return make(tree.span, std::move(step));
}

}  // namespace endcap::sema
