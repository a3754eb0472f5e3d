// Lengths and check digits.
#include "runtime/value/identifier.h"

#include <algorithm>

namespace endcap {
namespace {

bool has_length(Identifier identifier, size_t length) {
  if (identifier == Identifier::Gln) return length == 13;
  return length == 8 || length == 12 || length == 13 || length == 14;
}

// From the right, the digits before the check digit weigh 3, 1, 3, 1 ...; with it the sum is a multiple of
// ten.
char check_digit(std::string_view digits) {
  unsigned sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    const auto digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
    sum += i % 2 == 0 ? 3 * digit : digit;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace

std::string_view to_string(Identifier identifier) {
  switch (identifier) {
    case Identifier::None:
      return "Text";
    case Identifier::Gtin:
      return "Gtin";
    case Identifier::Gln:
      return "Gln";
  }
  return "Text";
}

uint8_t digits_max(Identifier identifier) { return identifier == Identifier::Gln ? 13 : 14; }

std::optional<std::string> identifier_problem(Identifier identifier, std::string_view text) {
  if (identifier == Identifier::None) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
    return "has other characters than digits";
  if (!has_length(identifier, text.size()))
    return "has " + std::to_string(text.size()) + " digits, not " +
           (identifier == Identifier::Gln ? "13" : "8, 12, 13 or 14");
  const char right = check_digit(text.substr(0, text.size() - 1));
  if (text.back() == right) return std::nullopt;
  return std::string("has check digit ") + text.back() + ", and " + right + " is right";
}

}  // namespace endcap
