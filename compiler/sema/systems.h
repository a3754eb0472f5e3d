// Views, operations and events against the schemas of their systems.
#pragma once

#include <set>

#include "compiler/sema/context.h"

namespace endcap::sema {

void list_systems(Context& context);         // abi.systems, in the project's order
void describe_views(Context& context);       // records, keys, navigations; fit with the schema
void describe_operations(Context& context);  // signatures and clauses; bodies come later
void describe_operation_bodies(Context& context);
void describe_events(Context& context);
// What endcap.toml says that a system sends is what is declared and heard (after workflows are checked).
void check_event_senders(Context& context);
// The events that some workflow waits for or handles, or that a route or sync goes by, by their numbers.
std::set<uint32_t> heard_events(Program& program);

// What one view marks as advice is advice in every view and event (after views and events are described).
void check_advice_marks(Context& context);
// What one view says of a property's data class holds in every view and event (at the same time).
void check_class_marks(Context& context);
// What a write fills with advice when no person decides it is advice in every view (after the advice pass).
void check_stored_advice(Context& context);
// What an operation is classed as and what it does in the schema say the same (after bodies are described).
void check_operation_classes(Context& context);

// The system's configuration when the module uses it and its schema could be read; what is wrong is told, an
// unreadable schema is not told again.
const SystemConfig* require_system(Context& context, uint32_t module, const ast::Name& name);
uint32_t system_index(const Context& context, const SystemConfig* system);

}  // namespace endcap::sema
