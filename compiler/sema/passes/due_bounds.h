// What can be said of steps that are due, for people: the longest that everybody may take, and what has no
// bound.
#pragma once

#include <string>
#include <vector>

#include "compiler/sema/typed.h"

namespace endcap::sema {

struct DueBound {
  std::string step;
  Span moment;  // as written
  std::vector<std::string>
      longest;  // of each path: "8 h of business time", "until promo.launch at 06:00, then 2 days"
  std::vector<std::string> unbounded;  // why more can't be said: "`then retry` can come any number of times"
};

// Of one workflow, in source order.
std::vector<DueBound> due_bounds(Program& program, Workflow& workflow);

}  // namespace endcap::sema
