// A workflow by the name that somebody typed.
#pragma once

#include <string>

#include "compiler/sema/typed.h"

namespace endcap::command {

// By its full name, or the last part when that is one workflow only. Null, with a message, when it is not
// known.
const sema::Workflow* find_workflow(const sema::Program& program, const std::string& name);

}  // namespace endcap::command
