// What becomes of the instances of one program under another, as the engine needs it: the comparison of
// breaking.h, told in the numbers of both programs.
#pragma once

#include "runtime/abi/upgrade.h"

namespace endcap::ir {

// Needs nothing of `before` but its tables: the engine keeps those, and no source.
abi::Upgrade plan_upgrade(const abi::Program& before, const abi::Program& after);

}  // namespace endcap::ir
