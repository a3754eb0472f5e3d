// Waiting for a moment and for an event.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::WaitUntilStmt& node) {
  WaitUntil wait{.moment = moment(node.moment), .if_late = node.if_late};
  if (node.if_late == ast::WaitUntilStmt::IfLate::Missing) {
    const Span at = node.moment ? node.moment->span : tree.span;
    context_.emit(DiagnosticKind::IfLateMissing, at)
        .note(
            "say what happens when the moment has passed already: `if late continue`, `if late skip` or `if "
            "late fail OUTCOME`");
  }
  if (node.late_fail) {
    if (auto fail = statement(*node.late_fail)) wait.late_fail = std::make_unique<Stmt>(std::move(*fail));
  }
  std::string identity = path("wait", tree.span);
  ++waits_;
  for (const ast::EventHandler& each : node.handlers) {
    if (auto handler = event_handler(each, true)) wait.handlers.push_back(std::move(*handler));
  }
  return make(tree.span, std::move(wait), std::move(identity));
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::WaitEventStmt& node) {
  WaitEvent wait{};
  const std::string name = node.pattern.event.text();
  const std::string what = "the wait for " + name;
  wait.within = deadline(node.within, node.pattern.event.span, what);
  std::string identity = path(node.result ? node.result->text : "event." + name, tree.span);
  ++waits_;
  // Going on without the event leaves its names without a value: then they are known to its condition alone.
  std::vector<Next> nexts;
  if (!node.result) nexts.push_back(Next::Continue);
  wait.handlers = handlers(
      node.handlers, {.what = what, .causes = {Cause::Expired}, .required = {Cause::Expired}, .nexts = nexts},
      node.pattern.event.span);
  const bool goes_on = std::ranges::any_of(
      wait.handlers, [](const Handler& handler) { return handler.next == Next::Continue; });
  if (goes_on) scope_.open("the wait for " + name + ", which goes on without it");
  const bool sound = pattern(node.pattern, node.result ? &*node.result : nullptr, wait.pattern);
  if (goes_on) scope_.close();
  if (!sound) return std::nullopt;
  if (node.result && leaving_) leaving_->push_back(wait.pattern.record);
  return make(tree.span, std::move(wait), std::move(identity));
}

}  // namespace endcap::sema
