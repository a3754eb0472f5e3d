// Who may decide or do something: what narrows a role, by which calendar its time counts, and what of it
// endcap.toml fills.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills abi.conflicts.
void describe_conflicts(Context& context);
// Fills role_scopes and role_calendars.
void describe_roles(Context& context);
// Whoever has a role that is narrowed answers for something, and for something that there can be.
void compare_scopes(Context& context);
// A role that stands in endcap.toml with its people, but that no module declares, decides nothing.
void compare_roles(Context& context);

}  // namespace endcap::sema
