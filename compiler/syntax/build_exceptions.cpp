// Exceptions: their declaration, and where they are raised.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::ExceptionDecl Builder::exception(Parser::ExceptionDeclarationContext* tree) {
  ast::ExceptionDecl result;
  result.name = name(tree->declared);
  result.parameters = parameters(tree->parameters());
  if (tree->single != nullptr) result.key.push_back(name(tree->single));
  if (tree->names() != nullptr) result.key = names(tree->names());
  if (tree->severity != nullptr) result.severity = name(tree->severity);
  if (tree->owner != nullptr) {
    result.owner = name(tree->owner->role);
    if (tree->owner->expression() != nullptr) result.owner_scope = expression(tree->owner->expression());
  }
  if (tree->NUMBER() != nullptr) result.version = count(tree->NUMBER());
  for (auto* each : tree->exceptionClause()) exception_clause(result, each);
  return result;
}

void Builder::exception_clause(ast::ExceptionDecl& exception, Parser::ExceptionClauseContext* tree) {
  const auto once = [&](ast::ExprPtr& place, Parser::ExpressionContext* value, std::string_view what) {
    if (place != nullptr) given_twice(span(tree), what);
    place = expression(value);
  };
  if (auto* within = dynamic_cast<Parser::RespondClauseContext*>(tree)) {
    once(exception.within, within->expression(), "respond within");
  } else if (auto* remind = dynamic_cast<Parser::ExceptionRemindClauseContext*>(tree)) {
    once(exception.remind_after, remind->expression(), "remind after");
  } else if (auto* escalate = dynamic_cast<Parser::ExceptionEscalateClauseContext*>(tree)) {
    auto* to = escalate->assignee();
    exception.escalations.push_back({name(to->role), expression(escalate->expression()), span(tree),
                                     to->expression() != nullptr ? expression(to->expression()) : nullptr});
  } else if (auto* resolve = dynamic_cast<Parser::ResolveClauseContext*>(tree)) {
    if (exception.resolve_by) given_twice(span(tree), "resolve by");
    exception.resolve_by = call(resolve->call());
  } else {
    exception.handlers.push_back(
        handler(dynamic_cast<Parser::ExceptionHandlerClauseContext*>(tree)->handler()));
  }
}

ast::RaiseStmt Builder::raise(Parser::RaiseStatementContext* tree) {
  ast::RaiseStmt result;
  result.exception = qualified(tree->qualified());
  result.arguments = arguments(tree->arguments());
  result.waits = tree->WAIT() != nullptr;
  if (tree->expression() != nullptr) result.within = expression(tree->expression());
  if (tree->result != nullptr) result.result = name(tree->result);
  result.handlers = handlers(tree->handlers());
  return result;
}

}  // namespace endcap::syntax
