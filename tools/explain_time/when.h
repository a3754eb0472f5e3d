// Moments as people say them: "Friday 17:10", "2026-11-27 09:00", "tomorrow 08:30", "after 3 business hours".
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "runtime/value/calendar.h"

namespace endcap::explain {

struct When {
  struct Weekday {
    int day;  // Monday is 0
  };
  struct Later {
    int days;  // 0 today, 1 tomorrow
  };
  struct NextTime {};  // the next time that the clock shows this
  struct After {
    Duration duration;
    std::optional<BusinessDuration> business;
  };
  std::variant<NextTime, Weekday, Later, Date, After> day;
  TimeOfDay time = 0;
};

// "Fri 2026-11-20 17:10" there.
std::string dated(Instant instant, const std::string& zone);
// "Fri 17:10" there: beside a full date.
std::string short_dated(Instant instant, const std::string& zone);

std::string lower(std::string word);  // of ASCII
// Whether a moment can begin with this word.
bool begins_moment(const std::string& word);
// "on" and "at" may stand between the parts. The error is one sentence.
std::expected<When, std::string> read_moment(std::span<const std::string> words);
// Reads "4 business hours", "2 days".
std::expected<When::After, std::string> read_duration(std::span<const std::string> words);

// The moment, seen from `from`: a weekday or a time is the next one that is not before it. Business time
// needs the workflow's calendar.
std::expected<Instant, std::string> moment_of(const When& when, Instant from, const std::string& zone,
                                              const Calendar* calendar);

}  // namespace endcap::explain
