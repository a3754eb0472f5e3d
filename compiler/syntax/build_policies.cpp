// Policies: facts, rows of a verdict and a condition, and who may stand in.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::PolicyDecl Builder::policy(Parser::PolicyDeclarationContext* tree) {
  ast::PolicyDecl result;
  result.name = name(tree->name());
  for (auto* each : tree->qualified()) result.governs.push_back(qualified(each));
  result.parameters = parameters(tree->parameters());
  for (auto* item : tree->policyItem()) {
    if (auto* let = dynamic_cast<Parser::PolicyLetContext*>(item)) {
      result.lets.push_back({name(let->name()), expression(let->expression())});
    } else if (auto* row = dynamic_cast<Parser::PolicyRowContext*>(item)) {
      result.rows.push_back(policy_row(row));
    } else if (auto* stand_in = dynamic_cast<Parser::PolicyStandInContext*>(item)) {
      result.stand_ins.push_back({name(stand_in->standIn), name(stand_in->role)});
    }
  }
  return result;
}

ast::PolicyRow Builder::policy_row(Parser::PolicyRowContext* tree) {
  using Verdict = ast::PolicyRow::Verdict;
  ast::PolicyRow row{.verdict = Verdict::Permit,
                     .roles = {},
                     .reason = {},
                     .condition = nullptr,
                     .budget = {},
                     .span = span(tree)};
  auto* verdict = tree->policyVerdict();
  if (auto* approval = dynamic_cast<Parser::ApprovalVerdictContext*>(verdict)) {
    row.verdict = Verdict::Approval;
    row.roles = names(approval->names());
  } else if (auto* forbid = dynamic_cast<Parser::ForbidVerdictContext*>(verdict)) {
    row.verdict = Verdict::Forbid;
    row.reason = text_value(forbid->TEXT());
  } else if (auto* permit = dynamic_cast<Parser::PermitVerdictContext*>(verdict);
             permit->ADVICE() != nullptr) {
    row.verdict = Verdict::PermitAdvice;
  }
  if (tree->expression() != nullptr) row.condition = expression(tree->expression());
  if (auto* budget = tree->adviceBudget()) {
    row.budget = {
        .limit = additive(budget->limit), .amount = nullptr, .account = nullptr, .span = span(budget)};
    if (budget->amount != nullptr) row.budget->amount = additive(budget->amount);
    if (budget->account != nullptr) row.budget->account = additive(budget->account);
  }
  return row;
}

}  // namespace endcap::syntax
