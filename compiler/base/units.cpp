// The closed lists behind units.h.
#include "compiler/base/units.h"

#include <algorithm>
#include <array>
#include <utility>

namespace endcap {

namespace {

constexpr std::array<std::pair<std::string_view, uint8_t>, 46> kCurrencies{{
    {"AED", 2}, {"ARS", 2}, {"AUD", 2}, {"BGN", 2}, {"BHD", 3}, {"BRL", 2}, {"CAD", 2}, {"CHF", 2},
    {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CZK", 2}, {"DKK", 2}, {"EGP", 2}, {"EUR", 2}, {"FJD", 2},
    {"GBP", 2}, {"HKD", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"ISK", 0}, {"JPY", 0},
    {"KRW", 0}, {"KWD", 3}, {"MXN", 2}, {"MYR", 2}, {"NGN", 2}, {"NOK", 2}, {"NZD", 2}, {"PEN", 2},
    {"PGK", 2}, {"PHP", 2}, {"PLN", 2}, {"QAR", 2}, {"RON", 2}, {"SAR", 2}, {"SEK", 2}, {"SGD", 2},
    {"THB", 2}, {"TRY", 2}, {"TWD", 2}, {"USD", 2}, {"VND", 0}, {"ZAR", 2},
}};

// ea each, cs case, pal pallet, ctn carton, pk pack, prs pair, dz dozen, rl roll.
constexpr std::array<std::string_view, 22> kQuantityUnits{"ea", "cs", "pal", "ctn", "pk", "prs", "dz", "rl",
                                                          "kg", "g",  "mg",  "t",   "l",  "ml",  "cl", "hl",
                                                          "m",  "cm", "mm",  "km",  "m2", "m3"};

// The second word is the unit's name in the syntax tree.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kDurationWords{{
    {"s", "s"},
    {"min", "min"},
    {"hour", "hour"},
    {"hours", "hour"},
    {"day", "day"},
    {"days", "day"},
    {"week", "week"},
    {"weeks", "week"},
}};

}  // namespace

std::optional<uint8_t> currency_minor_units(std::string_view code) {
  for (const auto& [known, digits] : kCurrencies) {
    if (known == code) return digits;
  }
  return std::nullopt;
}

std::vector<std::string> currency_codes() {
  std::vector<std::string> codes;
  for (const auto& [code, digits] : kCurrencies) codes.emplace_back(code);
  return codes;
}

bool is_quantity_unit(std::string_view unit) {
  return std::ranges::find(kQuantityUnits, unit) != kQuantityUnits.end();
}

std::vector<std::string> quantity_units() { return {kQuantityUnits.begin(), kQuantityUnits.end()}; }

std::optional<std::string_view> duration_unit(std::string_view word) {
  for (const auto& [known, unit] : kDurationWords) {
    if (known == word) return unit;
  }
  return std::nullopt;
}

std::vector<std::string> duration_words() {
  std::vector<std::string> words;
  for (const auto& [word, unit] : kDurationWords) words.emplace_back(word);
  return words;
}

}  // namespace endcap
