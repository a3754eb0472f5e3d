// Schedules, and the rules by which something comes round.
#include <algorithm>

#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::ScheduleDecl Builder::schedule(Parser::ScheduleDeclarationContext* tree) {
  using IfLate = ast::ScheduleDecl::IfLate;
  ast::ScheduleDecl result{name(tree->name()), call(tree->call()), {}};
  auto* rule = tree->scheduleRule();
  if (rule == nullptr) return result;
  result.rule = recurrence(rule->recurrence());
  if (rule->late != nullptr)
    result.if_late = rule->late->getType() == Parser::START ? IfLate::Start : IfLate::Skip;
  return result;
}

ast::RecurrenceRule Builder::recurrence(Parser::RecurrenceContext* tree) {
  ast::RecurrenceRule rule;
  schedule_days(rule, tree->scheduleDays());
  rule.at = text(tree->TIME());
  rule.at_span = span(tree->TIME());
  if (tree->TEXT() != nullptr) rule.zone = ast::Name{text_value(tree->TEXT()), span(tree->TEXT())};
  return rule;
}

void Builder::schedule_days(ast::RecurrenceRule& rule, Parser::ScheduleDaysContext* tree) {
  using Days = Recurrence::Days;
  rule.days_span = span(tree);
  if (auto* weekdays = dynamic_cast<Parser::EveryWeekdayContext*>(tree)) {
    rule.days = Days::Weekdays;
    for (auto* each : weekdays->WEEKDAY()) {
      ast::Name day{text(each), span(each)};
      if (std::ranges::find(rule.weekdays, day.text, &ast::Name::text) != rule.weekdays.end())
        given_twice(day.span, day.text);
      rule.weekdays.push_back(std::move(day));
    }
  } else if (auto* edge = dynamic_cast<Parser::EdgeOfMonthContext*>(tree)) {
    const bool first = edge->edge->getType() == Parser::FIRST, business = edge->BUSINESS() != nullptr;
    rule.days = first ? (business ? Days::FirstBusinessOfMonth : Days::FirstOfMonth)
                      : (business ? Days::LastBusinessOfMonth : Days::LastOfMonth);
  } else if (auto* numbered = dynamic_cast<Parser::DayOfMonthContext*>(tree)) {
    rule.days = Days::DayOfMonth;
    rule.day_of_month = count(numbered->NUMBER());
  } else if (dynamic_cast<Parser::EveryBusinessDayContext*>(tree) != nullptr) {
    rule.days = Days::Business;
  }
}

}  // namespace endcap::syntax
