// Statements of a workflow's body.
#include <algorithm>

#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::Block Builder::block(Parser::BlockContext* tree) {
  ast::Block result;
  for (auto* each : tree->statement()) result.statements.push_back(statement(each));
  result.span = span(tree);
  return result;
}

// `step x together {..}` and `branch x for each ..` are a block of that one statement.
ast::Block Builder::body(Parser::BodyContext* tree) {
  if (tree->block() != nullptr) return block(tree->block());
  ast::Block result;
  result.span = span(tree);
  if (tree->togetherStatement() != nullptr) {
    result.statements.push_back({result.span, together(tree->togetherStatement())});
  } else if (tree->repeatStatement() != nullptr) {
    result.statements.push_back({result.span, repeat(tree->repeatStatement())});
  } else if (tree->sweepStatement() != nullptr) {
    result.statements.push_back({result.span, sweep(tree->sweepStatement())});
  } else {
    result.statements.push_back({result.span, for_each(tree->forEachStatement())});
  }
  return result;
}

ast::Stmt Builder::statement(Parser::StatementContext* tree) {
  const Span at = span(tree);
  auto* form = dynamic_cast<antlr4::ParserRuleContext*>(tree->children.front());
  switch (form->getRuleIndex()) {
    case Parser::RuleLetStatement:
      return {at, let(tree->letStatement())};
    case Parser::RuleReadStatement:
      return {at, ast::ReadStmt{read(tree->readStatement()->readValue())}};
    case Parser::RuleAskStatement:
      return {at, ast::AskStmt{ask(tree->askStatement()->askValue())}};
    case Parser::RuleNotifyStatement: {
      auto* notify = tree->notifyStatement();
      return {at, ast::NotifyStmt{call(notify->call()), handlers(notify->handlers())}};
    }
    case Parser::RuleApproveStatement:
      return {at, approve(tree->approveStatement())};
    case Parser::RuleWriteStatement:
      return {at, write(tree->writeStatement())};
    case Parser::RuleTaskStatement:
      return {at, task(tree->taskStatement())};
    case Parser::RuleRunStatement:
      return {at, run(tree->runStatement())};
    case Parser::RuleWhenStatement:
      return {at, when(tree->whenStatement())};
    case Parser::RuleMatchStatement:
      return {at, match(tree->matchStatement())};
    case Parser::RuleForEachStatement:
      return {at, for_each(tree->forEachStatement())};
    case Parser::RuleSweepStatement:
      return {at, sweep(tree->sweepStatement())};
    case Parser::RuleRepeatStatement:
      return {at, repeat(tree->repeatStatement())};
    case Parser::RuleAgainStatement:
      return {at, ast::AgainStmt{handed_on(tree->againStatement()->handedOn())}};
    case Parser::RuleTogetherStatement:
      return {at, together(tree->togetherStatement())};
    case Parser::RuleStepStatement:
      return {at, step(tree->stepStatement())};
    case Parser::RuleThroughoutStatement: {
      ast::ThroughoutStmt throughout;
      for (auto* each : tree->throughoutStatement()->eventHandler())
        throughout.handlers.push_back(event_handler(each));
      for (auto* each : tree->throughoutStatement()->fallback())
        throughout.fallbacks.push_back(fallback(each));
      return {at, std::move(throughout)};
    }
    case Parser::RuleWaitUntilStatement:
      return {at, wait_until(tree->waitUntilStatement())};
    case Parser::RuleWaitEventStatement:
      return {at, wait_event(tree->waitEventStatement())};
    case Parser::RuleRaiseStatement:
      return {at, raise(tree->raiseStatement())};
    case Parser::RuleDueStatement: {
      auto* due = tree->dueStatement();
      return {at, ast::DueStmt{expression(due->expression()), handlers(due->handlers())}};
    }
    case Parser::RuleYieldStatement:
      return {at, ast::YieldStmt{expression(tree->yieldStatement()->expression())}};
    case Parser::RuleSkipStatement:
      return {at, ast::SkipStmt{}};
    case Parser::RuleFinishStatement:
      return {at, finish(tree->finishStatement())};
    case Parser::RuleFailStatement:
      return {at, fail(tree->failStatement())};
    default:
      return {at, ast::ErrorStmt{}};  // refused by name before parsing (later.cpp)
  }
}

ast::LetStmt Builder::let(Parser::LetStatementContext* tree) {
  ast::LetStmt result;
  result.name = name(tree->name());
  if (tree->type() != nullptr) result.type = type(tree->type());
  if (tree->readValue() != nullptr) {
    result.value = read(tree->readValue());
  } else if (tree->askValue() != nullptr) {
    result.value = ask(tree->askValue());
  } else if (tree->proposal() != nullptr) {
    result.value = propose(tree->proposal());
  } else {
    result.value = expression(tree->expression());
  }
  return result;
}

ast::Read Builder::read(Parser::ReadValueContext* tree) {
  ast::Read result;
  if (tree->postfix() != nullptr) {
    result.source = postfix(tree->postfix());
  } else {
    ast::Name again = name(tree->name());
    result.source = make_expression(again.span, ast::NameExpr{again});
    result.again = true;
  }
  result.handlers = handlers(tree->handlers());
  return result;
}

ast::Call Builder::call(Parser::CallContext* tree) {
  return {qualified(tree->qualified()), arguments(tree->arguments()), span(tree)};
}

ast::Propose Builder::propose(Parser::ProposalContext* tree) {
  ast::Propose result;
  const auto calls = [&](const std::vector<Parser::CallContext*>& written) {
    result.call = call(written.front());
    if (written.size() > 1) result.undo = call(written.back());
  };
  if (auto* each = dynamic_cast<Parser::ProposeEachContext*>(tree)) {
    result.variable = name(each->name());
    result.list = expression(each->expression(0));
    if (each->WHERE() != nullptr) result.where = expression(each->expression(1));
    calls(each->call());
    result.keep = each->KEEP() != nullptr;
  } else {
    auto* one = dynamic_cast<Parser::ProposeOneContext*>(tree);
    calls(one->call());
    result.keep = one->KEEP() != nullptr;
  }
  return result;
}

ast::ApproveStmt Builder::approve(Parser::ApproveStatementContext* tree) {
  ast::ApproveStmt result;
  result.proposals = names(tree->names());
  for (auto* each : tree->qualified()) result.policies.push_back(qualified(each));
  result.grant = name(tree->name());
  if (tree->expression() != nullptr) result.valid_until = expression(tree->expression());
  for (auto* each : tree->approveClause()) approve_clause(result, each);
  return result;
}

void Builder::approve_clause(ast::ApproveStmt& approve, Parser::ApproveClauseContext* tree) {
  const auto once = [&](ast::ExprPtr& place, Parser::ExpressionContext* value, std::string_view what) {
    if (place != nullptr) given_twice(span(tree), what);
    place = expression(value);
  };
  if (auto* within = dynamic_cast<Parser::WithinClauseContext*>(tree)) {
    once(approve.within, within->expression(), "within");
  } else if (auto* remind = dynamic_cast<Parser::RemindClauseContext*>(tree)) {
    once(approve.remind_after, remind->expression(), "remind after");
  } else if (auto* escalate = dynamic_cast<Parser::EscalateClauseContext*>(tree)) {
    approve.escalations.push_back({name(escalate->name()), expression(escalate->expression()), span(tree)});
  } else if (auto* by = dynamic_cast<Parser::ByClauseContext*>(tree)) {
    if (approve.by_line) given_twice(span(tree), "by line");
    approve.by_line = span(tree);
    const ast::Name unit = name(by->unit);
    if (unit.text != "line")
      diagnostics_.emit(DiagnosticKind::SyntaxError, unit.span,
                        {"expected `line` behind `by`, found `" + unit.text + "`"});
  } else if (auto* counter = dynamic_cast<Parser::CounterClauseContext*>(tree)) {
    if (approve.counter) given_twice(span(tree), "counter");
    approve.counter = form(counter->form, counter->arguments(), span(tree));
  } else if (auto* reason = dynamic_cast<Parser::ReasonClauseContext*>(tree)) {
    ast::ApproveStmt::Reason result{false, false, type(reason->type()), span(tree)};
    for (auto* each : reason->decided()) {
      const bool rejects = each->REJECTION() != nullptr;
      bool& here = rejects ? result.rejection : result.approval;
      const bool before = std::ranges::any_of(approve.reasons, rejects ? &ast::ApproveStmt::Reason::rejection
                                                                       : &ast::ApproveStmt::Reason::approval);
      if (here || before) given_twice(span(each), rejects ? "reason for rejection" : "reason for approval");
      here = true;
    }
    approve.reasons.push_back(std::move(result));
  } else {
    approve.handlers.push_back(handler(dynamic_cast<Parser::HandlerClauseContext*>(tree)->handler()));
  }
}

ast::WriteStmt Builder::write(Parser::WriteStatementContext* tree) {
  return {name(tree->name()), tree->expression() != nullptr ? expression(tree->expression()) : nullptr,
          handlers(tree->handlers())};
}

ast::TaskStmt Builder::task(Parser::TaskStatementContext* tree) {
  ast::TaskStmt result;
  result.name = name(tree->task);
  result.arguments = arguments(tree->arguments());
  result.role = name(tree->assignee()->role);
  if (tree->assignee()->expression() != nullptr) result.scope = expression(tree->assignee()->expression());
  if (tree->expression() != nullptr) result.within = expression(tree->expression());
  if (tree->result != nullptr) result.result = name(tree->result);
  for (auto* each : tree->taskClause()) {
    if (auto* written = dynamic_cast<Parser::TaskHandlerClauseContext*>(each)) {
      result.handlers.push_back(handler(written->handler()));
      continue;
    }
    auto* answers = dynamic_cast<Parser::AnswersClauseContext*>(each);
    if (result.answers) given_twice(span(each), "answers");
    result.answers = form(answers->form, answers->arguments(), span(each));
  }
  return result;
}

ast::Form Builder::form(Parser::NameContext* record, Parser::ArgumentsContext* prefilled, Span at) {
  ast::Form result{name(record), {}, at};
  if (prefilled != nullptr) result.prefilled = arguments(prefilled);
  return result;
}

ast::RunStmt Builder::run(Parser::RunStatementContext* tree) {
  ast::RunStmt result;
  result.workflow = qualified(tree->qualified());
  for (auto* each : tree->given()) {
    result.arguments.push_back(argument(each->argument()));
    result.targets.push_back(each->target != nullptr ? expression(each->target) : nullptr);
  }
  if (tree->name() != nullptr) result.result = name(tree->name());
  result.handlers = handlers(tree->handlers());
  return result;
}

ast::WhenStmt Builder::when(Parser::WhenStatementContext* tree) {
  ast::WhenStmt result;
  const auto conditions = tree->expression();
  for (size_t i = 0; i < conditions.size(); ++i)
    result.arms.push_back({expression(conditions[i]), block(tree->block(i))});
  if (tree->otherwiseBlock() != nullptr) result.otherwise = block(tree->otherwiseBlock()->block());
  return result;
}

ast::MatchStmt Builder::match(Parser::MatchStatementContext* tree) {
  ast::MatchStmt result;
  result.subject = expression(tree->expression());
  for (auto* each : tree->matchArm()) {
    ast::MatchStmt::Arm arm;
    arm.otherwise = each->OTHERWISE() != nullptr;
    if (each->PRESENT() != nullptr) arm.values.push_back({"present", span(each->PRESENT())});
    if (each->ABSENT() != nullptr) arm.values.push_back({"absent", span(each->ABSENT())});
    if (each->names() != nullptr) arm.values = names(each->names());
    if (each->name() != nullptr) arm.binding = name(each->name());
    arm.body = block(each->block());
    arm.span = span(each);
    result.arms.push_back(std::move(arm));
  }
  return result;
}

// What stands behind the lists.
template <typename Loop>
void Builder::end_of_loop(Loop* tree, ast::ForEachStmt& result) {
  if (tree->where != nullptr) result.where = expression(tree->where);
  if (tree->parallel != nullptr) result.parallel = count(tree->NUMBER(0));
  if (tree->tolerate != nullptr) {
    const Span at = span(tree->tolerate);
    result.tolerate = ast::Name{std::string(text_.substr(at.begin, at.end - at.begin)), at};
  }
  if (tree->result != nullptr) result.collect = name(tree->result);
  result.body = block(tree->block());
  if (tree->otherwiseBlock() != nullptr) result.otherwise = block(tree->otherwiseBlock()->block());
}

ast::ForEachStmt Builder::for_each(Parser::ForEachStatementContext* tree) {
  ast::ForEachStmt result;
  result.variable = name(tree->variable);
  result.list = expression(tree->list);
  end_of_loop(tree, result);
  return result;
}

ast::ForEachStmt Builder::sweep(Parser::SweepStatementContext* tree) {
  ast::ForEachStmt result;
  result.sweep = true;
  for (auto* each : tree->sweepList()) {
    if (result.list == nullptr) {
      result.variable = name(each->name());
      result.list = expression(each->expression());
    } else {
      result.inner.push_back({name(each->name()), expression(each->expression())});
    }
  }
  end_of_loop(tree, result);
  return result;
}

ast::RepeatStmt Builder::repeat(Parser::RepeatStatementContext* tree) {
  ast::RepeatStmt result;
  result.times = count(tree->NUMBER());
  result.with = handed_on(tree->handedOn());
  result.body = block(tree->block());
  if (tree->otherwiseBlock() != nullptr) result.otherwise = block(tree->otherwiseBlock()->block());
  return result;
}

std::vector<ast::Handed> Builder::handed_on(Parser::HandedOnContext* tree) {
  std::vector<ast::Handed> result;
  if (tree == nullptr) return result;
  for (auto* each : tree->handed()) result.push_back({name(each->name()), expression(each->expression())});
  return result;
}

ast::TogetherStmt Builder::together(Parser::TogetherStatementContext* tree) {
  ast::TogetherStmt result;
  for (auto* each : tree->branch())
    result.branches.push_back({name(each->name()), body(each->body()), span(each)});
  return result;
}

decltype(ast::Stmt::node) Builder::step(Parser::StepStatementContext* tree) {
  if (tree->unwanted != nullptr) {
    const ast::Name list = name(tree->unwanted);
    diagnostics_.emit(DiagnosticKind::StepCollects, list.span, {list.text})
        .note("write `collect " + list.text +
              "` behind `for each` in the step: the name is known behind the step too");
  }
  if (tree->body() != nullptr) return ast::StepStmt{name(tree->step), body(tree->body())};
  ast::StepUntilStmt result{name(tree->step), expression(tree->expression()), {}};
  for (auto* each : tree->eventHandler()) result.handlers.push_back(event_handler(each));
  return result;
}

ast::FinishStmt Builder::finish(Parser::FinishStatementContext* tree) {
  return {name(tree->name()), arguments(tree->arguments())};
}

ast::FailStmt Builder::fail(Parser::FailStatementContext* tree) {
  ast::FailStmt result{name(tree->name()), arguments(tree->arguments())};
  if (tree->COMPENSATE() != nullptr) result.undo = ast::FailStmt::Undo::Compensate;
  if (tree->KEEP() != nullptr) result.undo = ast::FailStmt::Undo::Keep;
  return result;
}

}  // namespace endcap::syntax
