// The explanations in compiler/diag/explain/*.md, embedded when the compiler is built.
#pragma once

#include <string_view>

namespace endcap {

// The Markdown of explain/EC0301.md for "EC0301"; empty when there is no such file.
std::string_view explanation_text(std::string_view code);

}  // namespace endcap
