// Types as they are written: names to type ids, parameters checked.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// The type, or kNoType when it has a mistake, which is told. A missing type gives kNoType silently: the
// parser spoke.
TypeId resolve_type(Context& context, uint32_t module, const ast::TypeRef* tree);

// A type that can be stored: told and refused when it is a Ratio anywhere inside.
TypeId resolve_stored_type(Context& context, uint32_t module, const ast::TypeRef* tree,
                           std::string_view where);

// Describes aliases, enums and records; a record that holds itself is told.
void describe_named_types(Context& context);

// A record that holds more values than a workflow could carry is told: records in records multiply. After the
// views, which records hold.
void limit_records(Context& context);

// "Money", "Int": a type that no declaration may take the name of.
bool is_built_in_type(const std::string& name);

}  // namespace endcap::sema
