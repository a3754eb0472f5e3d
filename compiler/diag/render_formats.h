// What render() makes of diagnostics by itself; what it shares with other tools is in report.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/diag/render.h"

namespace endcap {

std::string render_human(const Diagnostic& diagnostic, const SourceMap& sources, bool colour);
std::string render_json(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources);
// A file of the project is a test case, a finding its failure.
std::string render_junit(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                         const std::string& folder);

std::string_view severity_word(Severity severity);

// A file's path as seen from where `folder` is: "shop/flow.endcap" for "flow.endcap" of "./shop". What is
// absolute stays.
std::string path_from(const std::string& folder, const std::string& path);

// Text from a file as a terminal may see it: control characters, and bytes that are no UTF-8, become `?`.
std::string printable(std::string_view text);

}  // namespace endcap
