// Tests: what is given, what happens, what is expected.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::TestDecl Builder::test(Parser::TestDeclarationContext* tree) {
  ast::TestDecl result{{text_value(tree->TEXT()), span(tree->TEXT())}, {}};
  for (auto* each : tree->testStatement()) result.statements.push_back(test_statement(each));
  return result;
}

ast::TestStmt Builder::test_statement(Parser::TestStatementContext* tree) {
  const Span at = span(tree);
  if (auto* entity = dynamic_cast<Parser::GivenEntityContext*>(tree)) return {at, given(entity)};
  if (auto* answer = dynamic_cast<Parser::GivenAnswerContext*>(tree)) return {at, answers(answer)};
  if (auto* change = dynamic_cast<Parser::GivenChangeContext*>(tree)) {
    return {at, ast::BecomesStmt{name(change->view), arguments(change->arguments()), name(change->field),
                                 moment(change->moment())}};
  }
  if (auto* scheduled = dynamic_cast<Parser::StartScheduleContext*>(tree))
    return {at,
            ast::StartScheduleStmt{qualified(scheduled->qualified()), test_moment(scheduled->testMoment())}};
  if (auto* carrier = dynamic_cast<Parser::StartCarrierContext*>(tree))
    return {at, ast::StartCarrierStmt{carrier->kind->getType() == Parser::SYNC,
                                      qualified(carrier->qualified()), test_moment(carrier->testMoment())}};
  if (auto* started = dynamic_cast<Parser::StartWorkflowContext*>(tree)) return {at, start(started)};
  if (auto* time = dynamic_cast<Parser::AfterTimeContext*>(tree)) return {at, after(time)};
  if (auto* sent = dynamic_cast<Parser::SendEventContext*>(tree))
    return {at, ast::SendStmt{qualified(sent->qualified()), arguments(sent->arguments())}};
  if (auto* called = dynamic_cast<Parser::PartnerCallsContext*>(tree)) return {at, calls(called)};
  if (auto* decided = dynamic_cast<Parser::PersonDecidesContext*>(tree)) return {at, decide(decided)};
  if (auto* delegated = dynamic_cast<Parser::PersonDelegatesContext*>(tree)) return {at, delegate(delegated)};
  if (auto* failing = dynamic_cast<Parser::SystemFailsContext*>(tree)) return {at, fault(failing)};
  auto* expected = dynamic_cast<Parser::ExpectThatContext*>(tree);
  ast::ExpectStmt that = expect(expected->expectation());
  if (expected->testMoment() != nullptr) that.at = test_moment(expected->testMoment());
  return {at, std::move(that)};
}

ast::GivenStmt Builder::given(Parser::GivenEntityContext* tree) {
  ast::GivenStmt result;
  result.view = name(tree->view);
  for (auto* each : tree->givenField()) {
    ast::GivenStmt::Field field;
    field.name = name(each->field);
    if (each->every != nullptr) field.every = name(each->every);
    if (each->value != nullptr) field.value = expression(each->value);
    if (each->last != nullptr) field.last = expression(each->last);
    field.span = span(each);
    result.fields.push_back(std::move(field));
  }
  return result;
}

ast::StartStmt Builder::start(Parser::StartWorkflowContext* tree) {
  return {qualified(tree->qualified()), arguments(tree->arguments()), test_moment(tree->testMoment())};
}

ast::AfterStmt Builder::after(Parser::AfterTimeContext* tree) {
  ast::AfterStmt result;
  if (tree->testMoment() != nullptr) {
    result.until = test_moment(tree->testMoment());
  } else {
    result.duration = additive(tree->additive());
  }
  return result;
}

ast::DecideStmt Builder::decide(Parser::PersonDecidesContext* tree) {
  using Verb = ast::DecideStmt::Verb;
  ast::DecideStmt result;
  const size_t verb = tree->decision->getType();
  result.verb = verb == Parser::APPROVES   ? Verb::Approves
                : verb == Parser::REJECTS  ? Verb::Rejects
                : verb == Parser::COUNTERS ? Verb::Counters
                                           : Verb::Does;
  result.role = name(tree->role);
  result.every = tree->EVERY() != nullptr;
  result.what = qualified(tree->qualified());
  if (tree->arguments() != nullptr) result.answers = arguments(tree->arguments());
  result.about = about(tree->about());
  auto* const two = tree->exceptedBecause();
  if (auto* lines = two != nullptr ? two->excepted() : tree->excepted()) {
    for (auto* text : lines->TEXT()) result.except.push_back({text_value(text), span(text)});
  }
  if (tree->person != nullptr) result.person = text_value(tree->TEXT());
  if (two != nullptr) {
    ast::DecideStmt::Why refused{{}, {}, span(two)};
    if (two->reason != nullptr) refused.text = text_value(two->TEXT());
    if (two->choice != nullptr) refused.choice = name(two->choice);
    result.refused = std::move(refused);
  }
  if (auto* because = two != nullptr ? two->because() : tree->because()) {
    if (because->reason != nullptr) result.reason = text_value(because->TEXT());
    if (because->remark != nullptr) result.remark = text_value(because->TEXT());
    if (because->choice != nullptr) result.choice = name(because->choice);
    result.reason_span = span(because);
  }
  return result;
}

ast::DecideStmt Builder::delegate(Parser::PersonDelegatesContext* tree) {
  ast::DecideStmt result;
  result.verb = ast::DecideStmt::Verb::Delegates;
  result.role = name(tree->role);
  result.every = tree->EVERY() != nullptr;
  result.what = qualified(tree->qualified());
  result.about = about(tree->about());
  for (auto* text : tree->TEXT()) {
    if (text->getSymbol() == tree->to) result.to = text_value(text);
    if (text->getSymbol() == tree->person) result.person = text_value(text);
    if (text->getSymbol() == tree->reason) result.reason = text_value(text);
  }
  return result;
}

ast::FaultStmt Builder::fault(Parser::SystemFailsContext* tree) {
  using Kind = ast::FaultStmt::Kind;
  ast::FaultStmt result;
  result.subject = qualified(tree->qualified());
  result.about = about(tree->about());
  auto* kind = tree->fault();
  result.kind = Kind::AnswersTooLate;
  if (auto* rejected = dynamic_cast<Parser::RejectedFaultContext*>(kind)) {
    result.kind = Kind::Rejected;
    result.rejection = name(rejected->name());
  }
  if (dynamic_cast<Parser::UnavailableFaultContext*>(kind) != nullptr) result.kind = Kind::Unavailable;
  if (dynamic_cast<Parser::InvalidFaultContext*>(kind) != nullptr) result.kind = Kind::Invalid;
  if (dynamic_cast<Parser::TimeoutFaultContext*>(kind) != nullptr) result.kind = Kind::TimesOut;
  result.count = test_count(tree->testCount());
  return result;
}

ast::ExpectStmt Builder::expect(Parser::ExpectationContext* tree) {
  using What = ast::ExpectStmt::What;
  ast::ExpectStmt result;
  const auto alone = [](Parser::NameContext* written, const Builder& builder) {
    ast::Name named = builder.name(written);
    return ast::QualifiedName{{named}, named.span};
  };
  const auto never = [&](antlr4::tree::TerminalNode* no) {
    if (no == nullptr) return;
    if (result.count.form != ast::TestCount::Form::Unsaid) given_twice(result.count.span, "no");
    result.count = {ast::TestCount::Form::Exactly, 0, span(no)};
  };
  if (auto* asked = dynamic_cast<Parser::ExpectAskedContext*>(tree)) {
    result.what = What::Asked;
    result.subject = qualified(asked->qualified());
    result.roles = names(asked->names());
    result.about = about(asked->about());
    result.count = test_count(asked->testCount());
  } else if (auto* approval = dynamic_cast<Parser::ExpectApprovalContext*>(tree)) {
    result = expect_approval(approval);
  } else if (auto* task = dynamic_cast<Parser::ExpectTaskContext*>(tree)) {
    result.what = What::Task;
    result.subject = qualified(task->qualified());
    if (task->arguments() != nullptr) result.values = arguments(task->arguments());
    if (task->role != nullptr) result.roles.push_back(name(task->role));
    result.about = about(task->about());
    result.count = test_count(task->testCount());
    never(task->NO());
  } else if (auto* call = dynamic_cast<Parser::ExpectCallContext*>(tree)) {
    result.what = call->kind->getType() == Parser::WRITE ? What::Write : What::Notify;
    result.subject = qualified(call->qualified());
    if (call->arguments() != nullptr) result.values = arguments(call->arguments());
    result.about = about(call->about());
    result.count = test_count(call->testCount());
    never(call->NO());
  } else if (auto* exception = dynamic_cast<Parser::ExpectExceptionContext*>(tree)) {
    result = expect_exception(exception);
    never(exception->NO());
  } else if (auto* advice = dynamic_cast<Parser::ExpectAdviceContext*>(tree)) {
    result.what = advice->ANSWER() != nullptr ? What::Answer : What::Alternative;
    result.subject = alone(advice->advisor, *this);
    result.about = about(advice->about());
    result.count = test_count(advice->testCount());
    never(advice->NO());
  } else if (auto* held = dynamic_cast<Parser::ExpectHeldContext*>(tree)) {
    result.what = What::Held;
    result.subject = qualified(held->qualified());
    result.about = about(held->about());
    result.count = test_count(held->testCount());
    never(held->NO());
  } else if (auto* outcome = dynamic_cast<Parser::ExpectOutcomeContext*>(tree)) {
    result.what = What::Outcome;
    result.subject = alone(outcome->name(), *this);
    if (outcome->arguments() != nullptr) result.values = arguments(outcome->arguments());
  } else if (auto* failure = dynamic_cast<Parser::ExpectFailureContext*>(tree)) {
    result.what = What::Fails;
    result.subject = alone(failure->name(), *this);
    if (failure->arguments() != nullptr) result.values = arguments(failure->arguments());
  } else if (auto* late = dynamic_cast<Parser::ExpectLateContext*>(tree)) {
    result.what = What::Late;
    result.subject = qualified(late->qualified());
    result.about = about(late->about());
    result.count = test_count(late->testCount());
  } else if (auto* waiting = dynamic_cast<Parser::ExpectWaitingContext*>(tree)) {
    result.what = What::Waiting;
    result.subject = qualified(waiting->qualified());
    result.about = about(waiting->about());
  } else {
    auto* suspended = dynamic_cast<Parser::ExpectSuspendedContext*>(tree);
    result.what = What::Suspended;
    result.subject = qualified(suspended->qualified());
    result.about = about(suspended->about());
  }
  return result;
}

ast::ExpectStmt Builder::expect_approval(Parser::ExpectApprovalContext* tree) {
  using What = ast::ExpectStmt::What;
  ast::ExpectStmt result;
  switch (tree->state->getType()) {
    case Parser::GRANTED:
      result.what = What::Granted;
      break;
    case Parser::REJECTED:
      result.what = What::Rejected;
      break;
    case Parser::REFUSED:
      result.what = What::Refused;
      break;
    case Parser::COUNTERED:
      result.what = What::Countered;
      break;
    case Parser::EXPIRED:
      result.what = What::Expired;
      break;
    case Parser::REMINDED:
      result.what = What::Reminded;
      break;
    case Parser::PERMITTED:
      result.what = What::Permitted;
      break;
    default:
      result.what = What::Forbidden;
      break;
  }
  result.subject = qualified(tree->qualified());
  result.about = about(tree->about());
  result.count = test_count(tree->testCount());
  return result;
}

ast::ExpectStmt Builder::expect_exception(Parser::ExpectExceptionContext* tree) {
  using What = ast::ExpectStmt::What;
  const size_t state = tree->state->getType();
  ast::ExpectStmt result;
  result.what = state == Parser::RAISED     ? What::Raised
                : state == Parser::RESOLVED ? What::Resolved
                                            : What::Lapsed;
  result.subject = qualified(tree->qualified());
  result.about = about(tree->about());
  result.count = test_count(tree->testCount());
  return result;
}

ast::TestMoment Builder::test_moment(Parser::TestMomentContext* tree) {
  ast::TestMoment result{text(tree->DATE()), text(tree->TIME()), std::nullopt, span(tree)};
  if (tree->TEXT() != nullptr) result.zone = text_value(tree->TEXT());
  return result;
}

std::optional<ast::About> Builder::about(Parser::AboutContext* tree) {
  if (tree == nullptr) return std::nullopt;
  ast::About result;
  if (tree->TEXT() != nullptr) result.text = text_value(tree->TEXT());
  if (tree->name() != nullptr) result.every = name(tree->name());
  result.span = span(tree);
  return result;
}

ast::TestCount Builder::test_count(Parser::TestCountContext* tree) {
  using Form = ast::TestCount::Form;
  if (tree == nullptr) return {};
  if (tree->ALWAYS() != nullptr) return {Form::Always, 0, span(tree)};
  if (tree->NEVER() != nullptr) return {Form::Exactly, 0, span(tree)};
  return {Form::Exactly, tree->ONCE() != nullptr ? 1 : count(tree->NUMBER()), span(tree)};
}

}  // namespace endcap::syntax
