// Budgets: see budgets.h.
#include "compiler/sema/budgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace endcap::sema {
namespace {

constexpr std::array kSummed{Kind::Int, Kind::Decimal, Kind::Money, Kind::Quantity};
constexpr std::array kAccounts{Kind::Text, Kind::Int, Kind::Date, Kind::Enum, Kind::Bool};

// The fact that an expression is, also behind the name of a `let`.
std::optional<uint32_t> fact_of(const Policy& policy, const Expr& expr) {
  if (const auto* field = std::get_if<FieldOf>(&expr.node)) {
    const auto* record = std::get_if<LocalRef>(&field->record->node);
    return record && record->local == policy.facts ? std::optional(field->field) : std::nullopt;
  }
  const auto* local = std::get_if<LocalRef>(&expr.node);
  if (!local) return std::nullopt;
  const auto let =
      std::ranges::find_if(policy.lets, [&](const auto& each) { return each.first == local->local; });
  return let == policy.lets.end() ? std::nullopt : fact_of(policy, *let->second);
}

}  // namespace

std::optional<WrittenBudget> check_budget(Context& context, Expressions& expressions,
                                          const ast::PolicyRow& tree, size_t row) {
  if (tree.verdict != ast::PolicyRow::Verdict::PermitAdvice) {
    if (tree.budget) context.emit(DiagnosticKind::BudgetElsewhere, tree.budget->span);
    return std::nullopt;
  }
  const char* missing = !tree.budget            ? "how much it lets through"
                        : !tree.budget->amount  ? "what is summed"
                        : !tree.budget->account ? "what has a budget of its own"
                                                : nullptr;
  if (missing) {
    context.emit(DiagnosticKind::BudgetIncomplete, tree.span, {missing})
        .note("end it with `up to LIMIT of AMOUNT per THING`, as in `up to 500 ea of units per promo.id`");
    return std::nullopt;
  }
  WrittenBudget budget{.row = row,
                       .limit = 0,
                       .amount = expressions.check(tree.budget->amount),
                       .account = expressions.check(tree.budget->account)};
  const auto is_one_of = [&](const auto& kinds, const ExprPtr& expr) {
    return std::ranges::any_of(kinds, [&](Kind kind) { return context.types.is(expr->type, kind); });
  };
  bool sound = !is_invalid(*budget.amount) && !is_invalid(*budget.account);
  if (!is_invalid(*budget.amount) && !is_one_of(kSummed, budget.amount)) {
    context.emit(DiagnosticKind::BudgetAmount, budget.amount->span, {context.type_name(budget.amount->type)});
    return std::nullopt;
  }
  if (!is_invalid(*budget.account) && !is_one_of(kAccounts, budget.account)) {
    context.emit(DiagnosticKind::BudgetAccount, budget.account->span,
                 {context.type_name(budget.account->type)});
    sound = false;
  }
  const TypeId unit = is_invalid(*budget.amount) ? abi::kNoType : context.types.base(budget.amount->type);
  const ExprPtr limit =
      expressions.check(tree.budget->limit, unit, {budget.amount->span, "this is what is summed"});
  if (is_invalid(*limit)) return std::nullopt;
  const auto* written = std::get_if<Literal>(&limit->node);
  if (!written || written->cell.bits <= 0) {
    context.emit(DiagnosticKind::BudgetLimit, limit->span);
    return std::nullopt;
  }
  budget.limit = written->cell.bits;
  return sound ? std::optional(std::move(budget)) : std::nullopt;
}

std::optional<abi::PolicyRow::Budget> budget_of(Context& context, PolicyId policy,
                                                const WrittenBudget& rewritten) {
  const Policy& described = context.program.policies[policy.index];
  const auto amount = fact_of(described, *rewritten.amount), account = fact_of(described, *rewritten.account);
  for (const auto& [expr, fact] : {std::pair(&rewritten.amount, amount), {&rewritten.account, account}}) {
    if (!fact && !is_invalid(**expr))
      context.emit(DiagnosticKind::BudgetComputed, (*expr)->span)
          .note("let the operations be given it, or name a part of what they are given");
  }
  if (!amount || !account) return std::nullopt;
  const auto& facts = context.types[context.policies[policy.index].facts_type].fields;
  return abi::PolicyRow::Budget{
      .amount = *amount,
      .account = *account,
      .limit = rewritten.limit,
      .name = fmt::format("{}: {} ({}) per {}", described.name, facts[*amount].name,
                          context.type_name(context.types.base(facts[*amount].type)), facts[*account].name),
      .beyond = static_cast<uint32_t>(described.rows.size() - 1)};
}

}  // namespace endcap::sema
