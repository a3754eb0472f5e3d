// What becomes of business calendars when a new version of the project takes over. A deadline is kept with the version of the calendar that it
// was counted by: two calendars under one number can't be told apart afterwards.
#pragma once

#include <string>
#include <vector>

#include "runtime/value/calendar.h"

namespace endcap::ir {

struct CalendarFinding {
  std::string calendar;
  uint32_t before = 1, after = 1;    // versions; `after` is not higher
  std::vector<std::string> changed;  // "opening hours", "holidays": what is another
};

// Of calendars that both have, by name. A version that is raised may say anything, and so may one that says the same in other words.
std::vector<CalendarFinding> compare(const std::vector<Calendar>& before, const std::vector<Calendar>& after);

std::string describe(const CalendarFinding& finding);  // one sentence, without its name
std::string remedy(const CalendarFinding& finding);

}  // namespace endcap::ir
