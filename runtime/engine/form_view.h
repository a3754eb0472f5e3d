// The form of a task as people see it: its fields, what may stand in them, and what they come with.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "runtime/engine/rows.h"

namespace endcap {

// `task` is open, and waits at `point`, which asks for answers. Format: docs/reference/api.md.
nlohmann::ordered_json form_json(const abi::Types& types, const abi::WaitPoint& point,
                                 const rows::Task& task);

// What must be given as a reason where the task waits, by what is decided; empty when nothing must.
nlohmann::ordered_json reasons_json(const abi::Types& types, const abi::WaitPoint& point);

}  // namespace endcap
