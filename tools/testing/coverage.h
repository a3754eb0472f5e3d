// Where tests have been: counts, and the places they missed.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/interpreter.h"

namespace endcap::testing {

struct Coverage {
  struct Group {
    std::string name;               // "policy rows"
    size_t reached = 0, total = 0;  // never a percentage: 599 of 600 is not all
    std::vector<ir::Mark> missed;   // in the order of the sources
  };
  std::vector<Group> groups;  // those with anything in them
};

Coverage coverage_of(const std::vector<ir::Mark>& marks, const ir::Reached& reached);

}  // namespace endcap::testing
