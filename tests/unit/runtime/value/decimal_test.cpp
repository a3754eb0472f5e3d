// Decimals and ratios against boost's arbitrary integers.
#include "runtime/value/decimal.h"

#include <doctest/doctest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "runtime/value/ratio.h"
#include "runtime/value/wide.h"

using namespace endcap;
using Big = boost::multiprecision::cpp_int;

namespace {

Big big(Int128 value) {
  Big result = static_cast<uint64_t>(magnitude(value) >> 64);
  result <<= 64;
  result += static_cast<uint64_t>(magnitude(value));
  return value < 0 ? Big(-result) : result;
}

Big power(unsigned exponent) { return boost::multiprecision::pow(Big(10), exponent); }

const Big kLimit = Big(1) << 127;

// What the brute force says: nothing when it does not fit.
std::optional<Big> fitting(const Big& value) {
  if (value >= kLimit || value < -kLimit) return std::nullopt;
  return value;
}

Big rounded(const Big& numerator, const Big& denominator, Rounding mode) {
  const bool negative = (numerator < 0) != (denominator < 0);
  const Big top = abs(numerator), bottom = abs(denominator);
  Big quotient = top / bottom;
  const Big twice = (top % bottom) * 2;
  const bool exact = twice == 0;
  bool up = false;
  if (mode == Rounding::Up) up = !exact;
  if (mode == Rounding::HalfUp) up = twice >= bottom;
  if (mode == Rounding::HalfEven) up = twice > bottom || (twice == bottom && quotient % 2 == 1);
  if (up) ++quotient;
  return negative ? Big(-quotient) : quotient;
}

void agree(const std::expected<Int128, Fault>& ours, const std::optional<Big>& theirs) {
  REQUIRE(ours.has_value() == theirs.has_value());
  if (ours) {
    CHECK_MESSAGE(big(*ours) == *theirs, decimal_to_text(*ours, 0));
  } else {
    CHECK(ours.error().kind == FaultKind::Overflow);
  }
}

// Integers of all sizes, and those at the edges.
class Numbers {
 public:
  Int128 any() {
    const unsigned bits = static_cast<unsigned>(random_() % 128);
    Uint128 value = (static_cast<Uint128>(random_()) << 64) | random_();
    value = bits == 0 ? 0 : value >> (128 - bits);
    if (random_() % 16 == 0) value = (static_cast<Uint128>(1) << 127) - random_() % 2;
    return static_cast<Int128>(random_() % 2 == 0 ? value : Uint128{0} - value);
  }
  Int128 positive() {
    const Int128 value = any();
    return value == 0                                        ? 1
           : value == static_cast<Int128>(Uint128{1} << 127) ? value + 1 < 0 ? -(value + 1) : 1
           : value < 0                                       ? -value
                                                             : value;
  }
  uint8_t scale() { return static_cast<uint8_t>(random_() % (kScaleMax + 1)); }
  Rounding mode() { return static_cast<Rounding>(random_() % 4); }

 private:
  std::mt19937_64 random_{20261123};
};

constexpr int kRounds = 20000;

}  // namespace

TEST_CASE("every operation on decimals gives the exact integer or Overflow") {
  Numbers numbers;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 a = numbers.any(), b = numbers.any();
    agree(decimal_add(a, b), fitting(big(a) + big(b)));
    agree(decimal_subtract(a, b), fitting(big(a) - big(b)));
    agree(decimal_multiply(a, b), fitting(big(a) * big(b)));
    const uint8_t from = numbers.scale(), to = numbers.scale();
    const Rounding mode = numbers.mode();
    agree(decimal_rescale(a, from, to, mode),
          fitting(to >= from ? big(a) * power(to - from) : rounded(big(a), power(from - to), mode)));
    if (b != 0) agree(decimal_divide(a, b, to, mode), fitting(rounded(big(a) * power(to), big(b), mode)));
  }
}

TEST_CASE("ratios are compared, added, multiplied and rounded exactly") {
  Numbers numbers;
  const auto same_value = [](const std::expected<Ratio, Fault>& ours, Big numerator, Big denominator) {
    if (denominator < 0) {
      numerator = -numerator;
      denominator = -denominator;
    }
    if (ours) {
      CHECK(ours->denominator > 0);
      CHECK(big(ours->numerator) * denominator == numerator * big(ours->denominator));
    } else {
      CHECK(ours.error().kind == FaultKind::Overflow);
      const Big divisor = gcd(numerator, denominator);
      CHECK_FALSE((fitting(numerator / divisor) && fitting(denominator / divisor)));
    }
  };
  for (int i = 0; i < kRounds; ++i) {
    const Ratio a{numbers.any(), numbers.positive()}, b{numbers.any(), numbers.positive()};
    const Big left = big(a.numerator) * big(b.denominator), right = big(b.numerator) * big(a.denominator);
    const Big denominator = big(a.denominator) * big(b.denominator);
    CHECK((compare(a, b) < 0) == (left < right));
    CHECK((compare(a, b) == 0) == (left == right));
    same_value(ratio_add(a, b), left + right, denominator);
    same_value(ratio_subtract(a, b), left - right, denominator);
    same_value(ratio_multiply(a, b), big(a.numerator) * big(b.numerator), denominator);
    if (b.numerator != 0) same_value(ratio_divide(a, b), left, right);
    const uint8_t scale = numbers.scale(), from = numbers.scale();
    const Rounding mode = numbers.mode();
    agree(ratio_round(a, scale, true, mode),
          fitting(rounded(big(a.numerator) * power(scale + 2), big(a.denominator), mode)));
    const Int128 units = numbers.any();
    agree(decimal_times_ratio(units, from, a, scale, mode),
          fitting(
              rounded(big(units) * big(a.numerator) * power(scale), big(a.denominator) * power(from), mode)));
  }
}

TEST_CASE("wide division gives the quotient and remainder of schoolbook arithmetic") {
  std::mt19937_64 random(7);
  const auto limbs = [&random](unsigned count) {
    Wide wide;
    for (unsigned i = 0; i < count; ++i) {
      const uint64_t choice = random() % 4;  // runs of ones and zeros reach the correction steps
      wide.limbs[i] = choice == 0 ? 0 : choice == 1 ? UINT64_MAX : choice == 2 ? uint64_t{1} << 63 : random();
    }
    return wide;
  };
  const auto to_big = [](const Wide& wide) {
    Big value = 0;
    for (unsigned i = Wide::kLimbs; i-- > 0;) value = (value << 64) + wide.limbs[i];
    return value;
  };
  for (int i = 0; i < kRounds; ++i) {
    const Wide numerator = limbs(static_cast<unsigned>(random() % 9));
    Wide denominator = limbs(1 + static_cast<unsigned>(random() % 8));
    if (denominator.is_zero()) denominator = Wide(1);
    const auto [quotient, remainder] = divide(numerator, denominator);
    CHECK(to_big(quotient) == to_big(numerator) / to_big(denominator));
    CHECK(to_big(remainder) == to_big(numerator) % to_big(denominator));
  }
}

TEST_CASE("a decimal reads back from its text, at its scale") {
  Numbers numbers;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 units = numbers.any();
    const uint8_t scale = numbers.scale();
    CHECK(decimal_from_text(decimal_to_text(units, scale), scale).value() == units);
  }
  CHECK(decimal_to_text(-1230, 2) == "-12.30");
  CHECK(decimal_to_text(5, 3) == "0.005");
  CHECK(decimal_from_text("+7", 2).value() == 700);
  CHECK(decimal_from_text("1.2000", 2).value() == 120);
}

TEST_CASE("text that is not a decimal is named") {
  for (const char* text : {"", "-", ".", "1.", "1e3", " 1", "1 ", "1,5", "--1", "1.2.3", "0x10", "NaN"}) {
    CAPTURE(text);
    CHECK(decimal_from_text(text, 2).error().kind == FaultKind::InvalidValue);
  }
  CHECK(decimal_from_text("1.005", 2).error().kind == FaultKind::LossOfPrecision);
  CHECK(decimal_from_text("170141183460469231731687303715884105728", 0).error().kind == FaultKind::Overflow);
  CHECK(decimal_from_text("-170141183460469231731687303715884105728", 0).has_value());
  CHECK(decimal_from_text("2", 38).error().kind == FaultKind::Overflow);
}

TEST_CASE("division by zero and a lost digit are faults") {
  CHECK(decimal_divide(1, 0, 2, Rounding::HalfEven).error().kind == FaultKind::DivisionByZero);
  CHECK(make_ratio(1, 0).error().kind == FaultKind::DivisionByZero);
  CHECK(ratio_of_decimals(5, 2, 0, 2).error().kind == FaultKind::DivisionByZero);
  CHECK(ratio_divide({1, 2}, {0, 5}).error().kind == FaultKind::DivisionByZero);
  CHECK(decimal_rescale_exact(1005, 3, 2).error().kind == FaultKind::LossOfPrecision);
  CHECK(decimal_rescale_exact(1010, 3, 2).value() == 101);
}

TEST_CASE("a margin of exactly 12 % is not below 12 %") {
  const Ratio margin = ratio_of_decimals(12000 - 10560, 2, 12000, 2).value();
  CHECK(compare(margin, ratio_of_decimal(12, 0, true).value()) == 0);
  CHECK(compare(margin, ratio_of_decimal(1200001, 5, true).value()) < 0);
}
