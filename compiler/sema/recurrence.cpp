// Rules by which something comes round: see recurrence.h.
#include "compiler/sema/recurrence.h"

#include <algorithm>

#include "compiler/sema/mends.h"
#include "runtime/value/time.h"

namespace endcap::sema {
namespace {

void describe_days(Context& context, const ast::RecurrenceRule& tree, Recurrence& out) {
  out.days = tree.days;
  for (const ast::Name& day : tree.weekdays)
    out.weekdays[static_cast<size_t>(std::ranges::find(kWeekdays, day.text) - kWeekdays.begin())] = true;
  if (tree.days != Recurrence::Days::DayOfMonth) return;
  constexpr uint32_t kEveryMonthHas = 28;
  out.day_of_month = static_cast<uint8_t>(std::clamp(tree.day_of_month, 1u, kEveryMonthHas));
  if (out.day_of_month != tree.day_of_month)
    context.emit(DiagnosticKind::ScheduleDayOfMonth, tree.days_span, {std::to_string(tree.day_of_month)})
        .note("the days 1 to 28 come every month; the last one is `every last day of the month`");
}

void describe_zone(Context& context, const ast::RecurrenceRule& tree, Recurrence& out) {
  if (!tree.zone) {
    context.emit(DiagnosticKind::ZoneMissing, tree.at_span).note("add `zone \"Australia/Sydney\"`");
  } else if (!is_zone(tree.zone->text)) {
    context.emit(DiagnosticKind::UnknownZone, tree.zone->span, {tree.zone->text})
        .note("zones are named as in the tz database: \"Australia/Sydney\", \"Europe/Berlin\"");
  } else {
    out.zone = tree.zone->text;
  }
}

}  // namespace

void describe_recurrence(Context& context, uint32_t module, const ast::RecurrenceRule& tree, Recurrence& out,
                         std::optional<uint32_t>& calendar) {
  describe_days(context, tree, out);
  if (counts_business_days(out)) {
    calendar = context.modules[module].calendar;
    if (!calendar) tell_calendar_missing(context, module, tree.days_span);
  }
  if (const auto at = time_from_text(tree.at)) {
    out.at = *at;
  } else {
    context.emit(DiagnosticKind::BadLiteral, tree.at_span, {tree.at, "time of day"});
  }
  describe_zone(context, tree, out);
}

}  // namespace endcap::sema
