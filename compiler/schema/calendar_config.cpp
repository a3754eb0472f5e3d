// Business calendars of a project.
#include <algorithm>
#include <cstdio>

#include "compiler/schema/calendar_config.h"

namespace endcap {

namespace {

constexpr std::string_view kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

void read_days(ConfigFile& file, Section& section, Calendar& calendar) {
  const std::vector<std::pair<std::string, Span>> days = section.texts("days");
  if (!section.has("days")) return;
  calendar.working.fill(false);
  bool any = false;
  for (auto& [day, span] : days) {
    bool known = false;
    for (size_t i = 0; i < 7; ++i) {
      if (day != kDays[i]) continue;
      calendar.working[i] = known = any = true;
    }
    if (known) continue;
    std::vector<std::string> candidates(std::begin(kDays), std::end(kDays));
    auto& diagnostic = file.diagnostics().emit(DiagnosticKind::ProjectValueInvalid, span,
                                               {"days", "a list of Mon, Tue, Wed, Thu, Fri, Sat, Sun"});
    if (auto meant = did_you_mean(day, candidates)) diagnostic.note("did you mean \"" + *meant + "\"?");
  }
  if (!any) {
    file.diagnostics().emit(DiagnosticKind::CalendarNeverOpen, section.value_span("days"),
                            {calendar.name, "it has no working day"});
  }
}

void read_hours(ConfigFile& file, Section& section, Calendar& calendar) {
  bool readable = true;
  for (auto [key, target] : {std::pair{"open", &calendar.open}, {"close", &calendar.close}}) {
    std::string text = section.text(key);
    if (text.empty()) continue;
    if (auto time = time_from_text(text)) {
      *target = *time;
    } else {
      section.invalid(key, "a time of day such as \"09:00\"");
      readable = false;
    }
  }
  if (readable && calendar.close <= calendar.open) {
    file.diagnostics().emit(DiagnosticKind::CalendarNeverOpen,
                            section.value_span(section.has("close") ? "close" : "open"),
                            {calendar.name, "it closes at " + time_to_text(calendar.close) +
                                                " and opens at " + time_to_text(calendar.open)});
  }
}

// Holidays as texts ("2026-12-25") or as TOML's own dates.
void read_holidays(ConfigFile& file, Section& section, Calendar& calendar) {
  const toml::array* array = section.array("holidays");
  if (!array) return;
  for (auto& element : *array) {
    if (auto date = date_of(element)) {
      calendar.holidays.insert(*date);
    } else {
      file.diagnostics().emit(DiagnosticKind::ProjectValueInvalid, file.span(element.source()),
                              {"holidays", "a list of dates such as \"2026-12-25\""});
    }
  }
}

}  // namespace

std::optional<WrittenCalendar> read_calendar(ConfigFile& file, const toml::table& table, std::string name,
                                             Span span) {
  const size_t errors = file.diagnostics().error_count();
  Section section(file, table, "[calendars.\"" + name + "\"]", span);
  Calendar calendar;
  calendar.name = std::move(name);
  calendar.zone = section.required_text("zone");
  if (!calendar.zone.empty() && !is_zone(calendar.zone)) {
    file.diagnostics()
        .emit(DiagnosticKind::CalendarZoneUnknown, section.value_span("zone"), {calendar.name, calendar.zone})
        .note("zones are named as in the IANA database: \"Australia/Sydney\", \"Europe/Berlin\", \"UTC\"");
  }
  read_days(file, section, calendar);
  read_hours(file, section, calendar);
  read_holidays(file, section, calendar);
  if (auto version = section.whole("version", 1, 1'000'000))
    calendar.version = static_cast<uint32_t>(*version);
  auto joint_with = section.texts("joint_with");
  section.close();
  if (file.diagnostics().error_count() != errors) return std::nullopt;
  return WrittenCalendar{std::move(calendar), std::move(joint_with)};
}

std::vector<Calendar> join_calendars(const std::vector<WrittenCalendar>& written, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const WrittenCalendar& each : written) {
    if (each.joint_with.empty()) names.push_back(each.calendar.name);
  }
  std::vector<Calendar> joined;
  for (const WrittenCalendar& each : written) {
    Calendar calendar = each.calendar;
    for (const auto& [name, span] : each.joint_with) {
      const auto other = std::ranges::find_if(written, [&](const WrittenCalendar& known) {
        return known.calendar.name == name && known.joint_with.empty();
      });
      if (other == written.end()) {
        auto& finding = diagnostics.emit(DiagnosticKind::ProjectValueInvalid, span,
                                         {"joint_with", "a list of calendars that are not joint themselves"});
        if (const auto meant = did_you_mean(name, names)) finding.note("did you mean \"" + *meant + "\"?");
        continue;
      }
      for (size_t day = 0; day < 7; ++day) calendar.working[day] &= other->calendar.working[day];
      calendar.holidays.insert(other->calendar.holidays.begin(), other->calendar.holidays.end());
    }
    if (!each.joint_with.empty() &&
        std::ranges::none_of(calendar.working, [](bool works) { return works; })) {
      diagnostics.emit(DiagnosticKind::CalendarNeverOpen, each.joint_with.front().second,
                       {calendar.name, "no weekday is a working day in all that it is joint with"});
    }
    joined.push_back(std::move(calendar));
  }
  return joined;
}

}  // namespace endcap
