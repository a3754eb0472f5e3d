// Policies: parameters, rows, roles, and the operations they govern.
#include "compiler/sema/policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/sema/budgets.h"
#include "compiler/sema/mends.h"
#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"

namespace endcap::sema {
namespace {

class PolicyDescriber {
 public:
  PolicyDescriber(Context& context, uint32_t index)
      : context_(context),
        index_(index),
        module_(context.policies[index].module),
        tree_(*context.policies[index].tree) {}

  void run() {
    info().facts_type = context_.types.reserve(Kind::Record, tree_.name.text + " facts");
    std::vector<Local> locals;
    Scope scope(context_, locals);
    policy().facts = scope.hidden("facts", info().facts_type, tree_.name.span);
    for (const ast::Parameter& parameter : tree_.parameters) {
      const TypeId type = resolve_stored_type(context_, module_, parameter.type.get(), "a policy's facts");
      info().parameters.push_back({.name = parameter.name.text,
                                   .type = type,
                                   .span = parameter.name.span,
                                   .local = scope.declare(parameter.name, type)});
    }
    govern();
    Expressions expressions(context_, module_, scope);
    for (const ast::PolicyDecl::Let& let : tree_.lets) {
      ExprPtr value = expressions.check(let.value);
      const LocalId local = scope.declare(let.name, value->type);
      policy().lets.emplace_back(local, std::move(value));
    }
    for (const ast::PolicyRow& row : tree_.rows) describe_row(expressions, row);
    stand_ins();
    policy().locals = std::move(locals);
    FactsBuilder facts(context_, PolicyId(index_));
    for (auto& [local, value] : policy().lets) facts.rewrite(value);
    for (Policy::Row& row : policy().rows) {
      if (row.condition) facts.rewrite(row.condition);
    }
    for (WrittenBudget& budget : budgets_) {
      facts.rewrite(budget.amount);
      facts.rewrite(budget.account);
    }
    facts.finish();
    for (const WrittenBudget& written : budgets_) {
      if (auto budget = budget_of(context_, PolicyId(index_), written))
        out().rows[written.row].budgets.push_back(std::move(*budget));
    }
  }

 private:
  PolicyInfo& info() { return context_.policies[index_]; }
  Policy& policy() { return context_.program.policies[index_]; }
  abi::Policy& out() { return context_.program.abi.policies[index_]; }

  void govern() {
    for (const ast::QualifiedName& name : tree_.governs) {
      const Symbol* symbol = require_symbol(context_, module_, name.text(), name.span, SymbolKind::Operation);
      if (!symbol) continue;
      OperationInfo& operation = context_.operations[symbol->index];
      if (operation.tree->operation_class != ast::OperationDecl::Class::Write) {
        if (operation.tree->operation_class != ast::OperationDecl::Class::Missing)
          context_.emit(DiagnosticKind::GovernsNoWrite, name.span, {symbol->name})
              .label(symbol->span, "declared here");
        continue;
      }
      const auto known = std::ranges::find(operation.governed_by, PolicyId(index_), &Governing::policy);
      if (known != operation.governed_by.end()) {
        suggest_if(context_.emit(DiagnosticKind::GovernedTwice, name.span, {symbol->name, tree_.name.text})
                       .label(known->span, "governed here"),
                   take_out(context_, name.span, "name it once"));
        continue;
      }
      operation.governed_by.push_back({PolicyId(index_), name.span});
      operation.policy = PolicyId(index_);
      for (const Parameter& parameter : info().parameters) require_parameter(name, operation, parameter);
    }
  }

  // The policy looks at what the operation is given, by name.
  void require_parameter(const ast::QualifiedName& name, const OperationInfo& operation,
                         const Parameter& parameter) {
    if (parameter.type == abi::kNoType) return;
    const auto found = std::ranges::find(operation.parameters, parameter.name, &Parameter::name);
    if (found != operation.parameters.end() && (found->type == parameter.type || found->type == abi::kNoType))
      return;
    auto& diagnostic =
        context_.emit(DiagnosticKind::PolicyParameterMissing, name.span,
                      {name.text(), parameter.name, context_.type_name(parameter.type), tree_.name.text});
    diagnostic.label(parameter.span, "the policy looks at it");
    diagnostic.label(
        found != operation.parameters.end() ? found->span : operation.tree->name.span,
        found != operation.parameters.end() ? "this is " + context_.type_name(found->type) : "declared here");
  }

  void describe_row(Expressions& expressions, const ast::PolicyRow& row) {
    static constexpr std::array kVerdicts{abi::PolicyRow::Verdict::Permit,
                                          abi::PolicyRow::Verdict::PermitAdvice,
                                          abi::PolicyRow::Verdict::Approval, abi::PolicyRow::Verdict::Forbid};
    abi::PolicyRow described{
        .verdict = kVerdicts[static_cast<size_t>(row.verdict)], .roles = {}, .reason = row.reason};
    for (const ast::Name& role : row.roles) {
      const auto index = require_role(context_, module_, role);
      if (!index) continue;
      if (std::ranges::find(described.roles, *index) != described.roles.end()) {
        // Left out, one person would be enough where two were meant.
        context_.emit(DiagnosticKind::DuplicateName, role.span, {role.text})
            .note("a row asks one person of each role: for two people of " + role.text +
                  ", declare a second role, give it to the same people, and name both here");
        continue;
      }
      described.roles.push_back(*index);
    }
    out().rows.push_back(std::move(described));
    policy().rows.push_back({row.condition ? expressions.condition(row.condition) : nullptr, row.span});
    if (auto budget = check_budget(context_, expressions, row, out().rows.size() - 1))
      budgets_.push_back(std::move(*budget));
  }

  void stand_ins() {
    for (const auto& clause : tree_.stand_ins) {
      const auto stand_in = require_role(context_, module_, clause.stand_in),
                 role = require_role(context_, module_, clause.role);
      if (!stand_in || !role) continue;
      out().stand_ins.push_back({*stand_in, *role});
      const auto& conflicts = context_.program.abi.conflicts;
      if (std::ranges::find(conflicts, std::pair(*stand_in, *role)) != conflicts.end() ||
          std::ranges::find(conflicts, std::pair(*role, *stand_in)) != conflicts.end())
        context_
            .emit(DiagnosticKind::StandInConflicts, clause.stand_in.span,
                  {clause.stand_in.text, clause.role.text})
            .note("who decides for a role may hold nothing that conflicts with it: name another stand-in");
    }
  }

  Context& context_;
  uint32_t index_;
  uint32_t module_;
  const ast::PolicyDecl& tree_;
  std::vector<WrittenBudget> budgets_;
};

}  // namespace

void describe_policies(Context& context) {
  for (uint32_t i = 0; i < context.policies.size(); ++i) PolicyDescriber(context, i).run();
}

}  // namespace endcap::sema
