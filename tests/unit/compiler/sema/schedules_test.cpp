// What a schedule becomes: a rule, and values that are known now.
#include "tests/unit/compiler/sema/checked.h"

using namespace endcap;
using namespace endcap::sema;

TEST_CASE("a schedule is its rule, its calendar and what it gives, cell by cell") {
  const Checked checked(R"(
use calendar office

workflow Look(store: Store, since: Instant, day: Date, price: Money<AUD>) key (store.id, since) version 1 {
  finish Looked(store: store.id, since: since, day: day, price: price)
}

schedule OnFridays starts Look("1001", price: AUD 5.00, since: moment, day: day) {
  every tuesday, friday at 18:30 zone "Europe/Berlin" if late skip
}
schedule MonthEnd starts Look("1002", since: moment, day: 2026-12-01, price: -AUD 1.00) {
  every last business day of the month at 06:00 zone "Australia/Sydney" if late start
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto& schedules = checked.program.abi.schedules;
  REQUIRE(schedules.size() == 2);
  const abi::Schedule& fridays = schedules[0];
  CHECK(fridays.name.ends_with(".OnFridays"));
  CHECK(checked.program.abi.workflows[fridays.workflow].name.ends_with(".Look"));
  CHECK(recurrence_to_text(fridays.rule) == "every tuesday, friday at 18:30 zone \"Europe/Berlin\"");
  CHECK_FALSE(fridays.calendar.has_value());
  CHECK_FALSE(fridays.starts_late);
  using What = abi::Schedule::Argument::What;
  REQUIRE(fridays.arguments.size() == 4);  // store.id, since, day, price
  CHECK(fridays.arguments[0].json == "\"1001\"");
  CHECK(fridays.arguments[1].what == What::Moment);
  CHECK(fridays.arguments[2].what == What::Day);
  CHECK(fridays.arguments[3].json == R"({"amount":"5.00","currency":"AUD"})");
  const abi::Schedule& month_end = schedules[1];
  CHECK(checked.program.abi.calendars[month_end.calendar.value()].name == "office");
  CHECK(month_end.starts_late);
  CHECK(month_end.arguments[2].json == "\"2026-12-01\"");
  CHECK(month_end.arguments[3].json == R"({"amount":"-1.00","currency":"AUD"})");
}
