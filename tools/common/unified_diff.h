// The difference of two texts as `patch` and `git apply` read it.
#pragma once

#include <string>
#include <string_view>

namespace endcap {

// With three lines of context; "--- a/PATH" and "+++ b/PATH" on top. Empty when the texts are equal.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace endcap
