// Diagnostics as people and programs read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"

namespace endcap {

enum class Format : uint8_t { Human, Short, Json, Sarif, Github, Junit };

// "sarif" -> Format::Sarif; nothing for a name that is no format.
std::optional<Format> find_format(std::string_view name);
const std::vector<std::string>& format_names();

struct RenderOptions {
  Format format = Format::Human;
  bool colour = false;
  // Sarif, Github, Junit: the project's folder as a build server sees it. Their paths start there, because it
  // matches findings with files of the repository; the other formats name files as the project does.
  std::string folder = "";
  std::string version = "";  // of the compiler; Sarif says it
};

// Human: excerpt with carets and labels. Short: `path:line:column: error EC0301: message`, one line each.
// Json: one array of objects {code, name, severity, message, path, line, column, end_line, end_column,
// labels, notes, fix}; fix is null or {path, line, column, end_line, end_column, replacement, title, safe}.
// Sarif: one log of SARIF 2.1.0 (OASIS, errata 01). Github: one workflow command a finding. Junit: one test
// case a file of the project and one failure a finding.
std::string render(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                   RenderOptions options);

}  // namespace endcap
