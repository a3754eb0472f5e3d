// Text to syntax tree. Never throws, whatever the text: what can't be read becomes a diagnostic and an Error node, and only the
// declaration around it is lost. Nesting deeper than `kNestingMax` is refused rather than recursed into.
#pragma once

#include "compiler/diag/diagnostic.h"
#include "compiler/syntax/ast.h"

namespace endcap {

inline constexpr uint32_t kNestingMax = 200;

ast::Module parse(const SourceMap& sources, SourceId source, Diagnostics& diagnostics);

}  // namespace endcap
