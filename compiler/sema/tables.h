// Decision tables: a header of inputs and results, and rows that become one chain of choices.
#pragma once

#include "compiler/sema/expressions.h"

namespace endcap::sema {

// Nobody proof-reads a longer table. One that stands in a sheet is edited in columns, and is limited by the code that
// it becomes: its rows are compiled, in a time that grows with their square.
inline constexpr size_t kTableRowsMax = 200, kSheetRowsMax = 400;

// The typed function of table `index` (of Context::functions) and its rows for the proofs.
void check_table(Context& context, uint32_t index);

}  // namespace endcap::sema
