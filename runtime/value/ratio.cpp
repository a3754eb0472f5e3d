// Ratios over wide intermediates.
#include "runtime/value/ratio.h"

#include "runtime/value/check.h"
#include "runtime/value/wide.h"

namespace endcap {
namespace {

Fault zero_division() { return {FaultKind::DivisionByZero, "a division by zero has no value"}; }

std::expected<Ratio, Fault> fit(bool negative, Wide numerator, Wide denominator) {
  auto top = to_signed(negative, numerator);
  auto bottom = to_signed(false, denominator);
  if (!top || !bottom) {
    const Wide divisor = greatest_common_divisor(numerator, denominator);
    top = to_signed(negative, divide(numerator, divisor).quotient);
    bottom = to_signed(false, divide(denominator, divisor).quotient);
  }
  if (!top) return std::unexpected(top.error());
  if (!bottom) return std::unexpected(bottom.error());
  return Ratio{*top, *bottom};
}

std::expected<Ratio, Fault> sum(const Ratio& a, const Ratio& b, bool b_negative) {
  const Wide left = multiply(Wide(magnitude(a.numerator)), magnitude(b.denominator));
  const Wide right = multiply(Wide(magnitude(b.numerator)), magnitude(a.denominator));
  const Wide denominator = multiply(Wide(magnitude(a.denominator)), magnitude(b.denominator));
  const bool a_negative = a.numerator < 0;
  if (a_negative == b_negative) return fit(a_negative, add(left, right), denominator);
  if (left >= right) return fit(a_negative, subtract(left, right), denominator);
  return fit(b_negative, subtract(right, left), denominator);
}

}  // namespace

std::expected<Ratio, Fault> make_ratio(Int128 numerator, Int128 denominator) {
  if (denominator == 0) return std::unexpected(zero_division());
  return fit((numerator < 0) != (denominator < 0), Wide(magnitude(numerator)), Wide(magnitude(denominator)));
}

std::strong_ordering compare(const Ratio& a, const Ratio& b) {
  const bool a_negative = a.numerator < 0, b_negative = b.numerator < 0;
  if (a_negative != b_negative)
    return a_negative ? std::strong_ordering::less : std::strong_ordering::greater;
  Int128 left, right;
  if (!__builtin_mul_overflow(a.numerator, b.denominator, &left) &&
      !__builtin_mul_overflow(b.numerator, a.denominator, &right)) {
    return left <=> right;
  }
  const Wide left_magnitude = multiply(Wide(magnitude(a.numerator)), magnitude(b.denominator));
  const Wide right_magnitude = multiply(Wide(magnitude(b.numerator)), magnitude(a.denominator));
  return a_negative ? right_magnitude <=> left_magnitude : left_magnitude <=> right_magnitude;
}

std::expected<Ratio, Fault> ratio_of_decimals(Int128 a, uint8_t sa, Int128 b, uint8_t sb) {
  if (b == 0) return std::unexpected(zero_division());
  const uint8_t common = sa < sb ? sa : sb;
  Int128 top, bottom;
  const bool wide = __builtin_mul_overflow(a, static_cast<Int128>(power_of_ten(sb - common)), &top) ||
                    __builtin_mul_overflow(b, static_cast<Int128>(power_of_ten(sa - common)), &bottom);
  if (!wide && bottom > 0) return Ratio{top, bottom};
  return fit((a < 0) != (b < 0), multiply(Wide(magnitude(a)), power_of_ten(sb - common)),
             multiply(Wide(magnitude(b)), power_of_ten(sa - common)));
}

std::expected<Ratio, Fault> ratio_of_decimal(Int128 units, uint8_t scale, bool percent) {
  const unsigned places = scale + (percent ? 2U : 0U);
  if (places <= kScaleMax) return Ratio{units, static_cast<Int128>(power_of_ten(places))};
  return fit(units < 0, Wide(magnitude(units)), multiply(Wide(power_of_ten(scale)), percent ? 100 : 1));
}

std::expected<Ratio, Fault> ratio_add(const Ratio& a, const Ratio& b) { return sum(a, b, b.numerator < 0); }
std::expected<Ratio, Fault> ratio_subtract(const Ratio& a, const Ratio& b) {
  return sum(a, b, b.numerator > 0);
}

std::expected<Ratio, Fault> ratio_multiply(const Ratio& a, const Ratio& b) {
  return fit((a.numerator < 0) != (b.numerator < 0),
             multiply(Wide(magnitude(a.numerator)), magnitude(b.numerator)),
             multiply(Wide(magnitude(a.denominator)), magnitude(b.denominator)));
}

std::expected<Ratio, Fault> ratio_divide(const Ratio& a, const Ratio& b) {
  if (b.numerator == 0) return std::unexpected(zero_division());
  return fit((a.numerator < 0) != (b.numerator < 0),
             multiply(Wide(magnitude(a.numerator)), magnitude(b.denominator)),
             multiply(Wide(magnitude(a.denominator)), magnitude(b.numerator)));
}

Ratio reduced(const Ratio& ratio) {
  const Wide numerator(magnitude(ratio.numerator)), denominator(magnitude(ratio.denominator));
  const Wide divisor = greatest_common_divisor(numerator, denominator);
  const auto top = to_signed(ratio.numerator < 0, divide(numerator, divisor).quotient);
  const auto bottom = to_signed(false, divide(denominator, divisor).quotient);
  CHECK(top && bottom);
  return {*top, *bottom};
}

std::expected<Int128, Fault> ratio_round(const Ratio& ratio, uint8_t scale, bool percent, Rounding mode) {
  const Wide scaled =
      multiply(multiply(Wide(magnitude(ratio.numerator)), power_of_ten(scale)), percent ? 100 : 1);
  return round_quotient(ratio.numerator < 0, scaled, Wide(magnitude(ratio.denominator)), mode);
}

std::expected<Int128, Fault> decimal_times_ratio(Int128 units, uint8_t from, const Ratio& ratio, uint8_t to,
                                                 Rounding mode) {
  const uint8_t common = from < to ? from : to;
  const Wide product = multiply(Wide(magnitude(units)), magnitude(ratio.numerator));
  return round_quotient((units < 0) != (ratio.numerator < 0), multiply(product, power_of_ten(to - common)),
                        multiply(Wide(magnitude(ratio.denominator)), power_of_ten(from - common)), mode);
}

}  // namespace endcap
