// Partners and interfaces: who may ask for what from outside, with which values, and what that sends or
// starts.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// What narrows each partner.
void describe_partners(Context& context);
// Fills abi.interfaces. Workflows must be known by then, with their keys.
void describe_interfaces(Context& context);
// The partners of endcap.toml against those that are declared.
void compare_partners(Context& context);

}  // namespace endcap::sema
