// Handlers of causes and events, how they end, and the two waits.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

std::vector<ast::Handler> Builder::handlers(Parser::HandlersContext* tree) {
  std::vector<ast::Handler> result;
  if (tree == nullptr) return result;
  for (auto* each : tree->handler()) result.push_back(handler(each));
  return result;
}

ast::Handler Builder::handler(Parser::HandlerContext* tree) {
  ast::Handler result;
  for (auto* each : tree->cause()) {
    result.causes.push_back(name(each->name()));
    for (auto* bound : each->binding()) result.bindings.push_back(binding(bound));
  }
  result.body = handler_body(tree->handlerBody(), result.end);
  result.span = span(tree);
  return result;
}

ast::EventHandler Builder::event_handler(Parser::EventHandlerContext* tree) {
  ast::EventHandler result;
  result.pattern = event_pattern(tree->eventPattern());
  result.body = handler_body(tree->handlerBody(), result.end);
  result.span = span(tree);
  return result;
}

ast::Fallback Builder::fallback(Parser::FallbackContext* tree) {
  ast::Fallback result;
  result.causes = names(tree->causes);
  result.systems = names(tree->systems);
  result.body = handler_body(tree->handlerBody(), result.end);
  result.span = span(tree);
  return result;
}

ast::EventPattern Builder::event_pattern(Parser::EventPatternContext* tree) {
  ast::EventPattern result;
  result.event = qualified(tree->qualified());
  for (auto* each : tree->binding()) result.bindings.push_back(binding(each));
  if (tree->expression() != nullptr) result.where = expression(tree->expression());
  result.span = span(tree);
  return result;
}

ast::Binding Builder::binding(Parser::BindingContext* tree) {
  ast::Binding result{name(tree->variable), std::nullopt};
  if (tree->field != nullptr) result.field = name(tree->field);
  return result;
}

ast::Block Builder::handler_body(Parser::HandlerBodyContext* tree, std::optional<ast::HandlerEnd>& end) {
  ast::Block result;
  for (auto* each : tree->statement()) result.statements.push_back(statement(each));
  result.span = span(tree);
  if (tree->handlerEnd() != nullptr) end = handler_end(tree->handlerEnd(), result);
  return result;
}

// `then fail X`, `then finish X` and `then again with x = 1` are the last statement of the body.
std::optional<ast::HandlerEnd> Builder::handler_end(Parser::HandlerEndContext* tree, ast::Block& into) {
  using Form = ast::HandlerEnd::Form;
  const Span at = span(tree);
  const auto end = [&](Form form, ast::ExprPtr value = nullptr) {
    return ast::HandlerEnd{form, std::move(value), at};
  };
  if (dynamic_cast<Parser::RetryEndContext*>(tree) != nullptr) return end(Form::Retry);
  if (dynamic_cast<Parser::SkipEndContext*>(tree) != nullptr) return end(Form::Skip);
  if (dynamic_cast<Parser::AskAgainEndContext*>(tree) != nullptr) return end(Form::AskAgain);
  if (auto* again = dynamic_cast<Parser::AgainEndContext*>(tree)) {
    if (again->handedOn() == nullptr) return end(Form::Again);
    into.statements.push_back({at, ast::AgainStmt{handed_on(again->handedOn())}});
    return std::nullopt;
  }
  if (auto* going_on = dynamic_cast<Parser::ContinueEndContext*>(tree)) {
    return end(Form::Continue,
               going_on->expression() != nullptr ? expression(going_on->expression()) : nullptr);
  }
  if (auto* waiting = dynamic_cast<Parser::WaitUntilEndContext*>(tree)) {
    return end(Form::WaitUntil, expression(waiting->expression()));
  }
  if (auto* failing = dynamic_cast<Parser::FailEndContext*>(tree)) {
    into.statements.push_back({span(failing->failStatement()), fail(failing->failStatement())});
  } else if (auto* finishing = dynamic_cast<Parser::FinishEndContext*>(tree)) {
    into.statements.push_back({span(finishing->finishStatement()), finish(finishing->finishStatement())});
  }
  return std::nullopt;
}

ast::WaitUntilStmt Builder::wait_until(Parser::WaitUntilStatementContext* tree) {
  using IfLate = ast::WaitUntilStmt::IfLate;
  ast::WaitUntilStmt result;
  result.moment = expression(tree->expression());
  if (auto* late = tree->ifLate()) {
    if (late->CONTINUE() != nullptr) result.if_late = IfLate::Continue;
    if (late->SKIP_() != nullptr) result.if_late = IfLate::Skip;
    if (late->failStatement() != nullptr) {
      result.if_late = IfLate::Fail;
      result.late_fail =
          std::make_unique<ast::Stmt>(ast::Stmt{span(late->failStatement()), fail(late->failStatement())});
    }
  }
  for (auto* each : tree->eventHandler()) result.handlers.push_back(event_handler(each));
  return result;
}

ast::WaitEventStmt Builder::wait_event(Parser::WaitEventStatementContext* tree) {
  ast::WaitEventStmt result;
  result.pattern = event_pattern(tree->eventPattern());
  if (tree->expression() != nullptr) result.within = expression(tree->expression());
  if (tree->name() != nullptr) result.result = name(tree->name());
  result.handlers = handlers(tree->handlers());
  return result;
}

}  // namespace endcap::syntax
