// Systems: their operations and events.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::SystemDecl Builder::system(Parser::SystemDeclarationContext* tree) {
  ast::SystemDecl result;
  result.name = name(tree->name());
  for (auto* each : tree->operation()) result.operations.push_back(operation(each));
  for (auto* each : tree->eventDeclaration()) result.events.push_back(event(each));
  return result;
}

ast::OperationDecl Builder::operation(Parser::OperationContext* tree) {
  using Class = ast::OperationDecl::Class;
  ast::OperationDecl result;
  result.name = qualified(tree->qualified());
  result.parameters = parameters(tree->parameters());
  if (tree->type() != nullptr) result.result = type(tree->type());
  if (auto* written = tree->operationClass()) {
    result.operation_class = written->READ() != nullptr     ? Class::Read
                             : written->NOTIFY() != nullptr ? Class::Notify
                                                            : Class::Write;
  }
  operation_action(result, tree->operationAction());
  for (auto* each : tree->operationClause()) operation_clause(result, each);
  result.brace = span(tree->OPEN_BRACE());
  result.span = span(tree);
  return result;
}

void Builder::operation_action(ast::OperationDecl& operation, Parser::OperationActionContext* tree) {
  using Form = ast::OperationDecl::Form;
  switch (tree->verb->getType()) {
    case Parser::GET:
      operation.form = Form::Get;
      break;
    case Parser::QUERY:
      operation.form = Form::Query;
      break;
    case Parser::CREATE:
      operation.form = Form::Create;
      break;
    case Parser::UPDATE:
      operation.form = Form::Update;
      break;
    default:
      operation.form = Form::Call;
      break;
  }
  operation.target = name(tree->name());
  if (tree->fieldKey() != nullptr) {
    for (auto* each : tree->fieldKey()->fieldAssign()) operation.key.push_back(field_assign(each));
  }
  if (tree->fieldBody() != nullptr) {
    for (auto* each : tree->fieldBody()->fieldAssign()) operation.body.push_back(field_assign(each));
  }
  if (tree->mapping != nullptr)
    operation.by = ast::OperationDecl::By{qualified(tree->mapping), expression(tree->expression())};
}

ast::FieldAssign Builder::field_assign(Parser::FieldAssignContext* tree) {
  ast::FieldAssign result;
  result.field = name(tree->field);
  if (auto* value = tree->fieldValue()) {
    result.value =
        value->conditional() != nullptr ? conditional(value->conditional()) : or_else(value->orElse());
  } else {
    result.value = expression(tree->condition);
  }
  if (tree->unit != nullptr) result.unit_field = name(tree->unit);
  result.span = span(tree);
  return result;
}

void Builder::operation_clause(ast::OperationDecl& operation, Parser::OperationClauseContext* tree) {
  using Strategy = ast::OperationDecl::Strategy;
  const auto strategy = [&](Strategy chosen, Parser::NameContext* field) {
    if (operation.strategy != Strategy::Missing) given_twice(span(tree), "the promise of exactly once");
    operation.strategy = chosen;
    if (field != nullptr) operation.strategy_field = name(field);
  };
  const auto in_batches = [&](Parser::BatchContext* batch) {
    if (operation.batch) given_twice(span(batch), "the size of a batch");
    operation.batch = ast::OperationDecl::Batch{count(batch->NUMBER()), span(batch)};
  };
  if (auto* keyed = dynamic_cast<Parser::KeyedClauseContext*>(tree))
    return strategy(Strategy::Keyed, keyed->name());
  if (auto* asked = dynamic_cast<Parser::QueryableClauseContext*>(tree))
    return strategy(Strategy::Queryable, asked->name());
  if (dynamic_cast<Parser::IdempotentClauseContext*>(tree) != nullptr)
    return strategy(Strategy::Idempotent, nullptr);
  if (dynamic_cast<Parser::UnsafeClauseContext*>(tree) != nullptr) return strategy(Strategy::Unsafe, nullptr);
  if (auto* owner = dynamic_cast<Parser::OwnerClauseContext*>(tree)) {
    if (operation.owner) given_twice(span(tree), "owner");
    operation.owner = name(owner->name());
  } else if (auto* limit = dynamic_cast<Parser::LimitClauseContext*>(tree)) {
    if (operation.limit) given_twice(span(tree), "limit");
    operation.limit = ast::OperationDecl::Limit{count(limit->NUMBER()), name(limit->name())};
    if (limit->batch() != nullptr) in_batches(limit->batch());
  } else if (auto* clause = dynamic_cast<Parser::BatchClauseContext*>(tree)) {
    in_batches(clause->batch());
  } else if (auto* rejected = dynamic_cast<Parser::RejectedClauseContext*>(tree)) {
    for (auto& each : names(rejected->names())) operation.rejections.push_back(std::move(each));
  } else if (auto* fresh = dynamic_cast<Parser::FreshClauseContext*>(tree)) {
    if (operation.fresh) given_twice(span(tree), "fresh");
    operation.fresh = additive(fresh->additive());
  } else if (auto* classed = dynamic_cast<Parser::DataClassClauseContext*>(tree)) {
    if (operation.data_class) given_twice(span(tree), "class");
    operation.data_class = name(classed->dataClass()->name());
  }
}

ast::EventDecl Builder::event(Parser::EventDeclarationContext* tree) {
  ast::EventDecl result;
  result.name = name(tree->name());
  for (auto* each : tree->eventField()) {
    ast::EventDecl::Field field{name(each->field), type(each->type()), name(each->source), std::nullopt,
                                span(each)};
    if (each->unit != nullptr) field.unit_source = name(each->unit);
    result.fields.push_back(std::move(field));
  }
  result.type = text_value(tree->TEXT());
  result.type_span = span(tree->TEXT());
  if (tree->dataClass() != nullptr) result.data_class = name(tree->dataClass()->name());
  result.span = span(tree);
  return result;
}

}  // namespace endcap::syntax
