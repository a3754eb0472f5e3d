// Declarations other than systems, policies and tables.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::Decl Builder::declaration(Parser::DeclarationContext* tree,
                               std::optional<ast::QualifiedName>& module_name) {
  auto* form = dynamic_cast<antlr4::ParserRuleContext*>(tree->children.front());
  const Span at = span(form);
  switch (form->getRuleIndex()) {
    case Parser::RuleModuleName:
      module_name = qualified(tree->moduleName()->qualified());
      return {at, ast::ErrorDecl{}};
    case Parser::RuleUseDeclaration:
      return {at, use(tree->useDeclaration())};
    case Parser::RuleTypeDeclaration: {
      auto* alias = tree->typeDeclaration();
      return {at, ast::TypeDecl{name(alias->name()), type(alias->type()),
                                alias->expression() != nullptr ? expression(alias->expression()) : nullptr}};
    }
    case Parser::RuleRoleDeclaration: {
      auto* role = tree->roleDeclaration();
      ast::RoleDecl result{names(role->names()), role->type() != nullptr ? type(role->type()) : nullptr, {}};
      if (role->calendar != nullptr) result.calendar = qualified(role->calendar);
      return {at, std::move(result)};
    }
    case Parser::RuleConflictDeclaration: {
      auto* conflict = tree->conflictDeclaration();
      return {at, ast::ConflictDecl{name(conflict->left), name(conflict->right)}};
    }
    case Parser::RuleViewDeclaration:
      return {at, view(tree->viewDeclaration())};
    case Parser::RuleSystemDeclaration:
      return {at, system(tree->systemDeclaration())};
    case Parser::RuleRecordDeclaration: {
      auto* record = tree->recordDeclaration();
      ast::RecordDecl result{name(record->name()), {}};
      for (auto* each : record->parameter()) result.fields.push_back(parameter(each));
      return {at, std::move(result)};
    }
    case Parser::RuleEnumDeclaration: {
      auto* enumeration = tree->enumDeclaration();
      ast::EnumDecl result{name(enumeration->name()), {}};
      if (enumeration->names() != nullptr) result.values = names(enumeration->names());
      return {at, std::move(result)};
    }
    case Parser::RuleFunctionDeclaration:
      return {at, function(tree->functionDeclaration())};
    case Parser::RuleMappingDeclaration:
      return {at, mapping(tree->mappingDeclaration())};
    case Parser::RuleTableDeclaration:
      return {at, table(tree->tableDeclaration())};
    case Parser::RulePolicyDeclaration:
      return {at, policy(tree->policyDeclaration())};
    case Parser::RuleExceptionDeclaration:
      return {at, exception(tree->exceptionDeclaration())};
    case Parser::RuleScheduleDeclaration:
      return {at, schedule(tree->scheduleDeclaration())};
    case Parser::RulePartnerDeclaration:
      return {at, partner(tree->partnerDeclaration())};
    case Parser::RuleInterfaceDeclaration:
      return {at, interface(tree->interfaceDeclaration())};
    case Parser::RuleRouteDeclaration:
      return {at, route(tree->routeDeclaration())};
    case Parser::RuleSyncDeclaration:
      return {at, sync(tree->syncDeclaration())};
    case Parser::RuleAdvisorDeclaration:
      return {at, advisor(tree->advisorDeclaration())};
    case Parser::RuleTestDeclaration:
      return {at, test(tree->testDeclaration())};
    default:
      return {at, workflow(tree->workflowDeclaration())};
  }
}

ast::UseDecl Builder::use(Parser::UseDeclarationContext* tree) {
  using What = ast::UseDecl::What;
  if (tree->system != nullptr) {
    ast::Name system_name = name(tree->system);
    return {What::System, {{system_name}, system_name.span}};
  }
  if (tree->calendar != nullptr) return {What::Calendar, qualified(tree->calendar)};
  return {What::Module, qualified(tree->module)};
}

ast::ViewDecl Builder::view(Parser::ViewDeclarationContext* tree) {
  ast::ViewDecl result;
  result.name = name(tree->view);
  result.system = name(tree->system);
  result.entity = name(tree->entity);
  result.key = tree->single != nullptr ? std::vector{name(tree->single)} : names(tree->names());
  if (tree->dataClass() != nullptr) result.data_class = name(tree->dataClass()->name());
  if (tree->fresh != nullptr) result.fresh = additive(tree->fresh);
  for (auto* each : tree->viewField()) {
    ast::ViewField field;
    field.name = name(each->field);
    field.type = type(each->type());
    field.source = name(each->source);
    if (each->unit != nullptr) field.unit_source = name(each->unit);
    field.required = each->REQUIRED() != nullptr;
    field.advice = each->ADVICE() != nullptr;
    if (auto* given = each->dataClass()) {
      field.data_class = name(given->name());
      field.class_span = span(given);
    }
    field.span = span(each);
    result.fields.push_back(std::move(field));
  }
  return result;
}

ast::FunctionDecl Builder::function(Parser::FunctionDeclarationContext* tree) {
  return {name(tree->name()), parameters(tree->parameters()),
          tree->type() != nullptr ? type(tree->type()) : nullptr, expression(tree->expression())};
}

ast::MappingDecl Builder::mapping(Parser::MappingDeclarationContext* tree) {
  ast::MappingDecl result{name(tree->name()), type(tree->from), nullptr, {}, std::nullopt};
  if (auto* target = tree->entityTarget()) {
    result.entity = {name(target->system), name(target->entity), {}, span(tree->fieldBody())};
    for (auto* each : tree->fieldBody()->fieldAssign()) result.entity->fields.push_back(field_assign(each));
    return result;
  }
  result.to = type(tree->to);
  for (auto* each : tree->mappingField())
    result.fields.push_back({name(each->field), expression(each->expression())});
  return result;
}

ast::WorkflowDecl Builder::workflow(Parser::WorkflowDeclarationContext* tree) {
  ast::WorkflowDecl result;
  result.name = name(tree->name());
  result.parameters = parameters(tree->parameters());
  if (auto* key = tree->instanceKey()) {
    for (auto* each : key->expression()) result.key.push_back(expression(each));
  }
  if (tree->NUMBER() != nullptr) result.version = count(tree->NUMBER());
  auto* body = tree->workflowBody();
  for (auto* each : body->upgradeClause()) result.upgrades.push_back(upgrade(each));
  for (auto* each : body->statement()) result.body.statements.push_back(statement(each));
  result.body.span = span(body);
  return result;
}

ast::UpgradeClause Builder::upgrade(Parser::UpgradeClauseContext* tree) {
  ast::UpgradeClause result;
  result.from = count(tree->NUMBER());
  result.from_span = span(tree->NUMBER());
  result.span = span(tree);
  for (auto* each : tree->upgradeItem()) {
    if (auto* rename = dynamic_cast<Parser::RenameItemContext*>(each)) {
      result.renames.push_back(
          {rename->what->getType() == Parser::STEP, qualified(rename->before), qualified(rename->after)});
      continue;
    }
    auto* given = static_cast<Parser::DefaultItemContext*>(each);
    ast::UpgradeClause::Default& value = result.defaults.emplace_back();
    value.name = name(given->name());
    value.span = span(given);
    if (given->expression() != nullptr) value.value = expression(given->expression());
  }
  return result;
}

}  // namespace endcap::syntax
