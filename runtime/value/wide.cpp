// Schoolbook arithmetic on 64-bit limbs.
#include "runtime/value/wide.h"

#include <bit>

#include "runtime/value/check.h"

namespace endcap {

unsigned Wide::used() const {
  unsigned count = kLimbs;
  while (count > 0 && limbs[count - 1] == 0) --count;
  return count;
}

std::strong_ordering operator<=>(const Wide& a, const Wide& b) {
  for (unsigned i = Wide::kLimbs; i-- > 0;) {
    if (a.limbs[i] != b.limbs[i]) return a.limbs[i] <=> b.limbs[i];
  }
  return std::strong_ordering::equal;
}

Wide multiply(const Wide& a, Uint128 b) {
  const uint64_t factor[2] = {static_cast<uint64_t>(b), static_cast<uint64_t>(b >> 64)};
  Wide result;
  const unsigned used = a.used();
  for (unsigned j = 0; j < 2; ++j) {
    if (factor[j] == 0) continue;
    uint64_t carry = 0;
    for (unsigned i = 0; i < used || carry != 0; ++i) {
      CHECK(i + j < Wide::kLimbs);
      const uint64_t limb = i < used ? a.limbs[i] : 0;
      const Uint128 sum = static_cast<Uint128>(limb) * factor[j] + result.limbs[i + j] + carry;
      result.limbs[i + j] = static_cast<uint64_t>(sum);
      carry = static_cast<uint64_t>(sum >> 64);
    }
  }
  return result;
}

Wide add(const Wide& a, const Wide& b) {
  Wide result;
  uint64_t carry = 0;
  for (unsigned i = 0; i < Wide::kLimbs; ++i) {
    const Uint128 sum = static_cast<Uint128>(a.limbs[i]) + b.limbs[i] + carry;
    result.limbs[i] = static_cast<uint64_t>(sum);
    carry = static_cast<uint64_t>(sum >> 64);
  }
  CHECK(carry == 0);
  return result;
}

Wide subtract(const Wide& a, const Wide& b) {
  Wide result;
  uint64_t borrow = 0;
  for (unsigned i = 0; i < Wide::kLimbs; ++i) {
    const Uint128 difference = static_cast<Uint128>(a.limbs[i]) - b.limbs[i] - borrow;
    result.limbs[i] = static_cast<uint64_t>(difference);
    borrow = static_cast<uint64_t>(difference >> 64) != 0 ? 1 : 0;
  }
  CHECK(borrow == 0);
  return result;
}

namespace {

WideQuotient divide_by_limb(const Wide& numerator, uint64_t denominator) {
  WideQuotient result;
  uint64_t remainder = 0;
  for (unsigned i = numerator.used(); i-- > 0;) {
    const Uint128 part = static_cast<Uint128>(remainder) << 64 | numerator.limbs[i];
    result.quotient.limbs[i] = static_cast<uint64_t>(part / denominator);
    remainder = static_cast<uint64_t>(part % denominator);
  }
  result.remainder.limbs[0] = remainder;
  return result;
}

// One limb of the quotient: estimated from the highest limbs, at most 2 too large, then corrected (steps D3
// to D6).
uint64_t quotient_limb(uint64_t* window, const uint64_t* divisor, unsigned n) {
  const Uint128 head = static_cast<Uint128>(window[n]) << 64 | window[n - 1];
  Uint128 estimate = window[n] >= divisor[n - 1] ? static_cast<Uint128>(UINT64_MAX) : head / divisor[n - 1];
  Uint128 rest = head - estimate * divisor[n - 1];
  while (rest >> 64 == 0 && estimate * divisor[n - 2] > (rest << 64 | window[n - 2])) {
    --estimate;
    rest += divisor[n - 1];
  }
  uint64_t borrow = 0, carry = 0;
  for (unsigned i = 0; i <= n; ++i) {
    const Uint128 product = i < n ? estimate * divisor[i] + carry : static_cast<Uint128>(carry);
    carry = static_cast<uint64_t>(product >> 64);
    const Uint128 difference = static_cast<Uint128>(window[i]) - static_cast<uint64_t>(product) - borrow;
    window[i] = static_cast<uint64_t>(difference);
    borrow = static_cast<uint64_t>(difference >> 64) != 0 ? 1 : 0;
  }
  if (borrow == 0) return static_cast<uint64_t>(estimate);
  uint64_t over = 0;  // it was one too large: add the divisor back
  for (unsigned i = 0; i <= n; ++i) {
    const Uint128 sum = static_cast<Uint128>(window[i]) + (i < n ? divisor[i] : 0) + over;
    window[i] = static_cast<uint64_t>(sum);
    over = static_cast<uint64_t>(sum >> 64);
  }
  return static_cast<uint64_t>(estimate) - 1;
}

}  // namespace

WideQuotient divide(const Wide& numerator, const Wide& denominator) {
  const unsigned n = denominator.used(), m = numerator.used();
  CHECK(n > 0);
  if (numerator < denominator) return {Wide(), numerator};
  if (m <= 2) {
    return {Wide(numerator.low_128() / denominator.low_128()),
            Wide(numerator.low_128() % denominator.low_128())};
  }
  if (n == 1) return divide_by_limb(numerator, denominator.limbs[0]);

  const int shift = std::countl_zero(denominator.limbs[n - 1]);
  const auto shifted = [shift](uint64_t high, uint64_t low) {
    return shift == 0 ? high : high << shift | low >> (64 - shift);
  };
  std::array<uint64_t, Wide::kLimbs> divisor{};
  std::array<uint64_t, Wide::kLimbs + 1> rest{};
  for (unsigned i = n; i-- > 0;)
    divisor[i] = shifted(denominator.limbs[i], i > 0 ? denominator.limbs[i - 1] : 0);
  rest[m] = shifted(0, numerator.limbs[m - 1]);
  for (unsigned i = m; i-- > 0;) rest[i] = shifted(numerator.limbs[i], i > 0 ? numerator.limbs[i - 1] : 0);

  WideQuotient result;
  for (unsigned j = m - n + 1; j-- > 0;)
    result.quotient.limbs[j] = quotient_limb(&rest[j], divisor.data(), n);
  for (unsigned i = 0; i < n; ++i) {
    result.remainder.limbs[i] = shift == 0 ? rest[i] : rest[i] >> shift | rest[i + 1] << (64 - shift);
  }
  return result;
}

Wide greatest_common_divisor(Wide a, Wide b) {
  while (!b.is_zero()) {
    const Wide remainder = divide(a, b).remainder;
    a = b;
    b = remainder;
  }
  return a;
}

Uint128 power_of_ten(unsigned exponent) {
  static constexpr auto kPowers = [] {
    std::array<Uint128, kScaleMax + 1> powers{};
    Uint128 power = 1;
    for (Uint128& entry : powers) {
      entry = power;
      power *= 10;
    }
    return powers;
  }();
  CHECK(exponent <= kScaleMax);
  return kPowers[exponent];
}

std::expected<Int128, Fault> to_signed(bool negative, const Wide& magnitude) {
  const Uint128 limit = (static_cast<Uint128>(1) << 127) - (negative ? 0 : 1);
  if (!magnitude.fits_128() || magnitude.low_128() > limit) {
    return std::unexpected(Fault{FaultKind::Overflow, "the result does not fit 128 bits"});
  }
  const Uint128 units = magnitude.low_128();
  return static_cast<Int128>(negative ? Uint128{0} - units : units);
}

std::expected<Int128, Fault> round_quotient(bool negative, const Wide& numerator, const Wide& denominator,
                                            Rounding mode) {
  auto [quotient, remainder] = divide(numerator, denominator);
  if (!remainder.is_zero()) {
    // 2 x remainder against the denominator, without leaving 512 bits
    const std::strong_ordering half = remainder <=> subtract(denominator, remainder);
    const bool odd = (quotient.limbs[0] & 1) != 0;
    const bool up = mode == Rounding::Up || (mode == Rounding::HalfUp && half >= 0) ||
                    (mode == Rounding::HalfEven && (half > 0 || (half == 0 && odd)));
    if (up) quotient = add(quotient, Wide(1));
  }
  return to_signed(negative, quotient);
}

}  // namespace endcap
