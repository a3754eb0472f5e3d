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
  bool any = false, unreadable = false;
  for (auto& [day, span] : days) {
    bool known = false;
    for (size_t i = 0; i < 7; ++i) {
      if (day != kDays[i]) continue;
      calendar.working[i] = known = any = true;
    }
    if (known) continue;
    unreadable = true;
    std::vector<std::string> candidates(std::begin(kDays), std::end(kDays));
    auto& diagnostic = file.diagnostics().emit(DiagnosticKind::ProjectValueInvalid, span,
                                               {"days", "a list of Mon, Tue, Wed, Thu, Fri, Sat, Sun"});
    if (auto meant = did_you_mean(day, candidates)) diagnostic.note("did you mean \"" + *meant + "\"?");
  }
  if (!any && !unreadable) {
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

// "09:00-12:00", or several: in order and apart.
std::optional<Calendar::DayHours> read_day(Section& hours, const toml::node& node, std::string_view day) {
  Calendar::DayHours of_day;
  const auto add = [&](const toml::node& written) {
    const auto text = written.value_exact<std::string>();
    const size_t dash = text ? text->find('-') : std::string::npos;
    if (dash == std::string::npos) return false;
    const auto from = time_from_text(text->substr(0, dash)), to = time_from_text(text->substr(dash + 1));
    if (!from || !to || *from >= *to || (!of_day.empty() && of_day.back().to >= *from)) return false;
    of_day.push_back({*from, *to});
    return true;
  };
  bool sound = true;
  if (const toml::array* several = node.as_array()) {
    for (const toml::node& each : *several) sound = sound && add(each);
  } else {
    sound = add(node);
  }
  if (sound && !of_day.empty()) return of_day;
  hours.invalid(
      day,
      "opening hours such as \"09:00-17:30\", or [\"09:00-12:00\", \"13:00-16:00\"], in order and with a "
      "break between them");
  return std::nullopt;
}

// `[calendars."au.trading".hours]`: the days that are working days, each with its hours, and single dates
// with other ones.
void read_hours_of_days(ConfigFile& file, Section& section, Calendar& calendar) {
  const toml::table* table = section.table("hours");
  if (!table) return;
  for (const char* other : {"days", "open", "close"}) {
    if (section.has(other)) section.invalid(other, "left out: `hours` says it day by day");
  }
  const std::string title = "[calendars.\"" + calendar.name + "\".hours]";
  Section hours(file, *table, title, section.value_span("hours"));
  calendar.working.fill(false);
  bool unreadable = false;
  for (auto&& [key, node] : *table) {
    const std::string_view day = key.str();
    const auto known = std::ranges::find(kDays, day);
    const auto date = date_from_text(day);
    if (known == std::end(kDays) && !date) {
      auto& unknown = file.diagnostics().emit(DiagnosticKind::ProjectKeyUnknown, file.key_span(key),
                                              {std::string(day), title});
      const std::vector<std::string> candidates(std::begin(kDays), std::end(kDays));
      if (const auto meant = did_you_mean(day, candidates)) {
        unknown.note("did you mean `" + *meant + "`?");
      } else {
        unknown.note("it names weekdays, as in `Thu`, and dates, as in `2026-12-24`");
      }
      unreadable = true;
      continue;
    }
    const auto of_day = read_day(hours, node, day);
    if (!of_day) {
      unreadable = true;
      continue;
    }
    if (date) {
      if (calendar.holidays.contains(*date))
        hours.invalid(day, "left out: it is a holiday too, and a holiday has no hours");
      calendar.of_date[*date] = *of_day;
    } else {
      const auto weekday = static_cast<uint8_t>(known - std::begin(kDays));
      calendar.working[weekday] = true;
      calendar.of_weekday[weekday] = *of_day;
    }
  }
  // What can't be read was meant as one.
  if (!unreadable && std::ranges::none_of(calendar.working, [](bool works) { return works; }))
    file.diagnostics().emit(DiagnosticKind::CalendarNeverOpen, hours.span(),
                            {calendar.name, "it has no working day"});
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
  read_hours_of_days(file, section, calendar);
  if (auto version = section.whole("version", 1, 1'000'000))
    calendar.version = static_cast<uint32_t>(*version);
  auto joint_with = section.texts("joint_with");
  section.close();
  if (file.diagnostics().error_count() != errors) return std::nullopt;
  return WrittenCalendar{std::move(calendar), std::move(joint_with)};
}

namespace {

// Single dates that have hours of their own in one of them: `joint` is open when all are.
void join_dates(const Calendar& own, const std::vector<const Calendar*>& others, Calendar& joint) {
  std::set<Date> dates;
  const auto add = [&](const Calendar& calendar) {
    for (const auto& [date, hours] : calendar.of_date) dates.insert(date);
  };
  add(own);
  for (const Calendar* other : others) add(*other);
  for (const Date date : dates) {
    const auto works = [&](const Calendar* other) { return is_working_day(*other, date); };
    if (is_working_day(own, date) && std::ranges::all_of(others, works)) {
      joint.of_date.try_emplace(date, hours_of(own, date));
    } else {
      joint.of_date.erase(date);
      joint.holidays.insert(date);
    }
  }
}

}  // namespace

std::vector<Calendar> join_calendars(const std::vector<WrittenCalendar>& written, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const WrittenCalendar& each : written) {
    if (each.joint_with.empty()) names.push_back(each.calendar.name);
  }
  std::vector<Calendar> joined;
  for (const WrittenCalendar& each : written) {
    Calendar calendar = each.calendar;
    std::vector<const Calendar*> others;
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
      others.push_back(&other->calendar);
      for (size_t day = 0; day < 7; ++day) calendar.working[day] &= other->calendar.working[day];
      calendar.holidays.insert(other->calendar.holidays.begin(), other->calendar.holidays.end());
    }
    if (!each.joint_with.empty() &&
        std::ranges::none_of(calendar.working, [](bool works) { return works; })) {
      diagnostics.emit(DiagnosticKind::CalendarNeverOpen, each.joint_with.front().second,
                       {calendar.name, "no weekday is a working day in all that it is joint with"});
    }
    join_dates(each.calendar, others, calendar);
    joined.push_back(std::move(calendar));
  }
  return joined;
}

}  // namespace endcap
