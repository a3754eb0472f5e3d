// `ask`: a question to an advisor, and what counts when it has no good answer.
#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::AskStmt&) {
  context_.emit(DiagnosticKind::AdviceUnused, tree.span)
      .note("name what it gives: `let NAME = ask ... or else ...`");
  return std::nullopt;
}

WorkflowChecker::Made WorkflowChecker::ask(const ast::Stmt& tree, const ast::Ask& node,
                                           const ast::LetStmt& let) {
  const std::string name = node.call.operation.text();
  const Symbol* symbol =
      require_symbol(context_, module_, name, node.call.operation.span, SymbolKind::Advisor);
  if (!symbol) {
    for (const ast::Argument& argument : node.call.arguments) expressions_.check(argument.value);
    if (node.alternative) expressions_.check(node.alternative);
    scope_.declare(let.name, abi::kNoType);
    return std::nullopt;
  }
  const AdvisorInfo& info = context_.advisors[symbol->index];
  const abi::Advisor& advisor = context_.program.abi.advisors[symbol->index];
  Ask ask{.local = {}, .advisor = symbol->index, .inputs = {}, .alternative = {}};
  ask.inputs = make_expr(node.call.span, advisor.inputs,
                         MakeRecord{expressions_.arguments(name, node.call.span, node.call.arguments,
                                                           info.parameters, symbol->span)});
  if (node.alternative && advisor.output == abi::kNoType) {
    ask.alternative = invalid(tree.span);  // told where the advisor stands
  } else if (node.alternative) {
    ask.alternative = expressions_.check(
        node.alternative, advisor.output,
        {info.tree->result ? info.tree->result->span : symbol->span, name + " answers this"});
  } else {
    context_.emit(DiagnosticKind::AskWithoutAlternative, tree.span, {name})
        .note("a model may be slow, wrong or away: write `or else` and a value that counts then");
    ask.alternative = invalid(tree.span);
  }
  TypeId type = advisor.output;
  if (let.type) {
    const TypeId said = resolve_type(context_, module_, let.type.get());
    if (said != abi::kNoType && type != abi::kNoType && said != type)
      context_
          .emit(DiagnosticKind::TypeMismatch, tree.span, {context_.type_name(said), context_.type_name(type)})
          .label(let.type->span, "this is what it is said to be");
    type = said;
  }
  std::string identity = path(let.name.text, let.name.span);
  ++waits_;
  ask.local = scope_.declare(let.name, type);
  return make(tree.span, std::move(ask), std::move(identity));
}

}  // namespace endcap::sema
