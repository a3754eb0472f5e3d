// Approvals that are countered: neither as it is nor not at all.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

RetailOptions countered() {
  RetailOptions options;
  options.counter = true;
  return options;
}

Json offer(Shop& shop, const std::string& person, const std::string& answers = R"({"count": 15})",
           const std::string& except = "") {
  return shop.world.decide(shop.task(), person, "counter", "too thin", answers, except);
}

}  // namespace

TEST_CASE("an approval shows what it can be countered with, and goes on with what is offered") {
  Shop shop(countered());
  const uint64_t id = shop.launch(20);
  const uint64_t task = shop.task();
  CHECK(shop.world.tasks().at(0)["form"] ==
        Json::array({{{"name", "id"}, {"type", "Text"}, {"prefilled", "P-1"}, {"advice", true}},
                     {{"name", "count"}, {"type", "Int"}}}));
  CHECK(shop.world.history(id, "asked").at(0)["prefilled"] == Json{{"id", "P-1"}});
  CHECK(offer(shop, "fin") == Json{{"task", task}, {"status", "countered"}});
  shop.world.crash();
  CHECK(shop.estate.written.empty());
  CHECK(shop.outcome() == "Rejected");
  CHECK(shop.world.show("Launch", "P-1")["outcome"]["value"] == Json{{"id", "P-1"}, {"count", 15}});
  const Json said = shop.world.history(id, "decided").at(0);
  CHECK(said["decision"] == "counter");
  CHECK(said["reason"] == "too thin");
  CHECK(said["answers"] == Json{{"id", "P-1"}, {"count", 15}});
  CHECK(said["unchanged"] == Json{"id"});
  CHECK(shop.world.history(id, "countered").at(0)["offer"]["count"] == 15);
  CHECK(shop.world.history(id, "rejected").empty());
  const Json closed = shop.world.tasks({{"status", "countered"}}).at(0);
  CHECK(closed["answers"]["count"] == 15);
  CHECK(closed["decisions"][0]["countered"] == true);
  CHECK(closed["advised"] == Json{"id"});
  const Json again = shop.world.decide(task, "fin", "approve");
  CHECK(again["message"].get<std::string>().find("countered by fin") != std::string::npos);
}

TEST_CASE("what is offered fits the form, or nothing is decided") {
  Shop shop(countered());
  shop.launch(20);
  CHECK(offer(shop, "fin", R"({"count": "many"})")["refused"] == "Invalid");
  CHECK(offer(shop, "fin", "{}")["message"].get<std::string>().find("count") != std::string::npos);
  CHECK(offer(shop, "fin", R"({"count": 1})", R"(["S1"])")["refused"] == "Invalid");
  CHECK(offer(shop, "ops")["refused"] == "Denied");
  CHECK(shop.world.decide(shop.task(), "fin", "approve", "", R"({"count": 1})")["refused"] == "Invalid");
  CHECK(shop.world.tasks().at(0)["status"] == "open");
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.run();
  CHECK(shop.estate.written.size() == 3);
}

TEST_CASE("one person's offer counts, whoever else has approved") {
  Shop shop(countered());
  shop.launch(60);
  CHECK(shop.world.decide(shop.task(), "fin", "approve")["status"] == "open");
  CHECK(offer(shop, "chief")["status"] == "countered");
  shop.world.run();
  CHECK(shop.outcome() == "Rejected");
  CHECK(shop.estate.written.empty());
}

TEST_CASE("only an approval that says so is countered, and only before it is granted") {
  SUBCASE("as a whole") {
    Shop shop;
    shop.launch(20);
    CHECK(offer(shop, "fin")["message"].get<std::string>().find("takes no offer") != std::string::npos);
  }
  SUBCASE("asked again") {
    Shop shop(countered());
    shop.launch(20);
    shop.estate.cost = 30;  // between the approval and the writes
    shop.world.decide(shop.task(), "fin", "approve");
    shop.world.run();
    REQUIRE(shop.world.tasks().at(0)["kind"] == "approvalAgain");
    CHECK_FALSE(shop.world.tasks().at(0).contains("form"));
    CHECK(offer(shop, "fin")["message"].get<std::string>().find("asked again") != std::string::npos);
  }
  SUBCASE("a task") {
    Shop shop;
    shop.world.start("Do", "P-1");
    CHECK(offer(shop, "ops")["message"].get<std::string>().find("not countered") != std::string::npos);
  }
}
