// How business time falls: what lay between a beginning and its deadline.
#pragma once

#include "runtime/value/calendar.h"
#include "tools/explain_time/explanation.h"

namespace endcap::explain {

// When the calendar was closed between two moments.
std::vector<std::pair<Instant, Instant>> closed_between(const Calendar& calendar, Instant from, Instant to);

// "8 business hours after Fri 09:00; au.trading is closed Fri 17:00 to Mon 09:00".
std::string rule_text(const Rule& rule, const std::string& zone);

}  // namespace endcap::explain
