// `type Share = Percent(5, 2) where 0% <= it <= 100%`: numbers with bounds.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// The type that `alias` declares over `base`, with the bounds its condition states; mistakes are told.
TypeId refine(Context& context, uint32_t module, const ast::TypeDecl& alias, TypeId base);

}  // namespace endcap::sema
