// Where tests have been: see coverage.h.
#include "tools/testing/coverage.h"

#include <algorithm>
#include <tuple>

namespace endcap::testing {

Coverage coverage_of(const std::vector<ir::Mark>& marks, const ir::Reached& reached) {
  constexpr std::pair<ir::Mark::Kind, const char*> kGroups[] = {{ir::Mark::Kind::Step, "steps"},
                                                                {ir::Mark::Kind::Wait, "wait points"},
                                                                {ir::Mark::Kind::Branch, "branches"},
                                                                {ir::Mark::Kind::Deadline, "deadline paths"},
                                                                {ir::Mark::Kind::PolicyRow, "policy rows"}};
  Coverage coverage;
  for (const auto& [kind, name] : kGroups) {
    Coverage::Group group{.name = name};
    for (size_t i = 0; i < marks.size(); ++i) {
      if (marks[i].kind != kind) continue;
      ++group.total;
      if (reached[i]) {
        ++group.reached;
      } else {
        group.missed.push_back(marks[i]);
      }
    }
    std::ranges::sort(group.missed, {},
                      [](const ir::Mark& mark) { return std::tie(mark.source_path, mark.line, mark.text); });
    if (group.total > 0) coverage.groups.push_back(std::move(group));
  }
  return coverage;
}

}  // namespace endcap::testing
