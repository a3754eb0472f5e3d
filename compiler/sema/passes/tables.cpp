// Tables answer every case once. What their cells can say is exactly what the grid can prove, so that only
// their size can keep a proof away.
#include <algorithm>

#include "compiler/sema/passes/case_grid.h"
#include "compiler/sema/passes/passes.h"

namespace endcap::sema {
namespace {

class TablePass {
 public:
  TablePass(const Program& program, const Table& table, Diagnostics& diagnostics)
      : name_(program.functions[table.function.index].name),
        table_(table),
        grid_(program, cases(program, table)),
        diagnostics_(diagnostics),
        applies_(table.rows.size()) {}

  void run() {
    const auto count = grid_.point_count();
    if (!count) {
      if (!has_otherwise()) diagnostics_.emit(DiagnosticKind::TableUnprovable, table_.span, {name_});
      return;
    }
    for (size_t number = 0; number < *count; ++number) look_at(grid_.point(number));
    for (size_t row = 0; row < table_.rows.size() && !told_; ++row) {
      if (!applies_[row]) diagnostics_.emit(DiagnosticKind::TableRowNever, table_.rows[row].span);
    }
  }

 private:
  static Cases cases(const Program& program, const Table& table) {
    Cases result{
        .locals = program.functions[table.function.index].locals, .rows = {}, .lets = nullptr, .facts = {}};
    for (const Table::Row& row : table.rows) result.rows.push_back(row.condition.get());
    return result;
  }

  bool has_otherwise() const { return !table_.rows.back().condition; }

  void look_at(const std::vector<size_t>& point) {
    std::optional<size_t> first;
    for (size_t row = 0; row < grid_.rows().size(); ++row) {
      if (!grid_.rows()[row] || !grid_.holds(*grid_.rows()[row], point)) continue;
      applies_[row] = true;
      if (first) tell_overlap(*first, row, point);
      first = first.value_or(row);
    }
    if (first) return;
    if (has_otherwise()) {
      applies_.back() = true;
    } else if (!gap_told_) {
      told_ = gap_told_ = true;
      diagnostics_.emit(DiagnosticKind::TableGap, table_.span, {name_, grid_.describe(point)});
    }
  }

  void tell_overlap(size_t first, size_t second, const std::vector<size_t>& point) {
    if (overlap_told_) return;
    told_ = overlap_told_ = true;
    diagnostics_.emit(DiagnosticKind::TableOverlap, table_.rows[second].span, {name_, grid_.describe(point)})
        .label(table_.rows[first].span, "this row answers too");
  }

  const std::string& name_;
  const Table& table_;
  CaseGrid grid_;
  Diagnostics& diagnostics_;
  std::vector<bool> applies_;
  bool told_ = false, gap_told_ = false, overlap_told_ = false;
};

}  // namespace

void check_tables(Program& program, Diagnostics& diagnostics) {
  for (const Table& table : program.tables) TablePass(program, table, diagnostics).run();
}

}  // namespace endcap::sema
