// The cells of a sheet as a table's: texts as they stand, the others through the grammar.
#include <algorithm>

#include "compiler/syntax/build.h"
#include "compiler/syntax/nesting.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/sheet.h"
#include "compiler/syntax/trees.h"

namespace endcap {

namespace syntax {
namespace {

class SheetBuilder {
 public:
  SheetBuilder(const Sheet& sheet, const std::vector<SheetColumn>& columns, const SourceMap& sources,
               Diagnostics& diagnostics)
      : sheet_(sheet),
        columns_(columns),
        text_(sources.file(sheet.source).text),
        diagnostics_(diagnostics),
        file_(tokenise(written_cells(), sheet.source, diagnostics)),
        parser_(text_, sheet.source, diagnostics),
        builder_(text_, sheet.source, diagnostics) {}

  std::vector<ast::TableRow> rows() {
    std::vector<ast::TableRow> result;
    for (const SheetRow& row : sheet_.rows) {
      ast::TableRow built{.cells = {}, .span = row.span};
      for (size_t i = 0; i < row.cells.size(); ++i) built.cells.push_back(cell(row.cells[i], column(i)));
      result.push_back(std::move(built));
    }
    return result;
  }

 private:
  SheetColumn column(size_t index) const {
    return index < columns_.size() ? columns_[index] : SheetColumn::Written;
  }

  // The file's text with nothing in it but the cells that the grammar reads, each where it stands and with a
  // bar behind it, so that its words have no neighbours but its own.
  std::string written_cells() const {
    std::string result(text_.size(), ' ');
    for (const SheetRow& row : sheet_.rows) {
      for (size_t i = 0; i < row.cells.size(); ++i) {
        if (column(i) != SheetColumn::Written) continue;
        const Span at = row.cells[i].span;
        std::ranges::copy(text_.substr(at.begin, at.end - at.begin), result.begin() + at.begin);
        if (at.end < result.size()) result[at.end] = '|';
      }
    }
    return result;
  }

  ast::TableCell cell(const SheetCell& cell, SheetColumn column) {
    ast::TableCell broken{.values = {}, .span = cell.span};
    if (cell.text.empty()) {
      diagnostics_.emit(DiagnosticKind::TableCellMisplaced, cell.span,
                        {"this cell is empty: `-` stands where nothing is asked"});
      return broken;
    }
    if (column != SheetColumn::Written) return text_cell(cell, column);
    Tokens tokens = tokens_of(cell.span);
    if (const auto deep = nested_too_deep(tokens, kNestingMax)) {
      diagnostics_.emit(DiagnosticKind::NestedTooDeep, span_of(*tokens[*deep], sheet_.source),
                        {std::to_string(kNestingMax)});
      return broken;
    }
    auto* tree = parser_.parse(std::move(tokens), cell.span.end, &Parser::sheetCell);
    return tree == nullptr ? std::move(broken) : builder_.table_cell(tree->tableCell());
  }

  static ast::TableCell text_cell(const SheetCell& cell, SheetColumn column) {
    using Form = ast::TableCell::Form;
    ast::TableCell result{.form = Form::Values, .values = {}, .span = cell.span};
    const bool asked = column == SheetColumn::AskedText;
    if (asked && cell.text == "-") {
      result.form = Form::Any;
    } else if (asked && cell.text == "otherwise") {
      result.form = Form::Otherwise;
    } else if (asked && cell.text == "present") {
      result.form = Form::Present;
    } else if (cell.text == "absent") {
      result.values.push_back(make_expression(cell.span, ast::AbsentLit{}));
    } else {
      result.values.push_back(make_expression(cell.span, ast::TextLit{cell.text}));
    }
    return result;
  }

  // Cells are asked for in the order in which they stand in the file.
  Tokens tokens_of(Span cell) {
    Tokens result;
    for (; next_ < file_.tokens.size() && span_of(*file_.tokens[next_], sheet_.source).begin < cell.end;
         ++next_) {
      if (span_of(*file_.tokens[next_], sheet_.source).begin >= cell.begin)
        result.push_back(std::move(file_.tokens[next_]));
    }
    return result;
  }

  const Sheet& sheet_;
  const std::vector<SheetColumn>& columns_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  TokenisedFile file_;
  size_t next_ = 0;
  TwoStageParser parser_;
  Builder builder_;
};

}  // namespace
}  // namespace syntax

std::optional<std::vector<ast::TableRow>> rows_of_sheet(const Sheet& sheet,
                                                        const std::vector<SheetColumn>& columns,
                                                        const SourceMap& sources, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  auto rows = syntax::SheetBuilder(sheet, columns, sources, diagnostics).rows();
  if (diagnostics.error_count() != errors) return std::nullopt;
  return rows;
}

}  // namespace endcap
