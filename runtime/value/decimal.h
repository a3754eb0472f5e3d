// Exact scaled decimals: a 128-bit integer `units` and a scale known from the type; the value is units / 10^scale.
// Every operation is checked; multiply, divide and rescale go through 256 bits. Compiled code inlines add, subtract and compare
// and calls these functions for the rest, as do the interpreter and the constant folder: one arithmetic for all.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "runtime/value/fault.h"

namespace endcap {

using Int128 = __int128;
using Uint128 = unsigned __int128;

inline constexpr uint8_t kScaleMax = 38;

enum class Rounding : uint8_t { HalfEven, HalfUp, Up, Down };  // Up: away from zero; Down: towards zero

std::expected<Int128, Fault> decimal_add(Int128 a, Int128 b);
std::expected<Int128, Fault> decimal_subtract(Int128 a, Int128 b);
// a (scale sa) x b (scale sb) -> scale sa + sb, exactly.
std::expected<Int128, Fault> decimal_multiply(Int128 a, Int128 b);
// Changes the scale. Widening is exact or Overflow; narrowing rounds.
std::expected<Int128, Fault> decimal_rescale(Int128 units, uint8_t from, uint8_t to, Rounding mode);
// Narrowing that must not lose a digit: LossOfPrecision otherwise.
std::expected<Int128, Fault> decimal_rescale_exact(Int128 units, uint8_t from, uint8_t to);
// numerator / denominator rounded to `scale` places; DivisionByZero.
std::expected<Int128, Fault> decimal_divide(Int128 numerator, Int128 denominator, uint8_t scale, Rounding mode);

// A ratio of two integers, compared exactly by 256-bit cross multiplication; denominator > 0 after make_ratio.
struct Ratio {
  Int128 numerator = 0;
  Int128 denominator = 1;
};
std::expected<Ratio, Fault> make_ratio(Int128 numerator, Int128 denominator);
std::strong_ordering compare(const Ratio& a, const Ratio& b);

// "-12.30" for (-1230, 2). Reading accepts an optional sign, digits, one point and at most `scale` places (zeros beyond it are
// allowed, others are LossOfPrecision); no exponent, no spaces.
std::string decimal_to_text(Int128 units, uint8_t scale);
std::expected<Int128, Fault> decimal_from_text(std::string_view text, uint8_t scale);

}  // namespace endcap
