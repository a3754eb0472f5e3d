// A decision table's rows in a file of their own, as spreadsheets save them: comma-separated values (RFC
// 4180), in UTF-8, with a header line. `;` and tab separate too where the header is so written. A line of
// blanks is none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/syntax/ast.h"

namespace endcap {

struct SheetCell {
  std::string text;  // without quotes and the blanks around it
  Span span;         // the same in the file
};

struct SheetRow {
  std::vector<SheetCell> cells;
  Span span;
};

struct Sheet {
  SourceId source = SourceId::None;
  std::vector<SheetCell> header;
  std::vector<SheetRow> rows;
};

// None when it has no header or quotes that do not match: a diagnostic says so. Never throws.
std::optional<Sheet> read_sheet(const SourceMap& sources, SourceId source, Diagnostics& diagnostics);

// How the cells of a column are written.
enum class SheetColumn : uint8_t {
  Written,    // as in the language: `>= 12%`, `[2 days .. 5 days)`, `high`
  AskedText,  // a text as it stands; `-`, `present`, `absent` and `otherwise` are themselves
  GivenText,  // a text as it stands; `absent` is itself
};

// The rows with their cells as a table's. `columns` has one element a header cell; what a row has beyond them
// is read as Written. None when a cell can't be read: diagnostics say why.
std::optional<std::vector<ast::TableRow>> rows_of_sheet(const Sheet& sheet,
                                                        const std::vector<SheetColumn>& columns,
                                                        const SourceMap& sources, Diagnostics& diagnostics);

}  // namespace endcap
