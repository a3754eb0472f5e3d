// Exact decimals: native 128-bit arithmetic where it suffices, wide intermediates where it does not.
#include "runtime/value/decimal.h"

#include <algorithm>

#include "runtime/value/wide.h"

namespace endcap {
namespace {

Fault overflow() { return {FaultKind::Overflow, "the result does not fit 128 bits"}; }
Fault invalid(std::string_view text) {
  return {FaultKind::InvalidValue, "'" + std::string(text.substr(0, 60)) + "' is not a decimal number"};
}

}  // namespace

std::expected<Int128, Fault> decimal_add(Int128 a, Int128 b) {
  Int128 result;
  if (__builtin_add_overflow(a, b, &result)) return std::unexpected(overflow());
  return result;
}

std::expected<Int128, Fault> decimal_subtract(Int128 a, Int128 b) {
  Int128 result;
  if (__builtin_sub_overflow(a, b, &result)) return std::unexpected(overflow());
  return result;
}

std::expected<Int128, Fault> decimal_multiply(Int128 a, Int128 b) {
  Int128 result;
  if (__builtin_mul_overflow(a, b, &result)) return std::unexpected(overflow());
  return result;
}

std::expected<Int128, Fault> decimal_rescale(Int128 units, uint8_t from, uint8_t to, Rounding mode) {
  if (from == to) return units;
  if (to > from) {
    Int128 result;
    if (!__builtin_mul_overflow(units, static_cast<Int128>(power_of_ten(to - from)), &result)) return result;
    return std::unexpected(overflow());
  }
  return round_quotient(units < 0, Wide(magnitude(units)), Wide(power_of_ten(from - to)), mode);
}

std::expected<Int128, Fault> decimal_rescale_exact(Int128 units, uint8_t from, uint8_t to) {
  if (to < from && units % static_cast<Int128>(power_of_ten(from - to)) != 0) {
    return std::unexpected(
        Fault{FaultKind::LossOfPrecision,
              decimal_to_text(units, from) + " has more than " + std::to_string(to) + " decimal places"});
  }
  return decimal_rescale(units, from, to, Rounding::Down);
}

std::expected<Int128, Fault> decimal_divide(Int128 numerator, Int128 denominator, uint8_t scale,
                                            Rounding mode) {
  if (denominator == 0)
    return std::unexpected(Fault{FaultKind::DivisionByZero, "a division by zero has no value"});
  return round_quotient((numerator < 0) != (denominator < 0),
                        multiply(Wide(magnitude(numerator)), power_of_ten(scale)),
                        Wide(magnitude(denominator)), mode);
}

std::string decimal_to_text(Int128 units, uint8_t scale) {
  std::string digits;
  Uint128 rest = magnitude(units);
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  while (digits.size() <= scale) digits.push_back('0');
  if (scale > 0) digits.insert(scale, 1, '.');
  if (units < 0) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::expected<Int128, Fault> decimal_from_text(std::string_view text, uint8_t scale) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  // Read as a negative number: its range is the larger one.
  Int128 units = 0;
  const auto push = [&units](int digit) {
    return __builtin_mul_overflow(units, Int128{10}, &units) ||
           __builtin_sub_overflow(units, Int128{digit}, &units);
  };
  bool any_digit = false, after_point = false;
  unsigned places = 0;
  for (const char c : rest) {
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::unexpected(invalid(text));
    any_digit = true;
    if (after_point && places == scale) {
      if (c == '0') continue;
      return std::unexpected(
          Fault{FaultKind::LossOfPrecision, "'" + std::string(text.substr(0, 60)) + "' has more than " +
                                                std::to_string(scale) + " decimal places"});
    }
    if (after_point) ++places;
    if (push(c - '0')) return std::unexpected(overflow());
  }
  if (!any_digit || rest.ends_with('.')) return std::unexpected(invalid(text));
  for (; places < scale; ++places) {
    if (push(0)) return std::unexpected(overflow());
  }
  if (negative) return units;
  Int128 result;
  if (__builtin_sub_overflow(Int128{0}, units, &result)) return std::unexpected(overflow());
  return result;
}

}  // namespace endcap
