// How business time falls: see rules.h.
#include "tools/explain_time/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/explain_time/when.h"

namespace endcap::explain {

std::vector<std::pair<Instant, Instant>> closed_between(const Calendar& calendar, Instant from, Instant to) {
  std::vector<std::pair<Instant, Instant>> closed;
  const auto first = local_time(from, calendar.zone), last = local_time(to, calendar.zone);
  if (!first || !last || to <= from) return closed;
  Instant since = from;  // closed from here on, as far as is known
  for (Date date = first->date; date <= last->date; ++date) {
    if (!is_working_day(calendar, date)) continue;
    for (const Calendar::Hours& hours : hours_of(calendar, date)) {
      const auto opens = instant_of(date, hours.from, calendar.zone);
      const auto closes = instant_of(date, hours.to, calendar.zone);
      if (!opens || !closes) continue;
      if (*opens > since && since < to) closed.emplace_back(since, std::min(*opens, to));
      since = std::max(since, *closes);
    }
  }
  if (since < to) closed.emplace_back(since, to);
  return closed;
}

std::string rule_text(const Rule& rule, const std::string& zone) {
  constexpr size_t kShown = 2;
  std::string text = fmt::format("{} after {}", rule.words, short_dated(rule.from, zone));
  if (rule.cut) text += ", but no longer than the grant could hold";
  if (rule.closed.empty()) return text;
  std::vector<std::string> spans;
  for (const auto& [from, to] : rule.closed) {
    if (spans.size() == kShown) {
      const size_t more = rule.closed.size() - kShown;
      spans.push_back(fmt::format("and {} more time{}", more, more == 1 ? "" : "s"));
      break;
    }
    const bool far = to - from > 6 * kDay;
    spans.push_back(
        fmt::format("{} to {}", short_dated(from, zone), far ? dated(to, zone) : short_dated(to, zone)));
  }
  return text + fmt::format("; {} is closed {}", rule.calendar, fmt::join(spans, ", "));
}

}  // namespace endcap::explain
