// Typed tree to Flow IR.
#pragma once

#include "compiler/ir/flow.h"
#include "compiler/sema/typed.h"

namespace endcap::ir {

// The program must have been checked without errors. The result passes `verify`.
Program lower(sema::Program&& program, const SourceMap& sources);

// Empty when the IR is well formed; otherwise what is wrong, one sentence each, naming graph and block.
std::vector<std::string> verify(const Program& program);

std::string print(const Program& program);     // readable text of every graph: for tests and `endcap check --emit ir`

}  // namespace endcap::ir
