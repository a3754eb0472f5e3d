// JSON as a connector may read it: no number with a point ever becomes a float.
#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace endcap::connect {

using Json = nlohmann::json;

// Numbers that are not whole, or beyond 64 bits, come back as the text they were written as, in a binary
// value: so they can't be mistaken for a JSON string. The error says where the text stops being JSON.
std::expected<Json, std::string> parse_json(std::string_view text);

// The digits of a decimal that stands as a number or as a string, with an exponent written out: "1.25E1" ->
// "12.5". Nothing otherwise.
std::string decimal_digits(const Json& value);

}  // namespace endcap::connect
