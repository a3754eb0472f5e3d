// Builtins over decimals and ratios.
#include "runtime/abi/builtins.h"
#include "runtime/value/ratio.h"
#include "runtime/value/wide.h"

using namespace endcap;
using namespace endcap::abi;

namespace {

Ratio ratio_at(const Context* context, Cell cell) {
  const Cell* cells = context->arena->cells(reference_of(cell));
  return {cells[0].bits, cells[1].bits};
}

uint32_t give_ratio(Context* context, Cell* result, const std::expected<Ratio, Fault>& ratio) {
  if (!ratio) return code(ratio.error().kind);
  Reference object;
  if (!allocate(context, 2 * sizeof(Cell), object)) return code(FaultKind::TooLarge);
  context->arena->cells(object)[0].bits = ratio->numerator;
  context->arena->cells(object)[1].bits = ratio->denominator;
  return give(result, object);
}

Rounding rounding_of(uint64_t immediate, unsigned index) {
  return static_cast<Rounding>(byte_of(immediate, index));
}

}  // namespace

uint32_t endcap_rt_DecimalMultiply(Context*, Cell* result, const Cell* arguments, uint64_t immediate) {
  const uint8_t from = byte_of(immediate, 1), to = byte_of(immediate, 0);
  const Int128 a = arguments[0].bits, b = arguments[1].bits;
  if (from == to) {
    Int128 product;
    if (__builtin_mul_overflow(a, b, &product)) return code(FaultKind::Overflow);
    return give(result, product);
  }
  const uint8_t common = from < to ? from : to;
  const Wide product = multiply(multiply(Wide(magnitude(a)), magnitude(b)), power_of_ten(to - common));
  const WideQuotient exact = divide(product, Wide(power_of_ten(from - common)));
  if (!exact.remainder.is_zero()) return code(FaultKind::LossOfPrecision);
  return give(result, to_signed((a < 0) != (b < 0), exact.quotient));
}

uint32_t endcap_rt_DecimalRescale(Context*, Cell* result, const Cell* arguments, uint64_t immediate) {
  return give(result, decimal_rescale(arguments[0].bits, byte_of(immediate, 0), byte_of(immediate, 1),
                                      rounding_of(immediate, 2)));
}

uint32_t endcap_rt_BoundsCheck(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const auto type = static_cast<TypeId>(immediate);
  if (!is_scalar_in_range(context->program->types[type], arguments[0])) {
    context->refused_type = type;
    context->refused = arguments[0];
    return code(FaultKind::OutOfBounds);
  }
  return give(result, arguments[0].bits);
}

uint32_t endcap_rt_RatioMake(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  return give_ratio(
      context, result,
      ratio_of_decimals(arguments[0].bits, byte_of(immediate, 0), arguments[1].bits, byte_of(immediate, 1)));
}

uint32_t endcap_rt_RatioOfDecimal(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  return give_ratio(context, result,
                    ratio_of_decimal(arguments[0].bits, byte_of(immediate, 0), byte_of(immediate, 1) != 0));
}

uint32_t endcap_rt_RatioCompare(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  const auto order = compare(ratio_at(context, arguments[0]), ratio_at(context, arguments[1]));
  return give(result, order < 0 ? -1 : order > 0 ? 1 : 0);
}

uint32_t endcap_rt_RatioAdd(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  return give_ratio(context, result,
                    ratio_add(ratio_at(context, arguments[0]), ratio_at(context, arguments[1])));
}
uint32_t endcap_rt_RatioSubtract(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  return give_ratio(context, result,
                    ratio_subtract(ratio_at(context, arguments[0]), ratio_at(context, arguments[1])));
}
uint32_t endcap_rt_RatioMultiply(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  return give_ratio(context, result,
                    ratio_multiply(ratio_at(context, arguments[0]), ratio_at(context, arguments[1])));
}
uint32_t endcap_rt_RatioDivide(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  return give_ratio(context, result,
                    ratio_divide(ratio_at(context, arguments[0]), ratio_at(context, arguments[1])));
}

uint32_t endcap_rt_RatioRound(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  return give(result, ratio_round(ratio_at(context, arguments[0]), byte_of(immediate, 0),
                                  byte_of(immediate, 2) != 0, rounding_of(immediate, 1)));
}

uint32_t endcap_rt_DecimalTimesRatio(Context* context, Cell* result, const Cell* arguments,
                                     uint64_t immediate) {
  return give(result,
              decimal_times_ratio(arguments[0].bits, byte_of(immediate, 0), ratio_at(context, arguments[1]),
                                  byte_of(immediate, 1), rounding_of(immediate, 2)));
}
