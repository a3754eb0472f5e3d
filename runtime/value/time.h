// Dates, times of day, instants and durations. They never mix silently.
// Zones and their rules come from the system's tz database through howardhinnant/date.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "runtime/value/fault.h"

namespace endcap {

using Date = int32_t;      // days since 1970-01-01, proleptic Gregorian, years 1 to 9999
using TimeOfDay = int32_t; // seconds since midnight, 0 to 86399
using Instant = int64_t;   // microseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX)
using Duration = int64_t;  // microseconds of elapsed time

inline constexpr Duration kSecond = 1'000'000;
inline constexpr Duration kMinute = 60 * kSecond;
inline constexpr Duration kHour = 60 * kMinute;
inline constexpr Duration kDay = 24 * kHour;

// The instant of a local time. A time that does not exist (spring forward) means the first instant after the gap; one that
// exists twice means the first of the two. NoSuchTime for an unknown zone.
std::expected<Instant, Fault> instant_of(Date date, TimeOfDay time, std::string_view zone);
struct LocalTime { Date date; TimeOfDay time; };
std::expected<LocalTime, Fault> local_time(Instant instant, std::string_view zone);
bool is_zone(std::string_view zone);

std::string date_to_text(Date date);                                   // 2026-12-01
std::expected<Date, Fault> date_from_text(std::string_view text);
std::string time_to_text(TimeOfDay time);                              // 06:00 or 06:00:30
std::expected<TimeOfDay, Fault> time_from_text(std::string_view text);
std::string instant_to_text(Instant instant);                          // RFC 3339, UTC: 2026-12-01T06:00:00Z, microseconds if any
std::expected<Instant, Fault> instant_from_text(std::string_view text);
std::string duration_to_text(Duration duration);                       // "1 day 2 h 30 min"

}  // namespace endcap
