// The standard library: modules that every project can use without listing them among its sources. They come
// with the compiler, are compiled only where they are used, and are part of the program like any other.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/syntax/ast.h"

namespace endcap {

// "std.exceptions" -> its text.
const std::map<std::string_view, std::string_view>& standard_module_texts();

// Adds those that `modules` use, and those that these use. A project that has a module of the name keeps its
// own.
void add_standard_modules(std::vector<ast::Module>& modules, SourceMap& sources, Diagnostics& diagnostics);

}  // namespace endcap
