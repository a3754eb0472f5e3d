// Advisors: what they are asked, what they answer, and for how long.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Types and clauses (after types, views and records are described).
void describe_advisors(Context& context);

// A percentage as it is written, in millionths; one that is none, or beyond 100%, is told.
std::optional<uint32_t> confidence_of(Context& context, const ast::AdvisorDecl::Confidence& tree);

}  // namespace endcap::sema
