// Exact arithmetic of ratios: results are reduced only when they would not fit otherwise; then Overflow.
#pragma once

#include "runtime/value/decimal.h"

namespace endcap {

// a (scale sa) / b (scale sb).
std::expected<Ratio, Fault> ratio_of_decimals(Int128 a, uint8_t sa, Int128 b, uint8_t sb);
// units / 10^scale, a hundredth of that when the units are percent.
std::expected<Ratio, Fault> ratio_of_decimal(Int128 units, uint8_t scale, bool percent);
std::expected<Ratio, Fault> ratio_add(const Ratio& a, const Ratio& b);
std::expected<Ratio, Fault> ratio_subtract(const Ratio& a, const Ratio& b);
std::expected<Ratio, Fault> ratio_multiply(const Ratio& a, const Ratio& b);
std::expected<Ratio, Fault> ratio_divide(const Ratio& a, const Ratio& b);
Ratio reduced(const Ratio& ratio);
// To units at `scale`; as percent: 1/8 at scale 1 is 125.
std::expected<Int128, Fault> ratio_round(const Ratio& ratio, uint8_t scale, bool percent, Rounding mode);
// units (scale `from`) x ratio, rounded once, to units at `to`.
std::expected<Int128, Fault> decimal_times_ratio(Int128 units, uint8_t from, const Ratio& ratio, uint8_t to,
                                                 Rounding mode);

}  // namespace endcap
