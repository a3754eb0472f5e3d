// Mappings: records, and entities of other systems, made of other values, field by field.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills Program::functions[index]: a function of `it`. Every field of the record is given, an optional one
// too: what is left out is said to be `absent`.
void check_mapping(Context& context, uint32_t index);

// The same of a mapping to an entity: every property that can be given when it is created, with its length
// and its unit. Fills FunctionInfo::entity too.
void check_entity_mapping(Context& context, uint32_t index);

// What `it` is: a type, or what an event brings; kNoType when that is told.
TypeId mapped_from(Context& context, uint32_t module, const ast::MappingDecl& tree);

}  // namespace endcap::sema
