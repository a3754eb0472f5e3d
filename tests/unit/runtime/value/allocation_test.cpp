// Allocation: nothing is lost, nobody is a unit away from what is theirs.
#include "runtime/value/allocation.h"

#include <doctest/doctest.h>

#include <random>

using namespace endcap;
using Units = std::vector<Int128>;

TEST_CASE("ten dollars among three are 3.34, 3.33 and 3.33") {
  CHECK(allocate(1000, Units{1, 1, 1}) == Units{334, 333, 333});
  CHECK(allocate(-1000, Units{1, 1, 1}) == Units{-334, -333, -333});
  CHECK(allocate(100, Units{1, 2, 0, 3}) == Units{17, 33, 0, 50});
  CHECK(allocate(0, Units{5, 7}) == Units{0, 0});
}

TEST_CASE("the largest remainders get what is left, the earlier first") {
  // Exact shares 1.4, 1.8, 1.8: the second and third are rounded up.
  CHECK(allocate(5, Units{14, 18, 18}) == Units{1, 2, 2});
  CHECK(allocate(1, Units{1, 1}) == Units{1, 0});
}

TEST_CASE("what can't be shared is a fault") {
  CHECK(allocate(100, Units{}).error().kind == FaultKind::DivisionByZero);
  CHECK(allocate(100, Units{0, 0}).error().kind == FaultKind::DivisionByZero);
  CHECK(allocate(100, Units{1, -1}).error().kind == FaultKind::InvalidValue);
  const Int128 half = static_cast<Int128>(1) << 126;
  CHECK(allocate(100, Units{half, half}).error().kind == FaultKind::Overflow);
}

TEST_CASE("shares add up to the whole, and each is within a unit of its exact share") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 2'000; ++round) {
    Units weights;
    Int128 total = 0;
    for (size_t count = 1 + random() % 12; count > 0; --count) {
      weights.push_back(static_cast<Int128>(random() % 1'000'000));
      total += weights.back();
    }
    if (total == 0) continue;
    const Int128 units = static_cast<Int128>(random() % 1'000'000'000) - 500'000'000;
    const auto shares = allocate(units, weights);
    REQUIRE(shares);
    Int128 sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      sum += (*shares)[i];
      const Int128 distance =
          (*shares)[i] * total - units * weights[i];  // from the exact share, in 1 / total
      CHECK((distance < total && distance > -total));
    }
    CHECK((sum == units));
  }
}

TEST_CASE("the largest amounts and weights go through") {
  const Int128 most = ~(static_cast<Int128>(1) << 127);
  CHECK(allocate(most, Units{most}) == Units{most});
  const auto shares = allocate(most, Units{most / 2, most / 2});
  REQUIRE(shares);
  CHECK(((*shares)[0] + (*shares)[1] == most));
}
