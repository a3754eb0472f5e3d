// Schedules: when they start which workflow, and what they give it.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills abi.schedules. Needs the workflows and their keys.
void describe_schedules(Context& context);

}  // namespace endcap::sema
