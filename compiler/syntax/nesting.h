// How deep a declaration nests, told from its tokens before anything recurses over it.
#pragma once

#include <optional>

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

// The index of the token at which brackets, and the operators of the expressions in and around them, go
// deeper than `limit`. An upper bound of the syntax tree's depth: a chain of operators counts too, because it
// makes a tree as deep as it is long.
std::optional<size_t> nested_too_deep(const Tokens& tokens, size_t limit);

}  // namespace endcap::syntax
