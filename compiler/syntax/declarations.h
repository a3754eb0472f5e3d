// Cuts a file's tokens into declarations before anything is parsed: what is broken in one can't reach the
// next.
#pragma once

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

struct Piece {
  enum class Form : uint8_t { Declaration, Later, Unknown } form;
  size_t begin = 0;  // token indices, half-open
  size_t end = 0;
};

// A declaration begins with its keyword outside of all braces. In column 0 with a name behind it, it begins
// one inside of braces too: then a brace above was never closed.
std::vector<Piece> cut_into_declarations(const Tokens& tokens, std::string_view text);

std::vector<std::string> declaration_keywords();

}  // namespace endcap::syntax
