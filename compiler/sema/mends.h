// What several rules offer to write instead: a missing `use`, an element of a list that is one too many,
// words that have no meaning where they stand.
#pragma once

#include <initializer_list>

#include "compiler/sema/names.h"

namespace endcap::sema {

// `use WHAT` on a line of its own, behind the module's other ones.
std::optional<Fix> add_use(const Context& context, uint32_t module, const std::string& what);

// Exactly one module that is not used declares the name as one of these kinds: use it. False when there is
// none, or more than one.
bool offer_use(const Context& context, uint32_t module, const std::string& name,
               std::initializer_list<SymbolKind> kinds, Diagnostic& diagnostic);

// The element with the comma before or behind it; nothing where it is alone. Comments stay.
std::optional<Fix> take_out(const Context& context, Span element, std::string title);

// The line of its own that `part` stands in; nothing where something else stands there too.
std::optional<Fix> take_out_line(const Context& context, Span part, std::string title);

// From the words before `part` (and the blanks before them) to its end; nothing where others stand there.
std::optional<Fix> take_out_with(const Context& context, std::string_view words, Span part,
                                 std::string title);

// Business time is counted where the module uses no calendar; when the project has only one, that is meant.
void tell_calendar_missing(Context& context, uint32_t module, Span span);

void suggest_if(Diagnostic& diagnostic, std::optional<Fix> fix);

}  // namespace endcap::sema
