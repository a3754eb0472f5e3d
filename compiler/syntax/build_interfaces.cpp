// Partners and interfaces: what may be asked for from outside.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::PartnerDecl Builder::partner(Parser::PartnerDeclarationContext* tree) {
  return {names(tree->names()), tree->type() != nullptr ? type(tree->type()) : nullptr};
}

ast::InterfaceDecl Builder::interface(Parser::InterfaceDeclarationContext* tree) {
  ast::InterfaceDecl result;
  result.name = name(tree->declared);
  result.version = count(tree->NUMBER());
  result.version_span = span(tree->NUMBER());
  result.partner = name(tree->partner);
  if (tree->until != nullptr)
    result.deprecated = {text(tree->DATE(0)), text(tree->DATE(1)), span(tree->from), span(tree->until)};
  for (auto* each : tree->interfaceItem()) {
    if (auto* operation = dynamic_cast<Parser::InboundItemContext*>(each)) {
      result.operations.push_back(inbound(operation));
      continue;
    }
    auto* quota = static_cast<Parser::QuotaItemContext*>(each);
    if (result.quota) given_twice(span(quota), "quota");
    result.quota = {count(quota->NUMBER()), name(quota->period), span(quota)};
  }
  return result;
}

ast::InterfaceDecl::Operation Builder::inbound(Parser::InboundItemContext* tree) {
  ast::InterfaceDecl::Operation result;
  result.name = name(tree->inbound);
  result.parameters = parameters(tree->parameters());
  if (tree->scope != nullptr) result.scope = name(tree->scope);
  using What = ast::InterfaceDecl::Operation::What;
  result.what = tree->what->getType() == Parser::SENDS ? What::Sends : What::Starts;
  result.call = call(tree->call());
  result.span = span(tree);
  return result;
}

ast::CallsStmt Builder::calls(Parser::PartnerCallsContext* tree) {
  ast::CallsStmt result;
  result.partner = name(tree->partner);
  result.operation = qualified(tree->qualified());
  result.arguments = arguments(tree->arguments());
  if (tree->NUMBER() != nullptr) result.version = count(tree->NUMBER());
  if (tree->testMoment() != nullptr) result.at = test_moment(tree->testMoment());
  if (tree->TEXT() != nullptr) result.person = ast::Name{text_value(tree->TEXT()), span(tree->TEXT())};
  result.refused = tree->REFUSED() != nullptr;
  return result;
}

}  // namespace endcap::syntax
