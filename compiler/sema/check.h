// The front door of semantic analysis: modules of a project in, typed program and diagnostics out.
#pragma once

#include "compiler/diag/diagnostic.h"
#include "compiler/schema/project.h"
#include "compiler/sema/typed.h"
#include "compiler/syntax/ast.h"

namespace endcap {

// Runs every pass. The program may be lowered only when `diagnostics` has no errors. Never throws.
sema::Program check(const Project& project, const std::vector<ast::Module>& modules, const SourceMap& sources,
                    Diagnostics& diagnostics);

}  // namespace endcap
