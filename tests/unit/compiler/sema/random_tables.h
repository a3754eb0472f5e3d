// Random tables, and what brute force says about them: every value of a small domain is tried, cell by cell,
// with no help from the compiler's grid.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace endcap::sema {

struct RandomColumn {
  enum class Kind : uint8_t { Int, Percent, Ratio, Enum, Bool, Text, Presence } kind;
  std::string name, type;
  int domain = 0;  // points are 0 .. domain - 1; numbers begin one step below the least literal
};

// What a cell lets through: an interval of the domain's numbers, or one set of its values.
struct RandomCell {
  std::optional<int> low, high;  // literals by number: some lie between two values
  bool low_closed = true, high_closed = false;
  std::optional<std::vector<bool>> values;  // Enum, Bool, Text (the last is any other), Presence
};

struct RandomTable {
  std::vector<RandomColumn> columns;
  std::vector<std::vector<RandomCell>> rows;
  bool otherwise = false;

  std::string table(const std::string& name) const;  // declaration; each row gives its number
  std::string condition(size_t row) const;           // the same row as a policy says it
  bool holds(size_t row, const std::vector<int>& point) const;
  std::optional<size_t> answer(
      const std::vector<int>& point) const;  // the only row that holds, or `otherwise`

  struct Verdict {
    bool gap = false, overlap = false;
    std::vector<bool> applies;  // one a row, `otherwise` last
    bool never() const;
  };
  Verdict brute_force() const;
  void each_point(const std::function<void(const std::vector<int>&)>& visit) const;
};

// Starts complete and disjoint, by splitting rows, and is then often broken. `kinds`: what its columns may
// be.
RandomTable random_table(std::mt19937& random, const std::vector<RandomColumn::Kind>& kinds);

}  // namespace endcap::sema
