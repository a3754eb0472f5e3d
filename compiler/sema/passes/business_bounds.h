// How long business time takes on the clock, whenever it begins.
#pragma once

#include <limits>

#include "runtime/value/calendar.h"

namespace endcap::sema {

constexpr Duration kNever = std::numeric_limits<Duration>::max() / 4;

enum class Walk : uint8_t { Forwards, Backwards };  // `after` a moment or `before` it

// At least, in any week and around the dates that have hours of their own. Holidays only make it longer: they
// are left out. Nothing longer than about three years is said.
Duration least_on_clock(const Calendar& calendar, BusinessDuration duration, Walk walk = Walk::Forwards);
// The same when it comes in parts, one after the other, perhaps with other time between them.
Duration least_in_parts(const Calendar& calendar, BusinessDuration together);

// At most, by the holidays that are known; kNever when it may not end.
Duration most_on_clock(const Calendar& calendar, BusinessDuration duration);

}  // namespace endcap::sema
