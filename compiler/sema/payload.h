// What an operation is sent.
#pragma once

#include "compiler/sema/scope.h"

namespace endcap::sema {

// A record of the operation's payload, made of its arguments, one a parameter. Invalid where one of them is,
// or where the operation has mistakes, which are told there. Variables of its body become locals of `scope`.
ExprPtr payload_of(Context& context, Scope& scope, uint32_t operation, const std::vector<ExprPtr>& arguments,
                   Span span);

}  // namespace endcap::sema
