// Mappings: records made of other values, field by field.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills Program::functions[index]: a function of `it`. Every field of the record is given, an optional one
// too: what is left out is said to be `absent`.
void check_mapping(Context& context, uint32_t index);

}  // namespace endcap::sema
