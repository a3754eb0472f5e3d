// Business calendars: opening hours, working days and holidays in a zone, as versioned data.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/value/time.h"

namespace endcap {

// Business time: hours count only opening time; one business day is the same clock time on the next working day, clamped to
// the opening hours of that day (LANGUAGE, Time). A break counts as closed: a clock time in it is its end, and its beginning
// where one goes backwards.
struct BusinessDuration {
  enum class Unit : uint8_t { Time, Days } unit = Unit::Time;
  int64_t amount = 0;  // microseconds of opening time, or whole working days
};

struct Calendar {
  std::string name;                    // "au.trading"
  uint32_t version = 1;
  std::string zone = "UTC";
  std::array<bool, 7> working{true, true, true, true, true, false, false};  // Monday first
  TimeOfDay open = 9 * 3600;
  TimeOfDay close = 17 * 3600;         // > open
  std::set<Date> holidays;
  struct Hours { TimeOfDay from = 0, to = 0; };  // from < to
  using DayHours = std::vector<Hours>;           // in order and apart; not empty
  std::map<uint8_t, DayHours> of_weekday;        // 0 is Monday: in place of `open` to `close`
  std::map<Date, DayHours> of_date;              // of a day that is a working day whatever its weekday
};

// Of a working day.
Calendar::DayHours hours_of(const Calendar& calendar, Date date);

bool is_working_day(const Calendar& calendar, Date date);
// The instant at which `duration` of business time has passed since `from`; OutOfRange past ten years.
std::expected<Instant, Fault> add_business(const Calendar& calendar, Instant from, BusinessDuration duration);
// The instant `duration` of business time before `until`.
std::expected<Instant, Fault> subtract_business(const Calendar& calendar, Instant until, BusinessDuration duration);

// Business day conventions (ISDA 2006 Definitions, section 4.12): the date itself when it is a working day, else the next
// one, the one before, or the next one unless that is in another month, and then the one before. OutOfRange when there is
// none in ten years.
enum class DayConvention : uint8_t { Following, Preceding, ModifiedFollowing };
std::expected<Date, Fault> business_day(const Calendar& calendar, Date date, DayConvention convention);

}  // namespace endcap
