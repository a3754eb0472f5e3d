// Diagnostics as people and programs read them.
#pragma once

#include <string>

#include "compiler/diag/diagnostic.h"

namespace endcap {

enum class Format : uint8_t { Human, Short, Json };

struct RenderOptions {
  Format format = Format::Human;
  bool colour = false;
};

// Human: excerpt with carets and labels. Short: `path:line:column: error EC0301: message`, one line each.
// Json: one array of objects {code, name, severity, message, path, line, column, end_line, end_column, labels, notes, fix}.
std::string render(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources, RenderOptions options);

}  // namespace endcap
