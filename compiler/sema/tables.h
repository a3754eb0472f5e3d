// Decision tables: a header of inputs and results, and rows that become one chain of choices.
#pragma once

#include "compiler/sema/expressions.h"

namespace endcap::sema {

// A longer table is refused: it becomes a chain of choices as deep as it has rows, and nobody proof-reads it.
inline constexpr size_t kTableRowsMax = 200;

// The typed function of table `index` (of Context::functions) and its rows for the proofs.
void check_table(Context& context, uint32_t index);

}  // namespace endcap::sema
