// `task`: work for a person, with a deadline and what happens when it passes.
#include "compiler/sema/names.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::TaskStmt& node) {
  Task task{.name = node.name.text};
  const std::string what = "task " + node.name.text;
  const auto role = require_role(context_, module_, node.role);
  task.role = role.value_or(0);
  task.arguments = expressions_.record_of(node.name.text, node.arguments, tree.span);
  task.within = deadline(node.within, node.name.span, what);
  if (node.result) {
    context_.emit(DiagnosticKind::NotInThisRelease, node.result->span, {"task ... as"});
    scope_.declare(*node.result, abi::kNoType);
  }
  std::string identity = path("task." + node.name.text, node.name.span);
  ++waits_;
  task.handlers = handlers(node.handlers,
                           {.what = what,
                            .causes = {Cause::Expired},
                            .required = {Cause::Expired},
                            .nexts = {Next::Retry, Next::Continue}},
                           node.name.span);
  return make(tree.span, std::move(task), std::move(identity));
}

}  // namespace endcap::sema
