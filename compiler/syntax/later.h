// Constructs of the whole language that this release does not have, inside of declarations: refused by name,
// and only they.
#pragma once

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

// Replaces each such statement by one LATER_STATEMENT token, and says so.
void refuse_later_constructs(Tokens& tokens, std::string_view text, SourceId source,
                             Diagnostics& diagnostics);

}  // namespace endcap::syntax
