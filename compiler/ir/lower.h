// Typed tree to Flow IR.
#pragma once

#include "compiler/diag/diagnostic.h"
#include "compiler/ir/flow.h"
#include "compiler/sema/typed.h"

namespace endcap::ir {

// The program must have been checked without errors. The result passes `check_limits`, or what is wrong is the
// user's to change; then it passes `verify`, or what is wrong is ours.
Program lower(sema::Program&& program, const SourceMap& sources);

// What only shows when a workflow is lowered: a wait that would keep or hand over more values than a frame has
// room for.
void check_limits(const Program& program, Diagnostics& diagnostics);

// Empty when the IR is well formed; otherwise what is wrong, one sentence each, naming graph and block.
std::vector<std::string> verify(const Program& program);

std::string print(const Program& program);     // readable text of every graph: for tests and `endcap check --emit ir`

}  // namespace endcap::ir
