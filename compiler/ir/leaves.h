// What of a grant may have been written where somebody waits, and what may still be: a later version that
// writes elsewhere would write it twice. Of an element this is told of its own leaf.
#pragma once

#include "compiler/ir/flow.h"

namespace endcap::ir {

// WaitPoint::written, written_now and ahead of every machine.
void fill_leaves(Program& program);

}  // namespace endcap::ir
