// Unsigned integers of up to 512 bits: the intermediates of decimal and ratio arithmetic.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <expected>

#include "runtime/value/decimal.h"

namespace endcap {

struct Wide {
  static constexpr unsigned kLimbs = 8;
  std::array<uint64_t, kLimbs> limbs{};  // least significant first

  constexpr Wide() = default;
  constexpr explicit Wide(Uint128 value)
      : limbs{static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64)} {}

  unsigned used() const;  // limbs up to the highest that is not 0
  bool is_zero() const { return used() == 0; }
  bool fits_128() const { return used() <= 2; }
  Uint128 low_128() const { return static_cast<Uint128>(limbs[1]) << 64 | limbs[0]; }
};

std::strong_ordering operator<=>(const Wide& a, const Wide& b);
inline bool operator==(const Wide& a, const Wide& b) { return a.limbs == b.limbs; }

// The caller knows that the result has at most 512 bits: more is a failed CHECK.
Wide multiply(const Wide& a, Uint128 b);
Wide add(const Wide& a, const Wide& b);
Wide subtract(const Wide& a, const Wide& b);  // a >= b

struct WideQuotient {
  Wide quotient, remainder;
};
WideQuotient divide(const Wide& numerator,
                    const Wide& denominator);  // Knuth, TAOCP 4.3.1, algorithm D; denominator > 0
Wide greatest_common_divisor(Wide a, Wide b);

// |value| without overflow for the smallest integer.
constexpr Uint128 magnitude(Int128 value) {
  return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}
Uint128 power_of_ten(unsigned exponent);  // 0 to 38
// The signed integer of a magnitude, or Overflow.
std::expected<Int128, Fault> to_signed(bool negative, const Wide& magnitude);
// numerator / denominator to the nearest integer as `mode` says; denominator > 0.
std::expected<Int128, Fault> round_quotient(bool negative, const Wide& numerator, const Wide& denominator,
                                            Rounding mode);

}  // namespace endcap
