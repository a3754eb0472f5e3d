// Modules, what they use, and what a name of a module stands for.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills modules: names, declarations (duplicates told), uses (unknown and circular ones told).
void declare_modules(Context& context, const std::vector<ast::Module>& trees);

// What `name` stands for in a module: its own declarations first, then those of the modules it uses. A name
// that two used modules declare is told and gives nothing, with `told` set.
const Symbol* find_symbol(Context& context, uint32_t module, const std::string& name, Span span,
                          bool* told = nullptr);

// The same for one kind: another kind or an unknown name is told, with a suggestion among names of this kind.
const Symbol* require_symbol(Context& context, uint32_t module, const std::string& name, Span span,
                             SymbolKind kind);

// Every name of these kinds that the module sees.
std::vector<std::string> visible_names(const Context& context, uint32_t module,
                                       std::initializer_list<SymbolKind> kinds);

std::string_view kind_name(SymbolKind kind);  // "policy"
std::string a_kind(SymbolKind kind);          // "a policy", "an event"

// The index in abi.calendars of one that stands in endcap.toml; unknown ones are told.
std::optional<uint32_t> require_calendar(Context& context, const ast::QualifiedName& name);

// The role's index in abi.roles; unknown ones are told.
std::optional<uint32_t> require_role(Context& context, uint32_t module, const ast::Name& name);

}  // namespace endcap::sema
