// A question to a model server and its answer, as JSON: see docs/reference/api.md. Both are typed by the
// advisor's declaration, and no number in them is ever a float.
#pragma once

#include <string>
#include <string_view>

#include "runtime/engine/connector.h"

namespace endcap::advise {

// {"advisor", "inputs", "input_hash", "request_id", "attempt", "now"}
std::string question(const CallRequest& request);

// Of a body that came with success: Ok with a value of the advisor's output type, or Invalid with the place
// that does not fit.
CallResult read_answer(const CallRequest& request, std::string_view body);

}  // namespace endcap::advise
