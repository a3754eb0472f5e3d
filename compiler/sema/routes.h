// Routes and syncs: what is carried from one system to another, and what it is made into.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills abi.routes and abi.syncs, and Program::routes and Program::syncs. Needs mappings, operations with their
// bodies, and policies.
void describe_routes(Context& context);

}  // namespace endcap::sema
