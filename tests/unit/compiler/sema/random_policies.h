// Random policies, and what brute force says about them: every value of a small domain is tried against the
// rows as they are written, with no help from the compiler's grid.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace endcap::sema {

// One case: the facts of all random policies, numbers as thousandths of their true value.
struct RandomCase {
  int64_t count = 0;   // n: Int
  int64_t amount = 0;  // d: Decimal(9, 1)
  int64_t share = 0;   // p: Percent(6, 1), in thousandths of a percent
  int region = 0;      // r: Text(3); 2 is any other
  int level = 0;       // l: Priority
  bool flag = false;   // f: Bool
};

// `term OP literal`, or a fact that is one of few; combined by and, or, not.
struct RandomCondition {
  enum class Form : uint8_t { Count, Twice, Amount, Share, Pair, Region, Level, Flag, And, Or, Not } form;
  enum class Order : uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual } order{};
  int64_t literal = 0;  // thousandths; which of few
  std::vector<RandomCondition> inner;

  std::string text() const;
  bool holds(const RandomCase& values) const;
};

struct RandomPolicy {
  std::vector<RandomCondition> rows;
  bool otherwise = false;

  std::string text(const std::string& name, const std::string& governed) const;
  struct Verdict {
    bool gap = false, overlap = false;
    std::vector<bool> applies;  // one a row with a condition
  };
  Verdict brute_force() const;
};

// Starts complete and disjoint, by splitting rows, and is then often broken.
RandomPolicy random_policy(std::mt19937& random);

}  // namespace endcap::sema
