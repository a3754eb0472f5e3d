// JSON whose decimals stay text: a number with a point or an exponent is read as the string it was written
// as, never as a float.
#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace endcap::sandbox {

using Json = nlohmann::json;

// The error is one line for people. An empty text is an empty object.
std::expected<Json, std::string> parse_exact(std::string_view text);

std::string quote(std::string_view text);  // a JSON string

}  // namespace endcap::sandbox
