// Numbers that identify things and prove themselves by their last digit (GS1 General Specifications, 7.9:
// check digit modulo 10).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace endcap {

enum class Identifier : uint8_t {
  None,
  Gtin,  // an article: 8, 12, 13 or 14 digits
  Gln,   // a place or a party: 13 digits
};

std::string_view to_string(Identifier identifier);  // "Gtin"
uint8_t digits_max(Identifier identifier);

// What keeps `text` from being one, for people ("has check digit 4, and 7 is right"); nothing when it is one.
std::optional<std::string> identifier_problem(Identifier identifier, std::string_view text);

}  // namespace endcap
