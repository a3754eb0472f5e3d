// The people of endcap.toml against what is asked of them: a snapshot of who holds which role.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Every row of a policy that asks roles has people who may grant it, each role its own, none of them barred
// by a conflict; whoever holds both sides of a conflict, and roles that work goes to and nobody holds, are
// told. A project without `[roles]` is told nothing.
void check_directory(Context& context);

}  // namespace endcap::sema
