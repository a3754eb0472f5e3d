// History as lines: see timeline.h.
#include "tools/testing/timeline.h"

#include <fmt/format.h>

namespace endcap::testing {
namespace {

constexpr size_t kShownAlike = 2;  // of one kind, at one place and moment

// What an entry tells beyond when, what and where, in the order in which people ask.
std::string told(const Json& entry) {
  std::vector<std::string> parts;
  const auto add = [&](std::string text) {
    if (!text.empty()) parts.push_back(std::move(text));
  };
  if (const auto roles = entry.find("roles"); roles != entry.end()) {
    for (const Json& role : *roles) add(role.get<std::string>());
  }
  for (const char* name :
       {"exception", "key", "operation", "advisor", "target", "label", "person", "covers", "decision", "role",
        "scope", "event", "outcome", "rejection", "reason", "because", "message"})
    add(member(entry, name));
  if (const auto call = entry.find("call"); call != entry.end() && call->is_object()) {
    add(member(*call, "operation"));
    add(member(*call, "target"));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string member(const Json& entry, const char* name) {
  const auto found = entry.find(name);
  if (found == entry.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string local_text(Instant instant, const std::string& zone) {
  const auto local = local_time(instant, zone);
  if (!local) return instant_to_text(instant);
  return date_to_text(local->date) + " " + time_to_text(local->time);
}

std::vector<std::string> timeline_lines(const std::vector<Json>& entries, const std::string& zone) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < entries.size();) {
    const auto alike = [&](const Json& other) {
      for (const char* name : {"time", "kind", "path", "operation", "of"}) {
        if (member(other, name) != member(entries[i], name)) return false;
      }
      return true;
    };
    size_t end = i + 1;
    while (end < entries.size() && alike(entries[end])) ++end;
    for (size_t shown = i; shown < std::min(end, i + kShownAlike); ++shown) {
      const Json& entry = entries[shown];
      const auto at = instant_from_text(member(entry, "time"));
      std::string place = member(entry, "path");
      if (const auto of = member(entry, "of"); !of.empty())
        place = of.substr(of.rfind('.') + 1) + (place.empty() ? "" : "/" + place);
      if (const auto element = member(entry, "element"); !element.empty()) place += " [" + element + "]";
      std::string line = fmt::format("{:<16}  {:<12}  {}", at ? local_text(*at, zone) : member(entry, "time"),
                                     member(entry, "kind"), place);
      if (const auto more = told(entry); !more.empty()) line += "  " + more;
      while (line.ends_with(' ')) line.pop_back();
      lines.push_back(std::move(line));
    }
    if (end > i + kShownAlike)
      lines.push_back(fmt::format("{:<16}  and {} more like these", "", end - i - kShownAlike));
    i = end;
  }
  return lines;
}

}  // namespace endcap::testing
