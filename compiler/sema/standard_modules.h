// The standard library: modules that every project can use without listing them among its sources. They come
// with the compiler, are compiled only where they are used, and are part of the program like any other.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/syntax/ast.h"

namespace endcap {

// "std.exceptions" -> its text.
const std::map<std::string_view, std::string_view>& standard_module_texts();

// Of a source by its path among the sources of a project: "std/exceptions.endcap". Nothing: it is none of them.
std::optional<std::string_view> standard_module_text(std::string_view path);

// Adds those that `modules` use, and those that these use. A project that has a module of the name keeps its
// own.
void add_standard_modules(std::vector<ast::Module>& modules, SourceMap& sources, Diagnostics& diagnostics);

}  // namespace endcap
