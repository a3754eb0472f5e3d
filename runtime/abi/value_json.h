// Packed values as JSON and back: the HTTP API, history and connectors speak JSON; the engine speaks cells.
// Decimals, money and quantities are JSON strings, so that no reader makes a float of them: {"amount":"129.00","currency":"AUD"}.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "runtime/abi/frame.h"

namespace endcap::abi {

std::string value_to_json(const Types& types, TypeId type, const Arena& arena, Cell cell);
std::string packed_to_json(const Types& types, TypeId type, std::string_view packed);
// InvalidValue names the path inside the document ("stores[3].id: text longer than 4").
std::expected<Cell, Fault> value_from_json(const Types& types, TypeId type, std::string_view json, Arena& arena);

}  // namespace endcap::abi
