// The formats behind render(): one file each.
#pragma once

#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"

namespace endcap {

std::string render_human(const Diagnostic& diagnostic, const SourceMap& sources, bool colour);
std::string render_json(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources);

std::string_view severity_word(Severity severity);

// Text from a file as a terminal may see it: control characters, and bytes that are no UTF-8, become `?`.
std::string printable(std::string_view text);

}  // namespace endcap
