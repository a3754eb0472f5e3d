// Routes and syncs: what is carried from one system to another.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::RouteDecl Builder::route(Parser::RouteDeclarationContext* tree) {
  ast::RouteDecl result{carried(tree->carried())};
  for (auto* each : tree->deliveryClause()) delivery_clause(result.delivery, each);
  return result;
}

ast::SyncDecl Builder::sync(Parser::SyncDeclarationContext* tree) {
  ast::SyncDecl result{carried(tree->carried()), {}, {}, {}};
  for (auto* each : tree->syncClause()) sync_clause(result, each);
  return result;
}

ast::Delivery Builder::carried(Parser::CarriedContext* tree) {
  ast::Delivery result;
  result.name = name(tree->declared);
  result.what = qualified(tree->what);
  result.from = name(tree->from);
  result.to = name(tree->to);
  result.mapping = qualified(tree->mapping);
  return result;
}

void Builder::delivery_clause(ast::Delivery& delivery, Parser::DeliveryClauseContext* tree) {
  using Does = ast::Delivery::Does;
  if (auto* where = dynamic_cast<Parser::WhereClauseContext*>(tree)) {
    if (delivery.where) given_twice(span(where), "where");
    delivery.where = expression(where->expression());
  } else if (auto* parallel = dynamic_cast<Parser::ParallelClauseContext*>(tree)) {
    if (delivery.parallel) given_twice(span(parallel), "parallel");
    delivery.parallel = {count(parallel->NUMBER()), span(parallel)};
  } else if (auto* does = dynamic_cast<Parser::DoesClauseContext*>(tree)) {
    if (delivery.does != Does::Unsaid) given_twice(span(does), "what it does");
    delivery.does = does->what->getType() == Parser::WRITES ? Does::Writes : Does::Notifies;
    delivery.operation = qualified(does->qualified(0));
    delivery.policies.clear();
    for (size_t i = 1; i < does->qualified().size(); ++i)
      delivery.policies.push_back(qualified(does->qualified(i)));
  }
}

void Builder::sync_clause(ast::SyncDecl& sync, Parser::SyncClauseContext* tree) {
  if (auto* delivery = dynamic_cast<Parser::SyncDeliveryClauseContext*>(tree)) {
    delivery_clause(sync.delivery, delivery->deliveryClause());
  } else if (auto* change = dynamic_cast<Parser::ChangeClauseContext*>(tree)) {
    auto& result = sync.changes.emplace_back();
    result.event = qualified(change->qualified());
    for (auto* each : change->binding()) result.key.push_back(binding(each));
    result.span = span(change);
  } else if (auto* compares = dynamic_cast<Parser::ComparesClauseContext*>(tree)) {
    if (sync.compares) given_twice(span(compares), "compares");
    sync.compares = qualified(compares->qualified());
  } else if (auto* reconcile = dynamic_cast<Parser::ReconcileClauseContext*>(tree)) {
    if (sync.reconcile) given_twice(span(reconcile), "reconcile");
    sync.reconcile = {recurrence(reconcile->recurrence()), call(reconcile->call())};
  }
}

}  // namespace endcap::syntax
