// Whether a number fits the digits of the field that it is sent in, where only its value tells.
#pragma once

#include "compiler/sema/expressions.h"
#include "compiler/sema/schema_fit.h"

namespace endcap::sema {

// `value`, which may be optional and is of a type that fits, or a fault where it is made and the field can't
// hold it. What its type proves to fit is left as it is; what is written down and never fits is told:
// Invalid.
ExprPtr within_field(Context& context, Expressions& expressions, ExprPtr value, const SchemaField& field);

// False, and told, when what a call gives as it is written can't be sent.
bool check_sent(Context& context, const Expr& sent);

// The value without the check of its bounds.
const Expr& unbounded(const Expr& value);

}  // namespace endcap::sema
