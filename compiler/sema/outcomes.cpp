// `finish` and `fail`: a workflow's outcomes, each with the same record wherever it stands.
#include <algorithm>

#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

std::optional<uint32_t> WorkflowChecker::outcome(const ast::Name& name, TypeId record, bool failure) {
  auto& outcomes = out().outcomes;
  const auto first = outcomes_.try_emplace(name.text, name.span).first;
  auto found = std::ranges::find(outcomes, name.text, &abi::Outcome::name);
  if (found == outcomes.end())
    found = outcomes.insert(found, {.name = name.text, .record = record, .failure = failure});
  if (found->failure != failure) {
    context_.emit(DiagnosticKind::OutcomeBoth, name.span, {name.text})
        .label(first->second, failure ? "finished with here" : "failed with here");
    return std::nullopt;
  }
  if (found->record != record) {
    context_.emit(DiagnosticKind::OutcomeDiffers, name.span, {name.text})
        .label(first->second, "given here with other values")
        .note(
            "an outcome is read by others: its values have the same names and types everywhere; name them, "
            "as in `" +
            name.text + "(id: ...)`");
    return std::nullopt;
  }
  return static_cast<uint32_t>(found - outcomes.begin());
}

std::optional<std::pair<uint32_t, ExprPtr>> WorkflowChecker::outcome(
    const ast::Name& name, const std::vector<ast::Argument>& arguments, bool failure, Span span) {
  ExprPtr record = expressions_.record_of(name.text, arguments, span);
  if (is_invalid(*record)) return std::nullopt;
  const auto index = outcome(name, record->type, failure);
  if (!index) return std::nullopt;
  return std::pair{*index, std::move(record)};
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::FinishStmt& node) {
  auto result = outcome(node.outcome, node.arguments, false, tree.span);
  if (!result) return std::nullopt;
  return make(tree.span, Finish{result->first, std::move(result->second)});
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::FailStmt& node) {
  auto result = outcome(node.outcome, node.arguments, true, tree.span);
  if (!result) return std::nullopt;
  return make(tree.span, Fail{result->first, std::move(result->second), node.undo});
}

}  // namespace endcap::sema
