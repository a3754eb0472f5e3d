// Rules by which something comes round: schedules and reconciliations say them alike.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// The rule as the engine follows it, and the calendar of its business days. What is wrong with it is told.
void describe_recurrence(Context& context, uint32_t module, const ast::RecurrenceRule& tree, Recurrence& out,
                         std::optional<uint32_t>& calendar);

}  // namespace endcap::sema
