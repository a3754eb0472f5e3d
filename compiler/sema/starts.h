// What starts a workflow or an exception, known before any body is looked at: raises and resolvers need it of
// each other.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills parameters of workflows and exceptions, and of exceptions their key and severity.
void describe_starts(Context& context);

// What whoever starts it by `resolve by` or `raise` gives: one a cell of its start.
std::vector<Parameter> start_values(const Context& context, uint32_t workflow);

// Leaves those of the standard library out that nothing raises.
void drop_unused_exceptions(Context& context);

}  // namespace endcap::sema
