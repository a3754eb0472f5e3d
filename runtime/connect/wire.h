// Cells to OData and back: JSON values and URL literals of versions 2 and 4, exactly, with a sentence for
// what does not fit.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/abi/frame.h"
#include "runtime/abi/program.h"
#include "runtime/connect/json.h"

namespace endcap::connect {

enum class Version : uint8_t { V2, V4 };

template <typename T>
using OrMessage = std::expected<T, std::string>;  // the message names the field and the value, for people

// A value on its way out. Absent optionals are null.
OrMessage<Json> to_json(const abi::Types& types, abi::TypeId type, const abi::Arena& arena, abi::Cell cell,
                        const abi::WireField& field, Version version);
// As a URL literal: 'P-1', datetime'2026-12-01T00:00:00', 12.50M. Not percent-encoded.
OrMessage<std::string> to_literal(const abi::Types& types, abi::TypeId type, const abi::Arena& arena,
                                  abi::Cell cell, const abi::WireField& field, Version version);
// A text under a property's type, as the idempotency key is.
std::string text_literal(std::string_view text, std::string_view edm_type, Version version);

// The currency or unit that goes with a cell of this type, as systems write it ("AUD", "EA"); nothing for
// other types.
std::optional<std::string> unit_code(const abi::Types& types, abi::TypeId type);

// One entity as a record of the view, `as_of` last. Checks presence, type, length, scale, currency and unit.
OrMessage<abi::Cell> read_record(const abi::Types& types, const abi::View& view, const Json& entity,
                                 Instant as_of, abi::Arena& arena);

// A list of cells that are already in the arena.
abi::Cell make_list(abi::Arena& arena, const std::vector<abi::Cell>& cells);

}  // namespace endcap::connect
