// An interface as an OpenAPI 3.1 document: what a partner makes its client from. It says what is declared, so
// that it is the same today and tomorrow.
#pragma once

#include <string>

#include "runtime/abi/program.h"

namespace endcap {

std::string openapi_json(const abi::Program& program, const abi::Interface& interface);

}  // namespace endcap
