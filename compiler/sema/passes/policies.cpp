// Policies decide every case once: a gap is a counterexample, an overlap too. What can't be proved needs
// `otherwise`, and is never permitted.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/passes/case_grid.h"
#include "compiler/sema/passes/passes.h"

namespace endcap::sema {
namespace {

using Result = CaseGrid::Search::Result;

class PolicyPass {
 public:
  PolicyPass(const Program& program, const Policy& policy, Diagnostics& diagnostics)
      : policy_(policy),
        described_(program.abi.policies[policy.index]),
        grid_(program, cases(policy)),
        diagnostics_(diagnostics) {}

  void run() {
    if (!otherwise_stands_last()) return;
    const size_t before = diagnostics_.all().size();
    overlaps();
    every_case();
    permits();
    beyond_budgets();
    if (diagnostics_.all().size() == before) rows_that_never_decide();
  }

 private:
  static Cases cases(const Policy& policy) {
    Cases result{.locals = policy.locals, .rows = {}, .lets = &policy.lets, .facts = policy.facts};
    for (const Policy::Row& row : policy.rows) result.rows.push_back(row.condition.get());
    return result;
  }

  bool has_otherwise() const { return !policy_.rows.empty() && !policy_.rows.back().condition; }
  bool permits(size_t row) const {
    return described_.rows[row].verdict == abi::PolicyRow::Verdict::Permit ||
           described_.rows[row].verdict == abi::PolicyRow::Verdict::PermitAdvice;
  }
  Diagnostic& emit(DiagnosticKind kind, size_t row, std::vector<std::string> arguments) {
    return diagnostics_.emit(kind, policy_.rows[row].span, std::move(arguments));
  }

  bool otherwise_stands_last() {
    bool stands = true;
    for (size_t row = 0; row + 1 < policy_.rows.size(); ++row) {
      if (policy_.rows[row].condition) continue;
      emit(DiagnosticKind::PolicyOtherwiseNotLast, row, {policy_.name});
      stands = false;
    }
    return stands;
  }

  // A case in which no row with a condition holds.
  void every_case() {
    std::vector<Condition> none;
    for (const auto& row : grid_.rows()) {
      if (row) none.push_back(negated(*row));
    }
    std::vector<const Condition*> wanted;
    for (const Condition& condition : none) wanted.push_back(&condition);
    left_over_ = grid_.search(wanted);
    if (left_over_.result == Result::None || has_otherwise()) return;
    if (left_over_.result == Result::Certain) {
      diagnostics_.emit(DiagnosticKind::PolicyGap, policy_.span,
                        {policy_.name, grid_.describe(left_over_.point)});
      return;
    }
    Diagnostic& diagnostic =
        diagnostics_.emit(DiagnosticKind::PolicyUnprovable, policy_.span, {policy_.name, doubt(left_over_)});
    if (left_over_.result == Result::Seeming)
      diagnostic.note("no row seems to apply when " + grid_.describe(left_over_.point));
  }

  // The first pair of rows that hold together.
  void overlaps() {
    for (size_t second = 1; second < policy_.rows.size(); ++second) {
      if (!grid_.rows()[second]) continue;
      for (size_t first = 0; first < second; ++first) {
        const auto both = grid_.search({&*grid_.rows()[first], &*grid_.rows()[second]});
        if (both.result == Result::None) continue;
        tell_overlap(first, second, both);
        return;
      }
    }
  }

  void tell_overlap(size_t first, size_t second, const CaseGrid::Search& both) {
    const std::string when =
        both.result == Result::TooMany ? "nobody can say what" : grid_.describe(both.point);
    if (both.result == Result::Certain) {
      emit(DiagnosticKind::PolicyOverlap, second, {policy_.name, when})
          .label(policy_.rows[first].span, "this row holds too");
      return;
    }
    emit(DiagnosticKind::PolicyOverlapUnprovable, second, {policy_.name, doubt(both), when})
        .label(policy_.rows[first].span, "this row seems to hold too")
        .note("let one row say that the other does not hold: `when ... and not (...)`");
  }

  void permits() {
    for (size_t row = 0; row < policy_.rows.size(); ++row) {
      if (!permits(row)) continue;
      const auto& condition = grid_.rows()[row];
      std::string why;
      if (!grid_.complete()) {
        why = "too many cases";
      } else if (condition && grid_.uses_opaque_axis(*condition)) {
        why = "this row asks what can't be looked into";
      } else if (!condition &&
                 (left_over_.result == Result::Seeming || left_over_.result == Result::TooMany)) {
        why = doubt(left_over_);
      }
      if (why.empty()) continue;
      emit(DiagnosticKind::PolicyPermitUnprovable, row, {policy_.name, why})
          .note(condition
                    ? "let a role approve it"
                    : "say in a row of its own when it is permitted, and let `otherwise` be approved or "
                      "forbidden");
    }
  }

  bool has_budget() const {
    return std::ranges::count(described_.rows, abi::PolicyRow::Verdict::PermitAdvice,
                              &abi::PolicyRow::verdict) > 0;
  }

  // What a budget does not bear is the last row's, which asks a person or forbids.
  void beyond_budgets() {
    const auto last =
        described_.rows.empty() ? abi::PolicyRow::Verdict::Permit : described_.rows.back().verdict;
    const bool said = has_otherwise() &&
                      (last == abi::PolicyRow::Verdict::Approval || last == abi::PolicyRow::Verdict::Forbid);
    for (size_t row = 0; !said && row < policy_.rows.size(); ++row) {
      if (described_.rows[row].verdict != abi::PolicyRow::Verdict::PermitAdvice) continue;
      emit(DiagnosticKind::BudgetBeyond, row, {policy_.name})
          .note("end the policy with `| approval by ROLE otherwise`, or `| forbid \"why\" otherwise`");
      return;
    }
  }

  void rows_that_never_decide() {
    for (size_t row = 0; row < policy_.rows.size(); ++row) {
      const auto& condition = grid_.rows()[row];
      if (condition && grid_.search({&*condition}).result == Result::None) {
        emit(DiagnosticKind::PolicyRowNever, row, {policy_.name, "its condition can't hold"});
      } else if (!condition && left_over_.result == Result::None && !has_budget()) {
        emit(DiagnosticKind::PolicyRowNever, row, {policy_.name, "the rows above cover every case"});
      }
    }
  }

  std::string doubt(const CaseGrid::Search& search) const {
    return search.result == Result::TooMany ? "too many cases" : grid_.doubt(search.point);
  }

  const Policy& policy_;
  const abi::Policy& described_;
  CaseGrid grid_;
  Diagnostics& diagnostics_;
  CaseGrid::Search left_over_;  // what only `otherwise` decides
};

}  // namespace

void check_policies(Program& program, Diagnostics& diagnostics) {
  // What holds of each holds of several together.
  for (const Policy& policy : program.policies) {
    if (policy.of.empty()) PolicyPass(program, policy, diagnostics).run();
  }
}

}  // namespace endcap::sema
