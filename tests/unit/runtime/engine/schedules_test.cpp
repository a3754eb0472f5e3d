// Schedules: started once whenever they come round, whatever happens in between.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

using Argument = abi::Schedule::Argument;

// Every day at 10:00, an hour after a test begins: Do with the day for its key, a task of four hours.
abi::Schedule every_morning(const abi::Program& program, bool starts_late) {
  abi::Schedule schedule;
  schedule.name = "test.EveryMorning";
  schedule.workflow = static_cast<uint32_t>(program.find_workflow("Do") - program.workflows.data());
  schedule.rule.at = 10 * 3600;
  schedule.starts_late = starts_late;
  schedule.arguments = {{Argument::What::Day, {}}};
  return schedule;
}

struct Scheduled : Shop {
  explicit Scheduled(bool starts_late = true) {
    retail.program()->schedules.push_back(every_morning(*retail.program(), starts_late));
    world.crash();
    world.run();
  }
  abi::Schedule& schedule() { return retail.program()->schedules.at(0); }
  Json row() { return Json::parse(world.engine().schedules().value()).at("schedules").at(0); }
  Json rows() { return Json::parse(world.engine().schedules().value()).at("schedules"); }
  Json last() { return row().at("last"); }
  size_t started() { return world.list({{"workflow", "Do"}})["instances"].size(); }
  // Nothing runs until then.
  void down_until(Instant time) {
    world.now = time;
    world.crash();
    world.run();
  }
};

constexpr Instant morning(int64_t day) { return kDay * day + 10 * kHour; }  // after kMonday

}  // namespace

TEST_CASE("a schedule starts its workflow when its time comes, with the day, and says so") {
  Scheduled shop;
  CHECK(shop.row()["next"] == "2026-11-23T10:00:00Z");
  CHECK(shop.row()["last"].is_null());
  CHECK(shop.row()["rule"] == "every day at 10:00 zone \"UTC\"");
  CHECK(shop.world.engine().next_due() == kMonday + morning(0));  // where a clock stops
  shop.world.run_to(kMonday + morning(0) - 1);
  CHECK(shop.started() == 0);
  shop.world.run_to(kMonday + morning(0));
  const Json instance = shop.world.show("Do", "2026-11-23");
  CHECK(instance["status"] == "running");
  const Json by = shop.world.history(instance["id"], "started").at(0)["by"];
  CHECK(by == Json{{"schedule", "test.EveryMorning"}, {"moment", "2026-11-23T10:00:00Z"}});
  CHECK(shop.last()["came"] == "started");
  CHECK(shop.last()["instance"] == instance["id"]);
  CHECK(shop.last()["day"] == "2026-11-23");
  CHECK(shop.row()["next"] == "2026-11-24T10:00:00Z");
  shop.world.run_to(kMonday + morning(9));
  CHECK(shop.started() == 10);
  CHECK(shop.row()["started"] == 10);
  CHECK(shop.row()["missed"] == 0);
}

TEST_CASE("it costs one row and one timer, however often it came round") {
  Scheduled shop;
  const auto count = [&](Table table) {
    size_t rows = 0;
    for (PartitionId partition = 0; partition < 2; ++partition) {
      REQUIRE(shop.world.store().scan(partition, table, "", "", [&](std::string_view, std::string_view) {
        ++rows;
        return true;
      }));
    }
    return rows;
  };
  shop.world.run_to(kMonday + 60 * kDay + 9 * kHour);
  CHECK(shop.row()["started"] == 60);
  CHECK(count(Table::Schedule) == 1);
  CHECK(count(Table::Timer) == 1);
}

TEST_CASE("what was missed is started once, for the newest day, and the days before are told") {
  Scheduled shop;
  shop.down_until(kMonday + morning(3) + 2 * kHour);
  CHECK(shop.started() == 1);
  CHECK(shop.world.status("Do", "2026-11-26") == "running");
  CHECK(shop.last()["came"] == "started");
  CHECK(shop.last()["missedBefore"] == 3);
  CHECK(shop.row()["missed"] == 3);
  CHECK(shop.row()["next"] == "2026-11-27T10:00:00Z");
  CHECK(shop.world.engine().counters().schedules_missed == 3);
}

TEST_CASE("`if late skip` starts nothing that is late, and says so") {
  Scheduled shop(false);
  shop.down_until(kMonday + morning(1) + 2 * kMinute);
  CHECK(shop.started() == 0);
  CHECK(shop.last()["came"] == "late");
  CHECK(shop.last()["day"] == "2026-11-24");
  CHECK(shop.row()["missed"] == 2);
  shop.down_until(kMonday + morning(2) + 30 * kSecond);  // a restart takes its time
  CHECK(shop.last()["came"] == "started");
  CHECK(shop.started() == 1);
}

TEST_CASE("a key that runs already is told, in the list and by the instance that runs") {
  Scheduled shop;
  shop.world.run_to(kMonday + 9 * kHour + 30 * kMinute);
  const uint64_t before = shop.world.start("Do", "2026-11-23")["id"];
  shop.world.run_to(kMonday + morning(0));
  CHECK(shop.started() == 1);
  CHECK(shop.last()["came"] == "runsAlready");
  CHECK(shop.last()["instance"] == before);
  CHECK(shop.row()["notStarted"] == 1);
  CHECK(shop.row()["started"] == 0);
  CHECK(shop.world.history(before, "notStarted").at(0)["by"]["schedule"] == "test.EveryMorning");
}

TEST_CASE("what can't begin is told with the reason") {
  Scheduled shop;
  shop.schedule().arguments = {{Argument::What::Value, "12"}};  // no text
  shop.down_until(kMonday + morning(0));
  CHECK(shop.last()["came"] == "refused");
  CHECK_FALSE(shop.last()["reason"].get<std::string>().empty());
  CHECK(shop.started() == 0);
  CHECK(shop.row()["next"] == "2026-11-24T10:00:00Z");
}

TEST_CASE("a crash at any step neither loses nor doubles an occurrence") {
  for (int point = 0; point < 24; ++point) {
    CAPTURE(point);
    Scheduled shop;
    int left = point;
    shop.world.crash_now = [&] { return left-- == 0; };
    shop.world.run_to(kMonday + morning(4));
    CHECK(shop.started() == 5);
    CHECK(shop.row()["started"] == 5);
    CHECK(shop.row()["missed"] == 0);
  }
}

TEST_CASE("a schedule that is gone disappears, and one that is new begins at its next time") {
  Scheduled shop;
  shop.world.run_to(kMonday + morning(0) + kHour);
  shop.schedule().name = "test.Renamed";
  shop.down_until(kMonday + morning(2) + kHour);
  CHECK(shop.started() == 1);
  CHECK(shop.rows().size() == 1);
  CHECK(shop.row()["schedule"] == "test.Renamed");
  CHECK(shop.row()["since"] == "2026-11-25T11:00:00Z");
  CHECK(shop.row()["last"].is_null());
  CHECK(shop.row()["next"] == "2026-11-26T10:00:00Z");
  CHECK(shop.world.engine().next_due() == kMonday + morning(3));
  shop.retail.program()->schedules.clear();
  shop.down_until(kMonday + morning(2) + 2 * kHour);
  CHECK(shop.rows().empty());
  CHECK(shop.world.engine().next_due() == std::nullopt);
}

TEST_CASE("a changed rule counts from the deploy on; what was due before it is not lost") {
  Scheduled shop;
  shop.schedule().rule.at = 15 * 3600;
  shop.down_until(kMonday + 9 * kHour + kMinute);
  CHECK(shop.row()["next"] == "2026-11-23T15:00:00Z");
  shop.world.run_to(kMonday + 15 * kHour);
  CHECK(shop.started() == 1);
  shop.schedule().rule.at = 12 * 3600;
  shop.down_until(kMonday + kDay + 15 * kHour + 5 * kSecond);  // it came round while the daemon was stopped
  CHECK(shop.started() == 2);
  CHECK(shop.last()["day"] == "2026-11-24");
  CHECK(shop.row()["next"] == "2026-11-25T12:00:00Z");
}

TEST_CASE("a rule that changed during an outage: the newest day is started, the others are missed") {
  Scheduled shop;
  shop.world.run_to(kMonday + 10 * kHour);
  CHECK(shop.started() == 1);
  shop.schedule().rule.at = 11 * 3600;
  shop.down_until(kMonday + 4 * kDay + 12 * kHour);  // Friday; Tuesday at ten had been next
  CHECK(shop.started() == 2);
  CHECK(shop.last()["day"] == "2026-11-27");
  CHECK(shop.row()["missed"] == 3);
}

TEST_CASE("a calendar that changed moves the next time") {
  Scheduled shop;
  shop.schedule().rule.days = Recurrence::Days::Business;
  shop.schedule().calendar = 0;
  shop.down_until(kMonday + 9 * kHour + kMinute);
  CHECK(shop.row()["next"] == "2026-11-23T10:00:00Z");
  CHECK(shop.row()["calendar"] == "trading");
  shop.retail.program()->calendars[0].holidays.insert(date_from_text("2026-11-23").value());
  shop.down_until(kMonday + 9 * kHour + 2 * kMinute);
  CHECK(shop.row()["next"] == "2026-11-24T10:00:00Z");
  shop.retail.program()->calendars[0].working = {};
  shop.down_until(kMonday + 9 * kHour + 3 * kMinute);
  CHECK(shop.row()["next"].is_null());
  CHECK(shop.world.engine().next_due() == std::nullopt);
}

TEST_CASE("an engine that is given some of the schedules keeps only those") {
  Scheduled shop;
  shop.world.options.schedules.emplace();
  shop.down_until(kMonday + morning(1));
  CHECK(shop.rows().empty());
  CHECK(shop.started() == 0);
  CHECK_FALSE(shop.world.engine().busy());
}

TEST_CASE("what a program declares is listed from its first moment on, and what it has no more is not") {
  Scheduled shop;
  shop.schedule().name = "test.Daily";
  shop.schedule().rule.at = 11 * 3600;
  shop.world.crash();  // and nothing has run since
  CHECK(shop.rows().size() == 1);
  CHECK(shop.row()["schedule"] == "test.Daily");
  CHECK(shop.row()["rule"] == "every day at 11:00 zone \"UTC\"");
  CHECK(shop.row()["since"].is_null());
  CHECK(shop.row()["next"].is_null());
  CHECK(shop.row()["started"] == 0);
  shop.world.run();
  CHECK(shop.row()["since"] == "2026-11-23T09:00:00Z");
  CHECK(shop.row()["next"] == "2026-11-23T11:00:00Z");
}
