// Where tests have been: counts, and the places they missed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/ir/interpreter.h"
#include "tools/common/compile_project.h"

namespace endcap::testing {

struct Coverage {
  struct Place {
    std::string text, source_path;
    uint32_t line = 0;
  };
  struct Group {
    std::string name;               // "policy rows"
    size_t reached = 0, total = 0;  // never a percentage: 599 of 600 is not all
    std::vector<Place> missed;      // in the order of the sources
  };
  std::vector<Group> groups;  // those with anything in them
};

Coverage coverage_of(const std::vector<ir::Mark>& marks, const ir::Reached& reached);
// Adds the schedules of the project; `started` are the full names of those that started something.
void add_schedules(Coverage& coverage, const CheckedProject& project, const std::set<std::string>& started);

// Adds its routes and syncs; `started` are the full names of those that ran.
void add_carriers(Coverage& coverage, const CheckedProject& project, const std::set<std::string>& started);

// Adds the operations of its interfaces; `called` are those that were taken, as Result::called.
void add_operations(Coverage& coverage, const CheckedProject& project, const std::set<std::string>& called);

}  // namespace endcap::testing
