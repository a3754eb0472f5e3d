// Policies decide every case once: a gap is a counterexample, an overlap too, and what can't be proved needs
// `otherwise`.
#include "compiler/sema/passes/case_grid.h"
#include "compiler/sema/passes/passes.h"

namespace endcap::sema {
namespace {

class PolicyPass {
 public:
  PolicyPass(const Program& program, const Policy& policy, Diagnostics& diagnostics)
      : policy_(policy), grid_(program, cases(policy)), diagnostics_(diagnostics) {}

  void run() {
    const auto count = grid_.point_count();
    if (!count) {
      if (!has_otherwise())
        diagnostics_.emit(DiagnosticKind::PolicyUnprovable, policy_.span, {policy_.name, "too many cases"});
      return;
    }
    for (size_t number = 0; number < *count && !(gap_told_ && overlap_told_); ++number)
      look_at(grid_.point(number));
  }

 private:
  static Cases cases(const Policy& policy) {
    Cases result{.locals = policy.locals, .rows = {}, .lets = &policy.lets, .facts = policy.facts};
    for (const Policy::Row& row : policy.rows) result.rows.push_back(row.condition.get());
    return result;
  }

  bool has_otherwise() const {
    for (const Policy::Row& row : policy_.rows) {
      if (!row.condition) return true;
    }
    return false;
  }

  void look_at(const std::vector<size_t>& point) {
    std::vector<size_t> holding;
    for (size_t row = 0; row < grid_.rows().size(); ++row) {
      if (grid_.rows()[row] && grid_.holds(*grid_.rows()[row], point)) holding.push_back(row);
    }
    if (holding.empty() && !has_otherwise() && !gap_told_) {
      gap_told_ = true;
      if (grid_.has_opaque_axis()) {
        diagnostics_
            .emit(DiagnosticKind::PolicyUnprovable, policy_.span,
                  {policy_.name, "a condition compares two values that vary"})
            .note("nothing seems to hold when " + grid_.describe(point));
      } else {
        diagnostics_.emit(DiagnosticKind::PolicyGap, policy_.span, {policy_.name, grid_.describe(point)});
      }
    }
    // On an opaque axis an overlap may not exist; the first row wins there, as written.
    if (holding.size() > 1 && !overlap_told_ && !grid_.has_opaque_axis()) {
      overlap_told_ = true;
      diagnostics_
          .emit(DiagnosticKind::PolicyOverlap, policy_.rows[holding[1]].span,
                {policy_.name, grid_.describe(point)})
          .label(policy_.rows[holding[0]].span, "this row holds too");
    }
  }

  const Policy& policy_;
  CaseGrid grid_;
  Diagnostics& diagnostics_;
  bool gap_told_ = false, overlap_told_ = false;
};

}  // namespace

void check_policies(Program& program, Diagnostics& diagnostics) {
  for (const Policy& policy : program.policies) PolicyPass(program, policy, diagnostics).run();
}

}  // namespace endcap::sema
