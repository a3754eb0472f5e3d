// The rules that look at meaning rather than names: one pass a rule, each over the whole typed tree, in any
// order.
#pragma once

#include <string>

#include "compiler/diag/diagnostic.h"
#include "compiler/sema/typed.h"

namespace endcap::sema {

// As its own module calls it: "retail.launch.Launch" -> "Launch".
inline std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

// No exception comes back to itself: neither by what it raises nor by the workflow that resolves it.
void check_raises(Program& program, Diagnostics& diagnostics);

// Labels every expression and local as trusted or advice, and refuses what advice alone may not do: add or
// change a write, permit itself, move a wait, start a compensation (LANGUAGE, Advice).
void check_advice(Program& program, Diagnostics& diagnostics);

// No advice comes into what routes and syncs carry, nor into what decides about it.
void check_carried_advice(Program& program, Diagnostics& diagnostics);

// Grants are affine: no leaf is written at two places of one path, nor a single leaf once an element
// (LANGUAGE, Proposal and grant). What `and compensate` would leave though it can be taken back is told.
void check_grants(Program& program, Diagnostics& diagnostics);

// No two writes of one thing are in flight together, where it is surely one thing.
void check_parallel_writes(Program& program, Diagnostics& diagnostics);

// No `when` asks what can't hold after what was asked before it.
void check_reach(Program& program, Diagnostics& diagnostics);

// An approval's handlers stand again where it is written: none leaves out or yields an element of another
// loop there, and together they stay small.
void check_approvals(Program& program, Diagnostics& diagnostics);

// Every path ends, nothing stands behind an end, a collecting loop yields on every path, a failure says what
// becomes of pending undos.
void check_flow(Program& program, Diagnostics& diagnostics);

// A step that is due can be over by then, as far as that is known.
void check_dues(Program& program, Diagnostics& diagnostics);

// What was read goes to no system and no model whose class is lower.
void check_data_classes(Program& program, Diagnostics& diagnostics);

// What was read is not used after the time for which it counts.
void check_freshness(Program& program, Diagnostics& diagnostics);

// Policy rows cover every case and no case twice, where that can be proved (LANGUAGE, Proofs).
void check_policies(Program& program, Diagnostics& diagnostics);

// The rows of a table cover every case, no case twice, and each covers one.
void check_tables(Program& program, Diagnostics& diagnostics);

}  // namespace endcap::sema
