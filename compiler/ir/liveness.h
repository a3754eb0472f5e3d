// From blocks to frames: which registers live across each park, and the loads that bring them back.
#pragma once

#include "compiler/ir/flow.h"

namespace endcap::ir {

// Drops blocks that nothing reaches and renumbers the others in their order. Every state must be parked at or
// be a guard.
void remove_unreachable(Graph& graph);

// For each machine: State::live and WaitPoint::live of every state, and a LoadFrame per slot at the head of
// its entry. The frame of state 0 is the parameters; a guard sees the frame of the wait it belongs to (of a
// handler: its parameters). Slots stand in the order of register numbers, so that the same program always has
// the same frames. Call it once, on complete machines.
void fill_liveness(Program& program);

}  // namespace endcap::ir
