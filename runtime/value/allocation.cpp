// Largest remainders over wide intermediates.
#include "runtime/value/allocation.h"

#include <algorithm>
#include <numeric>

#include "runtime/value/check.h"
#include "runtime/value/wide.h"

namespace endcap {

std::expected<std::vector<Int128>, Fault> allocate(Int128 units, std::span<const Int128> weights) {
  Int128 total = 0;
  for (const Int128 weight : weights) {
    if (weight < 0)
      return std::unexpected(Fault{FaultKind::InvalidValue, "a share can't have a negative weight"});
    if (__builtin_add_overflow(total, weight, &total))
      return std::unexpected(Fault{FaultKind::Overflow, "the weights are too large to be added"});
  }
  if (total == 0) return std::unexpected(Fault{FaultKind::DivisionByZero, "the weights add up to nothing"});
  std::vector<Int128> shares;
  std::vector<Wide> remainders;
  Uint128 left = magnitude(units);
  for (const Int128 weight : weights) {
    const WideQuotient part =
        divide(multiply(Wide(magnitude(units)), magnitude(weight)), Wide(magnitude(total)));
    left -= part.quotient.low_128();
    const auto share = to_signed(units < 0, part.quotient);
    CHECK(share.has_value());  // no larger than the whole
    shares.push_back(*share);
    remainders.push_back(part.remainder);
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return (remainders[a] <=> remainders[b]) > 0; });
  CHECK(left < weights.size());
  for (size_t i = 0; i < static_cast<size_t>(left); ++i) shares[order[i]] += units < 0 ? -1 : 1;
  return shares;
}

}  // namespace endcap
