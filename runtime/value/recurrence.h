// What comes round: days that a rule names, at a time of day in a zone.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>

#include "runtime/value/calendar.h"
#include "runtime/value/time.h"

namespace endcap {

struct Recurrence {
  enum class Days : uint8_t {
    Every,
    Business,
    Weekdays,
    DayOfMonth,
    FirstOfMonth,
    LastOfMonth,
    FirstBusinessOfMonth,
    LastBusinessOfMonth,
  } days = Days::Every;
  std::array<bool, 7> weekdays{};  // Weekdays: Monday first
  uint8_t day_of_month = 1;        // DayOfMonth: 1 to 28, which every month has
  TimeOfDay at = 0;
  std::string zone = "UTC";
};

inline constexpr std::array<const char*, 7> kWeekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                      "friday", "saturday", "sunday"};

bool counts_business_days(const Recurrence& rule);
// Whether it comes round on this local day. `calendar` is asked by rules that count business days, and only
// by them.
bool falls_on(const Recurrence& rule, const Calendar* calendar, Date day);

struct Occurrence {
  Date day;        // local
  Instant moment;  // as `instant_of` has it where the clocks change
};
// The first one after `after`. OutOfRange when there is none in ten years, NoSuchTime for an unknown zone.
std::expected<Occurrence, Fault> next_occurrence(const Recurrence& rule, const Calendar* calendar,
                                                 Instant after);

// As it is written: `every last business day of the month at 18:00 zone "Australia/Sydney"`.
std::string recurrence_to_text(const Recurrence& rule);

}  // namespace endcap
