// Business calendars of a project.
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
    std::string text;
    if (auto date = element.value_exact<toml::date>()) {
      char buffer[16];
      std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", date->year, date->month, date->day);
      text = buffer;
    } else if (auto written = element.value_exact<std::string>()) {
      text = *written;
    }
    if (auto date = date_from_text(text)) {
      calendar.holidays.insert(*date);
    } else {
      file.diagnostics().emit(DiagnosticKind::ProjectValueInvalid, file.span(element.source()),
                              {"holidays", "a list of dates such as \"2026-12-25\""});
    }
  }
}

}  // namespace

std::optional<Calendar> read_calendar(ConfigFile& file, const toml::table& table, std::string name,
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
  section.close();
  if (file.diagnostics().error_count() != errors) return std::nullopt;
  return calendar;
}

}  // namespace endcap
