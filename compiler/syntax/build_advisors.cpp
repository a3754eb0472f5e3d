// Advisors, and asking them.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::AdvisorDecl::Confidence Builder::confidence(antlr4::tree::TerminalNode* percent) const {
  return {number_text(percent), span(percent)};
}

ast::AdvisorDecl Builder::advisor(Parser::AdvisorDeclarationContext* tree) {
  ast::AdvisorDecl result;
  result.name = name(tree->name());
  result.parameters = parameters(tree->parameters());
  if (tree->type() != nullptr) result.result = type(tree->type());
  for (auto* clause : tree->advisorClause()) {
    if (auto* timeout = dynamic_cast<Parser::AdvisorTimeoutContext*>(clause)) {
      if (result.timeout) given_twice(span(clause), "timeout");
      result.timeout = additive(timeout->additive());
    } else if (auto* fresh = dynamic_cast<Parser::AdvisorFreshContext*>(clause)) {
      if (result.fresh) given_twice(span(clause), "fresh");
      result.fresh = additive(fresh->additive());
    } else if (auto* classed = dynamic_cast<Parser::AdvisorDataClassContext*>(clause)) {
      if (result.data_class) given_twice(span(clause), "class");
      result.data_class = name(classed->dataClass()->name());
    } else {
      if (result.confidence) given_twice(span(clause), "confidence");
      result.confidence = confidence(dynamic_cast<Parser::AdvisorConfidenceContext*>(clause)->PERCENT());
    }
  }
  return result;
}

ast::Ask Builder::ask(Parser::AskValueContext* tree) {
  return {call(tree->call()), tree->expression() != nullptr ? expression(tree->expression()) : nullptr};
}

ast::AnswersStmt Builder::answers(Parser::GivenAnswerContext* tree) {
  ast::AnswersStmt result;
  result.advisor = name(tree->advisor);
  result.arguments = arguments(tree->arguments());
  result.value = additive(tree->additive());
  if (tree->PERCENT() != nullptr) result.confidence = confidence(tree->PERCENT());
  return result;
}

}  // namespace endcap::syntax
