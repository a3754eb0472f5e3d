// Schedules.
#include <algorithm>

#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::ScheduleDecl Builder::schedule(Parser::ScheduleDeclarationContext* tree) {
  ast::ScheduleDecl result{name(tree->name()), call(tree->call()), {}};
  if (tree->scheduleRule() != nullptr) result.rule = schedule_rule(tree->scheduleRule());
  return result;
}

ast::ScheduleDecl::Rule Builder::schedule_rule(Parser::ScheduleRuleContext* tree) {
  using IfLate = ast::ScheduleDecl::Rule::IfLate;
  ast::ScheduleDecl::Rule rule;
  rule.span = span(tree);
  schedule_days(rule, tree->scheduleDays());
  rule.at = text(tree->TIME());
  rule.at_span = span(tree->TIME());
  if (tree->TEXT() != nullptr) rule.zone = ast::Name{text_value(tree->TEXT()), span(tree->TEXT())};
  if (tree->late != nullptr)
    rule.if_late = tree->late->getType() == Parser::START ? IfLate::Start : IfLate::Skip;
  return rule;
}

void Builder::schedule_days(ast::ScheduleDecl::Rule& rule, Parser::ScheduleDaysContext* tree) {
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
