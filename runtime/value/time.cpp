// Local times and zones, over howardhinnant/date and the system's tz database.
#include "runtime/value/time.h"

#include <date/date.h>
#include <date/tz.h>

namespace endcap {
namespace {

using Micros = std::chrono::microseconds;

constexpr Date kFirstDate = -719162;  // 0001-01-01
constexpr Date kLastDate = 2932896;   // 9999-12-31

const date::time_zone* find_zone(std::string_view name) {
  if (name.empty()) return nullptr;
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {  // the library's way to say "unknown"
    return nullptr;
  }
}

Fault no_such_zone(std::string_view name) {
  return {FaultKind::NoSuchTime, "there is no time zone '" + std::string(name.substr(0, 60)) + "'"};
}

Fault not_a(const char* what, std::string_view text) {
  return {FaultKind::InvalidValue, "'" + std::string(text.substr(0, 60)) + "' is not " + what};
}

// Exactly `count` digits at `position`, or -1.
int number_at(std::string_view text, size_t position, size_t count) {
  if (position + count > text.size()) return -1;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    const char c = text[position + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string two_digits(int value) {
  return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::expected<Date, Fault> date_of_number(int64_t days) {
  if (days < kFirstDate || days > kLastDate) {
    return std::unexpected(Fault{FaultKind::Overflow, "the date leaves the years 1 to 9999"});
  }
  return static_cast<Date>(days);
}

// "HH:MM" or "HH:MM:SS" at the head of `text`; the number of characters read, 0 when it is not one.
size_t read_time(std::string_view text, bool seconds_required, TimeOfDay& time) {
  const int hour = number_at(text, 0, 2), minute = number_at(text, 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[2] != ':') return 0;
  time = hour * 3600 + minute * 60;
  if (text.size() == 5 || text[5] != ':') return seconds_required ? 0 : 5;
  const int second = number_at(text, 6, 2);
  if (second < 0 || second > 59) return 0;
  time += second;
  return 8;
}

// "Z", "+10:00" or "-03:30", nothing after it.
bool read_offset(std::string_view text, Duration& offset) {
  offset = 0;
  if (text == "Z" || text == "z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  const int hours = number_at(text, 1, 2), minutes = number_at(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  offset = (hours * kHour + minutes * kMinute) * (text[0] == '-' ? -1 : 1);
  return true;
}

}  // namespace

std::expected<Instant, Fault> instant_of(Date date, TimeOfDay time, std::string_view zone) {
  if (auto in_range = date_of_number(date); !in_range) return std::unexpected(in_range.error());
  if (time < 0 || time >= 86400)
    return std::unexpected(Fault{FaultKind::InvalidValue, "a time of day has 0 to 86399 seconds"});
  const date::time_zone* found = find_zone(zone);
  if (found == nullptr) return std::unexpected(no_such_zone(zone));
  const date::local_seconds local{std::chrono::seconds{int64_t{date} * 86400 + time}};
  const date::local_info info = found->get_info(local);
  const std::chrono::seconds instant = info.result == date::local_info::nonexistent
                                           ? info.first.end.time_since_epoch()
                                           : local.time_since_epoch() - info.first.offset;
  return std::chrono::duration_cast<Micros>(instant).count();
}

std::expected<LocalTime, Fault> local_time(Instant instant, std::string_view zone) {
  const date::time_zone* found = find_zone(zone);
  if (found == nullptr) return std::unexpected(no_such_zone(zone));
  const int64_t seconds = floor_divide(instant, kSecond);
  auto in_range = date_of_number(floor_divide(seconds, 86400));
  if (!in_range) return std::unexpected(in_range.error());
  const date::sys_info info = found->get_info(date::sys_seconds{std::chrono::seconds{seconds}});
  const int64_t local = seconds + info.offset.count();
  auto date = date_of_number(floor_divide(local, 86400));
  if (!date) return std::unexpected(date.error());
  return LocalTime{*date, static_cast<TimeOfDay>(local - int64_t{*date} * 86400)};
}

bool is_zone(std::string_view zone) { return find_zone(zone) != nullptr; }

std::string date_to_text(Date date) {
  const date::year_month_day ymd{date::sys_days{date::days{date}}};
  const int year = static_cast<int>(ymd.year());
  return two_digits(year / 100) + two_digits(year % 100) + "-" +
         two_digits(static_cast<int>(unsigned{ymd.month()})) + "-" +
         two_digits(static_cast<int>(unsigned{ymd.day()}));
}

std::expected<Date, Fault> date_from_text(std::string_view text) {
  const int year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || year < 1 || month < 0 || day < 0) {
    return std::unexpected(not_a("a date like 2026-12-01", text));
  }
  const date::year_month_day ymd{date::year{year}, date::month{static_cast<unsigned>(month)},
                                 date::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::unexpected(not_a("a day of the calendar", text));
  return static_cast<Date>(date::sys_days{ymd}.time_since_epoch().count());
}

std::string time_to_text(TimeOfDay time) {
  std::string text = two_digits(time / 3600) + ":" + two_digits(time / 60 % 60);
  if (time % 60 != 0) text += ":" + two_digits(time % 60);
  return text;
}

std::expected<TimeOfDay, Fault> time_from_text(std::string_view text) {
  TimeOfDay time = 0;
  const size_t used = read_time(text, false, time);
  if (used == 0 || used != text.size()) return std::unexpected(not_a("a time of day like 06:00", text));
  return time;
}

std::string instant_to_text(Instant instant) {
  const int64_t seconds = floor_divide(instant, kSecond);
  const int64_t micros = instant - seconds * kSecond;
  const int64_t days = floor_divide(seconds, 86400);
  const TimeOfDay time = static_cast<TimeOfDay>(seconds - days * 86400);
  std::string text = date_to_text(static_cast<Date>(days)) + "T" + two_digits(time / 3600) + ":" +
                     two_digits(time / 60 % 60) + ":" + two_digits(time % 60);
  if (micros != 0) {
    std::string digits = std::to_string(micros);
    digits.insert(0, 6 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  return text + "Z";
}

std::expected<Instant, Fault> instant_from_text(std::string_view text) {
  const auto bad = [text] { return std::unexpected(not_a("an instant like 2026-12-01T06:00:00Z", text)); };
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return bad();
  auto date = date_from_text(text.substr(0, 10));
  if (!date) return bad();
  std::string_view rest = text.substr(11);
  TimeOfDay time = 0;
  const size_t used = read_time(rest, true, time);
  if (used == 0) return bad();
  rest.remove_prefix(used);
  Duration fraction = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    size_t digits = 0;
    Duration unit = kSecond;
    for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits) {
      unit /= 10;
      if (unit == 0 && rest[digits] != '0') return bad();  // finer than a microsecond
      fraction += unit * (rest[digits] - '0');
    }
    if (digits == 0) return bad();
    rest.remove_prefix(digits);
  }
  Duration offset = 0;
  if (!read_offset(rest, offset)) return bad();
  const Instant instant = *date * kDay + time * kSecond + fraction - offset;
  if (!date_of_number(floor_divide(instant, kDay))) return bad();
  return instant;
}

std::string duration_to_text(Duration duration) {
  const bool negative = duration < 0;
  uint64_t rest = negative ? 0 - static_cast<uint64_t>(duration) : static_cast<uint64_t>(duration);
  std::string text;
  const auto take = [&rest, &text](uint64_t unit, const char* one, const char* many) {
    const uint64_t count = rest / unit;
    rest %= unit;
    if (count == 0) return;
    if (!text.empty()) text += " ";
    text += std::to_string(count) + (count == 1 ? one : many);
  };
  take(kDay, " day", " days");
  take(kHour, " h", " h");
  take(kMinute, " min", " min");
  if (rest != 0 || text.empty()) {
    std::string seconds = std::to_string(rest / kSecond);
    if (const uint64_t micros = rest % kSecond; micros != 0) {
      std::string digits = std::to_string(micros);
      digits.insert(0, 6 - digits.size(), '0');
      digits.erase(digits.find_last_not_of('0') + 1);
      seconds += "." + digits;
    }
    text += (text.empty() ? "" : " ") + seconds + " s";
  }
  return negative ? "-" + text : text;
}

}  // namespace endcap
