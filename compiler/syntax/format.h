// The formatter: one canonical layout for every text.
//
// A block is indented by two, what stands in it begins on lines of its own; a block that its author wrote on
// one line stays there while the line fits kLineColumns. Elsewhere the author's line breaks are kept and the
// lines they make are indented by four; several blank lines become one. Columns of adjacent lines are
// aligned: fields and mappings, the rows of policies and tables, short handlers and steps, comments behind
// lines.
#pragma once

#include <optional>
#include <string>

#include "compiler/diag/diagnostic.h"

namespace endcap {

inline constexpr uint32_t kLineColumns = 120;

// The same tokens and the same comments in the canonical layout. Nothing, and diagnostics that say why, when
// the text can't be read.
std::optional<std::string> format(const SourceMap& sources, SourceId source, Diagnostics& diagnostics);

}  // namespace endcap
