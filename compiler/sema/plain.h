// Plain values: what a test gives stands there as it is, and needs no run to be known.
#pragma once

#include "compiler/sema/typed.h"
#include "runtime/abi/frame.h"

namespace endcap::sema {

// Whether `plain_value` can say what it is: literals, and records, lists and moments of plain values.
bool is_plain(const Expr& expr);

// The value of an expression that is plain, in `arena`. A Fault is a mistake of the author: a number out of
// its range.
std::expected<abi::Cell, Fault> plain_value(const abi::Types& types, const Expr& expr, abi::Arena& arena);

}  // namespace endcap::sema
