// Starting, waiting and finishing: moments, events, tasks, reads, fan-outs.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

TEST_CASE("an instance waits until its moment and finishes") {
  Shop shop;
  const Json started = shop.world.start("Wait", "P-1");
  REQUIRE(started.contains("id"));
  CHECK(shop.world.status("Wait", "P-1") == "running");
  const Json shown = shop.world.show("Wait", "P-1");
  CHECK(shown["waits"][0]["waitsFor"] == "until");
  CHECK(shown["waits"][0]["until"] == "2026-11-25T09:00:00Z");
  shop.world.run_to(kMonday + 2 * kDay + 8 * kHour);
  CHECK(shop.world.status("Wait", "P-1") == "running");
  shop.world.run_to(kMonday + 2 * kDay + 9 * kHour);
  const Json done = shop.world.show("Wait", "P-1");
  CHECK(done["status"] == "finished");
  CHECK(done["outcome"]["value"]["id"] == "P-1");
  CHECK(done["ended"] == "2026-11-25T09:00:00Z");
  CHECK(done["waiting"] == 0);
}

TEST_CASE("the id of an instance names its partition, and so does its key") {
  Shop shop;
  for (int i = 0; i < 20; ++i) {
    const std::string key = "P-" + std::to_string(i);
    const Json started = shop.world.start("Wait", key);
    CHECK(shop.world.show(std::to_string(started["id"].get<uint64_t>()), "")["key"] == key);
    CHECK(shop.world.show("test.Wait", key)["id"] == started["id"]);
  }
  CHECK(shop.world.list()["instances"].size() == 20);
  const Json page = shop.world.list({{"limit", 5}});
  CHECK(page["instances"].size() == 5);
  CHECK(shop.world.list({{"after", page["next"]}})["instances"].size() == 15);
}

TEST_CASE("a live key is refused, the same request is answered again, a finished key is free") {
  Shop shop;
  const Json first = shop.world.start("Wait", "P-1", "r1");
  const Json conflict = shop.world.start("Wait", "P-1", "r2");
  CHECK(conflict["refused"] == "Conflict");
  CHECK(conflict["message"].get<std::string>().find("instance " + first["id"].dump()) != std::string::npos);
  CHECK(shop.world.start("Wait", "P-1", "r1") == first);
  CHECK(shop.world.start("Hear", "P-1", "r3").contains("id"));  // another workflow's keys are its own
  shop.world.run_out();
  CHECK(shop.world.start("Wait", "P-1", "r1") == first);  // still the answer to that request
  const Json again = shop.world.start("Wait", "P-1", "r4");
  REQUIRE(again.contains("id"));
  CHECK(again["id"] != first["id"]);
  CHECK(shop.world.show("Wait", "P-1")["id"] == again["id"]);
}

TEST_CASE("a start that does not fit is refused in words") {
  Shop shop;
  std::optional<Json> reply;
  shop.world.engine().start({"Wait", R"({"nr": 1})", "", keep(reply)});
  CHECK((*reply)["message"] == "test.Wait has no parameter \"nr\"; it takes id");
  shop.world.engine().start({"Wait", "{}", "", keep(reply)});
  CHECK((*reply)["message"] == "the argument \"id\" of test.Wait is missing");
  shop.world.engine().start({"Wait", "no json", "", keep(reply)});
  CHECK((*reply)["refused"] == "Invalid");
  shop.world.engine().start({"Wiat", "{}", "", keep(reply)});
  CHECK((*reply)["refused"] == "NotFound");
  CHECK(shop.world.start("Wait", "")["refused"] == "Invalid");
}

TEST_CASE("a step that is not over when it is due is late, until it is over") {
  Shop shop;
  const uint64_t id = shop.world.start("Late", "P-1")["id"];
  shop.world.start("Wait", "P-2");
  const Json begun = shop.world.show("Late", "P-1");
  CHECK(begun["waits"][0]["due"][0] ==
        Json{{"step", "gate"}, {"at", "2026-11-23T10:00:00Z"}, {"late", false}});
  CHECK_FALSE(begun.contains("late"));
  CHECK(shop.world.list({{"late", true}})["instances"].empty());
  shop.world.run_to(kMonday + 10 * kHour);
  const Json late = shop.world.show("Late", "P-1");
  CHECK(late["late"] == 1);
  CHECK(late["waits"][0]["due"][0]["late"] == true);
  const Json listed = shop.world.list({{"late", true}});
  REQUIRE(listed["instances"].size() == 1);
  CHECK(listed["instances"][0]["id"] == id);
  const auto told = shop.world.history(id, "late");
  REQUIRE(told.size() == 1);
  CHECK(told[0]["path"] == "gate");
  CHECK(told[0]["due"] == "2026-11-23T10:00:00Z");
  const auto tasks = shop.world.tasks({{"role", "StoreOps"}});
  REQUIRE(tasks.size() == 1);  // its handler runs beside it
  CHECK(tasks[0]["label"] == "Chase");
  shop.world.run_to(kMonday + 12 * kHour);
  CHECK(shop.world.status("Late", "P-1") == "running");
  CHECK_FALSE(shop.world.show("Late", "P-1").contains("late"));  // the step is over
  CHECK(shop.world.history(id, "doneLate").size() == 1);
  CHECK(shop.world.tasks({{"role", "StoreOps"}}).size() == 1);  // what was begun goes on
  shop.world.run_to(kMonday + 13 * kHour);
  CHECK(shop.world.status("Late", "P-1") == "finished");
  CHECK(shop.world.history(id, "late").size() == 1);
}

TEST_CASE("a late step is late after a crash too, once") {
  Shop shop;
  const uint64_t id = shop.world.start("Late", "P-1")["id"];
  shop.world.crash();
  shop.world.run_to(kMonday + 11 * kHour);
  shop.world.crash();
  CHECK(shop.world.show("Late", "P-1")["late"] == 1);
  shop.world.run_to(kMonday + 20 * kHour);
  CHECK(shop.world.status("Late", "P-1") == "finished");
  CHECK(shop.world.history(id, "late").size() == 1);
  CHECK(shop.world.list({{"late", true}})["instances"].empty());
}

TEST_CASE(
    "a step that was due before it began is late, however many timers fire with the one that began it") {
  Shop shop({.overdue = true});
  for (int i = 0; i < 8; ++i) {
    shop.world.run_to(kMonday + 9 * kHour + i * kHour / 10);
    shop.world.start("Overdue", "P-" + std::to_string(i));
  }
  shop.world.now = kMonday + 13 * kHour;  // they all fire at once
  shop.world.run();
  for (int i = 0; i < 8; ++i) {
    const Json shown = shop.world.show("Overdue", "P-" + std::to_string(i));
    CAPTURE(shown.dump());
    CHECK(shown["late"] == 1);
  }
}

TEST_CASE("an event moves the wait it is for, and no other") {
  Shop shop;
  shop.world.start("Wait", "P-1");
  shop.world.start("Wait", "P-2");
  shop.world.event("retail.rescheduled", {{"RetailPromotion", "P-1"}, {"At", "2026-12-01T06:00:00Z"}});
  shop.world.run();
  CHECK(shop.world.show("Wait", "P-1")["waits"][0]["until"] == "2026-12-01T06:00:00Z");
  CHECK(shop.world.show("Wait", "P-2")["waits"][0]["until"] == "2026-11-25T09:00:00Z");
  const uint64_t steps = shop.world.engine().counters().steps;
  shop.world.event("retail.rescheduled", {{"RetailPromotion", "P-9"}, {"At", "2026-12-01T06:00:00Z"}});
  shop.world.run();
  CHECK(shop.world.engine().counters().steps == steps);  // nobody was even looked at
}

TEST_CASE("a guard decides whether an event without a key is meant") {
  Shop shop;
  shop.world.start("Wait", "P-1");
  shop.world.start("Wait", "P-2");
  shop.world.event("retail.cancelled", {{"id", "P-2"}});
  shop.world.run();
  CHECK(shop.world.status("Wait", "P-1") == "running");
  CHECK(shop.world.show("Wait", "P-2")["outcome"]["name"] == "Cancelled");
  CHECK(shop.world.show("Wait", "P-2")["status"] == "failed");
}

TEST_CASE("an event is taken once, in whatever order events come") {
  Shop shop;
  const uint64_t id = shop.world.start("Wait", "P-1")["id"];
  const Json later = {{"RetailPromotion", "P-1"}, {"At", "2026-12-02T06:00:00Z"}},
             earlier = {{"RetailPromotion", "P-1"}, {"At", "2026-12-01T06:00:00Z"}};
  CHECK(shop.world.event("retail.rescheduled", later, "b")["duplicate"] == false);
  shop.world.run();
  CHECK(shop.world.event("retail.rescheduled", earlier, "a")["duplicate"] == false);
  shop.world.run();
  CHECK(shop.world.event("retail.rescheduled", later, "b")["duplicate"] == true);
  shop.world.run();
  CHECK(shop.world.show("Wait", "P-1")["waits"][0]["until"] == "2026-12-01T06:00:00Z");
  CHECK(shop.world.history(id, "heard").size() == 2);
}

TEST_CASE("an event nobody declares, or that does not fit, is refused") {
  Shop shop;
  CHECK(shop.world.event("retail.unknown", {{"id", "P-1"}})["refused"] == "Invalid");
  const Json refused = shop.world.event("retail.cancelled", {{"RetailPromotion", 7}});
  CHECK(refused["message"] == "the data of event PromotionCancelled: id: expected text");
}

TEST_CASE("a wait for an event expires, or is answered within its time") {
  Shop shop;
  shop.world.start("Hear", "P-1");
  shop.world.start("Hear", "P-2");
  shop.world.event("retail.cancelled", {{"id", "P-2"}});
  shop.world.run();
  CHECK(shop.world.show("Hear", "P-2")["outcome"]["name"] == "Done");
  shop.world.run_to(shop.world.now + kDay);
  CHECK(shop.world.show("Hear", "P-1")["outcome"]["name"] == "Expired");
}

TEST_CASE("an event that was stored before the wait began is not heard") {
  Shop shop;
  shop.world.event("retail.cancelled", {{"id", "P-1"}});
  shop.world.run();
  shop.world.now += kSecond;
  shop.world.start("Hear", "P-1");
  shop.world.run();
  CHECK(shop.world.status("Hear", "P-1") == "running");
}

TEST_CASE("a task is done by its role, once, within business time") {
  Shop shop;
  shop.world.now =
      kMonday + 15 * kHour;  // the calendar closes at 17:00: two of the four hours are left for Tuesday
  const uint64_t id = shop.world.start("Do", "P-1")["id"];
  const Json task = shop.world.tasks().at(0);
  CHECK(task["label"] == "ActivateByHand");
  CHECK(task["roles"] == Json{"StoreOps"});
  CHECK(task["deadline"] == "2026-11-24T11:00:00Z");
  CHECK(task["arguments"]["id"] == "P-1");
  const auto opened = shop.world.history(id, "taskOpened").at(0);
  CHECK(opened["within"] == Json{{"rule", "business time 4 h"},
                                 {"calendar", "trading"},
                                 {"calendarVersion", 1},
                                 {"at", "2026-11-24T11:00:00Z"}});
  const uint64_t number = task["task"];
  CHECK(shop.world.decide(number, "fin", "done")["refused"] == "Denied");
  CHECK(shop.world.decide(number, "ops", "reject")["refused"] == "Invalid");
  CHECK(shop.world.decide(number, "ops", "done", "label printed")["status"] == "done");
  shop.world.run();
  CHECK(shop.world.show("Do", "P-1")["outcome"]["name"] == "Done");
  const Json twice = shop.world.decide(number, "ops", "done");
  CHECK(twice["refused"] == "Conflict");
  CHECK(twice["message"].get<std::string>().find("approved by ops") != std::string::npos);
  CHECK(shop.world.decide(9999, "ops", "done")["refused"] == "NotFound");

  shop.world.start("Do", "P-2");
  shop.world.run_out();
  CHECK(shop.world.show("Do", "P-2")["outcome"]["name"] == "Expired");
  CHECK(shop.world.tasks().empty());
}

TEST_CASE("elements yield in the order of their list, however their answers come") {
  Shop shop;
  shop.estate.script["Stock S1"] = {CallResult::Kind::Unavailable};
  shop.world.start("Count", "P-1");
  shop.world.run_out();
  CHECK(shop.world.show("Count", "P-1")["outcome"]["value"]["count"] == 50505);
  CHECK(shop.world.engine().counters().calls_retried == 1);
  shop.estate.stores.clear();
  shop.world.start("Count", "P-2");
  shop.world.run_out();
  CHECK(shop.world.show("Count", "P-2")["outcome"]["value"]["count"] == 0);
}

TEST_CASE("an element that fails is skipped and not collected") {
  Shop shop;
  shop.estate.script["Stock S2"] = {CallResult::Kind::Rejected};
  shop.world.start("Count", "P-1");
  shop.world.run_out();
  CHECK(shop.world.show("Count", "P-1")["outcome"]["value"]["count"] == 505);
}

TEST_CASE("600 elements are made in batches, none of them one giant record") {
  Shop shop;
  shop.estate.stores.clear();
  for (int i = 0; i < 600; ++i) shop.estate.stores.push_back("S" + std::to_string(i));
  shop.world.start("Count", "P-1");
  shop.world.run_out();
  CHECK(shop.world.status("Count", "P-1") == "finished");
  CHECK(shop.estate.reads.size() == 601);
  CHECK(shop.world.engine().counters().records > 10);
}

TEST_CASE("branches run beside each other and join") {
  Shop shop;
  shop.world.start("Both", "P-1");
  shop.world.run();
  CHECK(shop.estate.written == std::vector<std::string>{"shop P-1"});
  CHECK(shop.world.status("Both", "P-1") == "running");
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.world.status("Both", "P-1") == "finished");
}

TEST_CASE("a restart resumes what waits without looking at it") {
  Shop shop;
  shop.world.start("Wait", "P-1");
  shop.world.start("Do", "P-1");
  shop.world.run();
  shop.world.crash();
  CHECK(shop.world.engine().counters().frames_loaded == 0);
  CHECK(shop.world.engine().counters().recovered_records > 0);
  CHECK(shop.world.tasks().size() == 1);
  shop.world.run_out();
  CHECK(shop.world.status("Wait", "P-1") == "finished");
}

TEST_CASE("another program is refused while instances of the old one live") {
  Shop shop;
  shop.world.start("Wait", "P-1");
  shop.world.run();
  shop.retail.program()->hash = abi::sha256("another");
  shop.world.store().crash();
  const std::string error = shop.world.try_open();
  CHECK(error.find("1 instance(s)") != std::string::npos);
  shop.retail.program()->hash = abi::sha256("a program made by hand");
  CHECK(shop.world.try_open().empty());
  shop.world.run_out();
  shop.retail.program()->hash = abi::sha256("another");
  CHECK(shop.world.try_open().empty());
}

TEST_CASE("the number of partitions is fixed when the data is created") {
  Shop shop;
  shop.world.options.partitions = 1;
  CHECK(shop.world.try_open().find("partitions") != std::string::npos);
}
