// The closed lists of the language: currencies with their minor units (ISO 4217) and units of quantities
// (UN/CEFACT in spirit, spelt as a planner does). Everything that reads a literal or a type asks here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace endcap {

// Digits behind the point of an amount: 2 for AUD, 0 for JPY. Nothing when the code is not in the list.
std::optional<uint8_t> currency_minor_units(std::string_view code);
std::vector<std::string> currency_codes();

// Every quantity has three places, whatever its unit.
inline constexpr uint8_t kQuantityScale = 3;
bool is_quantity_unit(std::string_view unit);
std::vector<std::string> quantity_units();

// `hours` -> "hour"; s, min, hour, day and week are the units of durations. Nothing for other words.
std::optional<std::string_view> duration_unit(std::string_view word);
std::vector<std::string> duration_words();

}  // namespace endcap
