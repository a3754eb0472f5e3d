// One [calendars."au.trading"] table.
#pragma once

#include "compiler/schema/config.h"
#include "runtime/value/calendar.h"

namespace endcap {

// Nothing when it has a mistake; diagnostics say which.
std::optional<Calendar> read_calendar(ConfigFile& file, const toml::table& table, std::string name,
                                      Span span);

}  // namespace endcap
