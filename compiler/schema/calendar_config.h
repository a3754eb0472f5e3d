// The [calendars."au.trading"] tables.
#pragma once

#include "compiler/schema/config.h"
#include "runtime/value/calendar.h"

namespace endcap {

// As it stands in its table: other calendars that it is joint with are names.
struct WrittenCalendar {
  Calendar calendar;
  std::vector<std::pair<std::string, Span>> joint_with;
};

// Nothing when it has a mistake; diagnostics say which.
std::optional<WrittenCalendar> read_calendar(ConfigFile& file, const toml::table& table, std::string name,
                                             Span span);

// A day is a working day of a joint calendar when it is one of each of them; the hours are the calendar's
// own. What is joint itself can't be named by another.
std::vector<Calendar> join_calendars(const std::vector<WrittenCalendar>& written, Diagnostics& diagnostics);

}  // namespace endcap
