// What people fill in: checked where it comes in, kept with what was shown.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

TEST_CASE("a task shows what it asks for, and what its form comes with") {
  Shop shop;
  const uint64_t id = shop.world.start("Do", "P-1")["id"];
  const Json task = shop.world.tasks().at(0);
  CHECK(task["form"] ==
        Json::array({{{"name", "counted"}, {"type", "Int"}, {"prefilled", 5}, {"advice", false}},
                     {{"name", "note"}, {"optional", true}, {"type", "Text"}},
                     {{"name", "guess"}, {"type", "Int"}, {"prefilled", 7}, {"advice", true}}}));
  const Json opened = shop.world.history(id, "taskOpened").at(0);
  CHECK(opened["prefilled"] == Json{{"counted", 5}, {"guess", 7}});
  CHECK(opened["advised"] == Json{"guess"});
}

TEST_CASE("what is filled in goes to the workflow, and is kept with what was shown") {
  Shop shop;
  const uint64_t id = shop.world.start("Do", "P-1")["id"];
  const uint64_t task = shop.task();
  CHECK(shop.world.decide(task, "ops", "done", "", R"({"counted": 12, "note": "two are torn"})")["status"] ==
        "done");
  shop.world.crash();
  CHECK(shop.world.show("Do", "P-1")["outcome"]["value"]["count"] == 12);
  const Json done = shop.world.history(id, "taskDone").at(0);
  CHECK(done["person"] == "ops");
  CHECK(done["answers"] == Json{{"counted", 12}, {"note", "two are torn"}, {"guess", 7}});
  CHECK(done["unchanged"] == Json{"guess"});
  const Json closed = shop.world.tasks({{"status", "done"}}).at(0);
  CHECK(closed["answers"]["counted"] == 12);
  CHECK(closed["prefilled"] == Json{{"counted", 5}, {"guess", 7}});
  CHECK(closed["advised"] == Json{"guess"});
  CHECK_FALSE(closed.contains("form"));
}

TEST_CASE("what is left as it came counts as it came") {
  Shop shop;
  const uint64_t id = shop.world.start("Do", "P-1")["id"];
  CHECK(shop.world.decide(shop.task(), "ops", "done")["status"] == "done");
  shop.world.run();
  CHECK(shop.world.show("Do", "P-1")["outcome"]["value"]["count"] == 5);
  CHECK(shop.world.history(id, "taskDone").at(0)["unchanged"] == Json{"counted", "guess"});
}

TEST_CASE("an answer that does not fit is refused by its field, and the task stays open") {
  Shop shop;
  shop.world.start("Do", "P-1");
  const uint64_t task = shop.task();
  const auto refused = [&](const std::string& answers) -> std::string {
    const Json said = shop.world.decide(task, "ops", "done", "", answers);
    return said.value("refused", "") + ": " + said.value("message", "");
  };
  const std::string about = "Invalid: task " + std::to_string(task) + ": ";
  CHECK(refused(R"({"counted": "many"})") == about + "counted: 'many' is not a decimal number");
  CHECK(refused(R"({"counted": null})") == about + "counted: expected a whole number");
  CHECK(refused(R"({"note": 3})") == about + "note: expected text");
  CHECK(refused(R"({"remark": "x"})") == about + "remark: there is no such field in HandCount");
  CHECK(refused("[]") == about + "the answers must be a JSON object");
  CHECK(refused("{") == about + "the answers must be a JSON object");
  CHECK(refused(R"({"note": ")" + std::string(70'000, 'x') + "\"}") ==
        about + "the answers are larger than 64 KiB");
  CHECK(shop.world.tasks().size() == 1);
  CHECK(shop.world.tasks().at(0)["status"] == "open");
}

TEST_CASE("what asks for no answers takes none") {
  Shop shop;
  shop.launch(20);
  CHECK(shop.world.decide(shop.task(), "fin", "approve", "", "{}")["refused"] == "Invalid");
  shop.world.start("Late", "P-2");
  shop.world.run_to(kMonday + 10 * kHour);
  const uint64_t chase = shop.world.tasks({{"role", "StoreOps"}}).at(0)["task"];
  CHECK(shop.world.decide(chase, "ops", "done", "", R"({"counted": 1})")["message"] ==
        "task " + std::to_string(chase) + ": it asks for no answers");
  CHECK(shop.world.decide(chase, "ops", "done", "", "{}")["status"] == "done");
}
