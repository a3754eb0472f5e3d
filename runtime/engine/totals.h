// What somebody sees of many lines before looking at any: of each amount in their payloads the sum, the
// lowest, the middle and the highest, and the lines that stand out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/abi/frame.h"

namespace endcap {

class Totals {
 public:
  static constexpr size_t kOutliersMost = 5;  // of a field

  Totals(const abi::Types& types, abi::TypeId payload);
  void add(const std::string& target, std::string_view packed_payload);
  size_t count() const { return targets_.size(); }
  // A list: money, quantities, decimals and percentages, in the order of the payload. `count` is of the lines
  // that have one; a sum is of money and quantities, and missing where no number holds it. The median of an
  // even number is the lower of the two, so that a line has it. Outliers are the lines farthest from it, the
  // farthest first, and none that is at it. Exact throughout.
  nlohmann::ordered_json fields() const;

 private:
  struct Field {
    std::string name;
    abi::TypeId type = abi::kNoType;
    size_t index = 0;
    bool optional = false;
    std::vector<std::pair<Int128, size_t>> values;  // and the number of its line
  };
  nlohmann::ordered_json shown(const Field& field) const;

  const abi::Types& types_;
  abi::TypeId payload_;
  std::vector<Field> fields_;
  std::vector<std::string> targets_;
};

}  // namespace endcap
