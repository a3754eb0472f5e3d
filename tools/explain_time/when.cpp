// Moments as people say them: see when.h.
#include "tools/explain_time/when.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <vector>

namespace endcap::explain {
namespace {

constexpr std::array<const char*, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                              "friday", "saturday", "sunday"};
constexpr std::array<const char*, 7> kShort = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

// "fri" and "Friday" are 4.
std::optional<int> weekday(const std::string& word) {
  const std::string name = lower(word);
  for (int day = 0; day < 7; ++day) {
    if (name == kDays[static_cast<size_t>(day)]) return day;
    if (name.size() == 3 && std::string_view(kDays[static_cast<size_t>(day)]).starts_with(name)) return day;
  }
  return std::nullopt;
}

int weekday_of(Date date) { return static_cast<int>(((int64_t{date} + 3) % 7 + 7) % 7); }

std::string said(std::span<const std::string> words) { return fmt::format("{}", fmt::join(words, " ")); }

bool is_number(const std::string& word) {
  return !word.empty() && word.size() < 7 &&
         std::ranges::all_of(word, [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

std::string lower(std::string word) {
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

std::string dated(Instant instant, const std::string& zone) {
  const auto local = local_time(instant, zone);
  if (!local) return instant_to_text(instant);
  return fmt::format("{} {} {}", kShort[static_cast<size_t>(weekday_of(local->date))],
                     date_to_text(local->date), time_to_text(local->time));
}

std::string short_dated(Instant instant, const std::string& zone) {
  const auto local = local_time(instant, zone);
  if (!local) return instant_to_text(instant);
  return fmt::format("{} {}", kShort[static_cast<size_t>(weekday_of(local->date))],
                     time_to_text(local->time));
}

bool begins_moment(const std::string& word) {
  const std::string name = lower(word);
  return name == "on" || name == "at" || name == "today" || name == "tomorrow" || name == "after" ||
         weekday(word) || date_from_text(word) || time_from_text(word);
}

std::expected<When::After, std::string> read_duration(std::span<const std::string> words) {
  static const std::map<std::string, Duration> kUnits = {
      {"s", kSecond}, {"min", kMinute},   {"minute", kMinute}, {"minutes", kMinute},
      {"h", kHour},   {"hour", kHour},    {"hours", kHour},    {"day", kDay},
      {"days", kDay}, {"week", 7 * kDay}, {"weeks", 7 * kDay}};
  const bool business = words.size() == 3 && words[1] == "business";
  const auto unit = words.size() == (business ? 3u : 2u) ? kUnits.find(words.back()) : kUnits.end();
  if (unit == kUnits.end() || !is_number(words.front()) || (business && unit->second > kDay))
    return std::unexpected(
        fmt::format("`{}` is no time that passes: write it as `4 business hours` or `2 days`", said(words)));
  const int64_t count = std::stoll(words.front());
  if (!business) return When::After{count * unit->second, std::nullopt};
  const bool days = unit->second == kDay;
  return When::After{0, BusinessDuration{days ? BusinessDuration::Unit::Days : BusinessDuration::Unit::Time,
                                         days ? count : count * unit->second}};
}

std::expected<When, std::string> read_moment(std::span<const std::string> all) {
  std::vector<std::string> words;
  for (const std::string& word : all) {
    if (lower(word) != "on" && lower(word) != "at") words.push_back(word);
  }
  if (!words.empty() && lower(words.front()) == "after") {
    const auto after = read_duration(std::span(words).subspan(1));
    if (!after) return std::unexpected(after.error());
    return When{*after, 0};
  }
  const auto time = words.empty() ? std::unexpected(Fault{}) : time_from_text(words.back());
  if (!time || words.size() > 2)
    return std::unexpected(fmt::format(
        "`{}` is no moment: write it as `Friday 17:10`, `2026-11-27 09:00` or `after 3 business hours`",
        said(all)));
  if (words.size() == 1) return When{When::NextTime{}, *time};
  const std::string day = lower(words.front());
  if (day == "today" || day == "tomorrow") return When{When::Later{day == "today" ? 0 : 1}, *time};
  if (const auto named = weekday(day)) return When{When::Weekday{*named}, *time};
  if (const auto date = date_from_text(day)) return When{*date, *time};
  return std::unexpected(fmt::format("`{}` is no day: write `Friday`, `tomorrow` or `2026-11-27`", day));
}

std::expected<Instant, std::string> moment_of(const When& when, Instant from, const std::string& zone,
                                              const Calendar* calendar) {
  const auto told = [](const std::expected<Instant, Fault>& at) -> std::expected<Instant, std::string> {
    if (!at) return std::unexpected(at.error().detail);
    return *at;
  };
  if (const auto* after = std::get_if<When::After>(&when.day)) {
    if (!after->business) return from + after->duration;
    if (!calendar) return std::unexpected("the workflow's module uses no calendar for business time");
    return told(add_business(*calendar, from, *after->business));
  }
  const auto local = local_time(from, zone);
  if (!local) return std::unexpected(local.error().detail);
  if (const auto* date = std::get_if<Date>(&when.day)) return told(instant_of(*date, when.time, zone));
  if (const auto* later = std::get_if<When::Later>(&when.day))
    return told(instant_of(local->date + later->days, when.time, zone));
  Date date = local->date;
  int step = 1;
  if (const auto* named = std::get_if<When::Weekday>(&when.day)) {
    date += (named->day - weekday_of(date) + 7) % 7;
    step = 7;
  }
  const auto at = instant_of(date, when.time, zone);
  if (!at || *at >= from) return told(at);
  return told(instant_of(date + step, when.time, zone));
}

}  // namespace endcap::explain
