// Budgets of `permit advice` rows: what is written of them, and the facts that they go by.
#pragma once

#include "compiler/sema/policies.h"

namespace endcap::sema {

// A budget whose parts are checked, over the policy's parameters and `let`s.
struct WrittenBudget {
  size_t row = 0;
  Int128 limit = 0;
  ExprPtr amount, account;
};

// The budget of a row. Empty when it has none, or a finding says what is wrong with it.
std::optional<WrittenBudget> check_budget(Context& context, Expressions& expressions,
                                          const ast::PolicyRow& tree, size_t row);

// The same in its run-time form. `rewritten` has an amount and an account over the policy's facts by now, and
// so have the policy's `let`s.
std::optional<abi::PolicyRow::Budget> budget_of(Context& context, PolicyId policy,
                                                const WrittenBudget& rewritten);

}  // namespace endcap::sema
