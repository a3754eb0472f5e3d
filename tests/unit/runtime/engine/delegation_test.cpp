// Who could decide hands it to somebody else who could.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

TEST_CASE("what is handed to somebody is theirs alone, and the history says so") {
  Shop shop;
  const uint64_t id = shop.launch(20), task = shop.task();
  const Json given = shop.world.delegate(task, "fin", "both");
  CHECK(given == Json{{"task", task}, {"status", "open"}, {"role", "Finance"}, {"to", "both"}});
  shop.world.crash();
  CHECK(shop.world.tasks({{"person", "fin"}}).empty());
  CHECK(shop.world.tasks({{"person", "dir"}}).empty());  // who stands in for the role neither
  const Json seen = shop.world.tasks({{"person", "both"}}).at(0);
  CHECK(seen["delegated"][0]["to"] == "both");
  CHECK(seen["delegated"][0]["by"] == "fin");
  for (const char* other : {"fin", "dir"}) {
    CHECK(shop.world.decide(task, other, "approve")["message"] ==
          "task " + std::to_string(task) + " is handed to both, for Finance");
    CHECK(shop.world.decide(task, other, "reject")["refused"] == "Denied");
    CHECK(shop.world.delegate(task, other, other)["refused"] == "Denied");
  }
  CHECK(shop.world.decide(task, "both", "approve")["status"] == "granted");
  const Json told = shop.world.history(id, "delegated").at(0);
  CHECK(told["person"] == "fin");
  CHECK(told["to"] == "both");
  CHECK(told["role"] == "Finance");
  CHECK(shop.world.history(id, "decided").at(0)["person"] == "both");
}

TEST_CASE("it is handed back by whom it was handed to, and the same request again changes nothing") {
  Shop shop;
  const uint64_t id = shop.launch(20), task = shop.task();
  CHECK(shop.world.delegate(task, "fin", "fin")["to"] == "fin");  // taken on
  CHECK(shop.world.delegate(task, "fin", "fin")["to"] == "fin");
  CHECK(shop.world.history(id, "delegated").size() == 1);
  CHECK(shop.world.delegate(task, "fin", "dir")["to"] == "dir");  // who stands in
  CHECK(shop.world.delegate(task, "dir", "fin")["to"] == "fin");
  CHECK(shop.world.decide(task, "fin", "approve")["status"] == "granted");
  CHECK(shop.world.history(id, "delegated").size() == 3);
}

TEST_CASE("it is handed only to who could decide it, by who could") {
  Shop shop;
  shop.launch(20);
  const uint64_t task = shop.task();
  const std::string number = std::to_string(task);
  CHECK(shop.world.delegate(task, "fin", "chief")["message"] ==
        "chief neither is Finance nor stands in for it: task " + number + " can't be theirs");
  CHECK(shop.world.delegate(task, "fin", "nobody")["refused"] == "Denied");
  CHECK(shop.world.delegate(task, "fin", "greedy")["message"] ==
        "greedy is Merchandiser too, which may not decide the same approval");
  CHECK(shop.world.delegate(task, "ops", "fin")["message"] ==
        "task " + number + " is decided by Finance, and ops is none of them");
  CHECK(shop.world.delegate(task + 1000, "fin", "both")["refused"] == "NotFound");
  shop.world.decide(task, "fin", "approve");
  CHECK(shop.world.delegate(task, "fin", "both")["refused"] == "Conflict");
}

TEST_CASE("two roles stay two people's, whoever has which") {
  Shop shop;
  shop.launch(70);
  const uint64_t task = shop.task();
  SUBCASE("who has decided gets nothing more") {
    CHECK(shop.world.decide(task, "both", "approve")["status"] == "open");
    CHECK(shop.world.delegate(task, "fin", "both")["refused"] == "Conflict");
    CHECK(shop.world.delegate(task, "fin", "dir")["role"] == "Finance");
    CHECK(shop.world.decide(task, "chief", "approve")["refused"] == "Conflict");  // theirs is decided
    CHECK(shop.world.decide(task, "dir", "approve")["status"] == "granted");
  }
  SUBCASE("what is handed for one role is not decided for the other") {
    CHECK(shop.world.delegate(task, "chief", "both")["role"] == "Chief");
    CHECK(shop.world.decide(task, "chief", "approve")["refused"] == "Denied");
    CHECK(shop.world.decide(task, "both", "approve")["status"] == "open");
    CHECK(shop.world.decide(task, "fin", "approve")["status"] == "granted");
  }
  SUBCASE("nobody would be left for the other role") {
    shop.world.options.people = {{"Finance", {"fin", "both"}}, {"Chief", {"both"}}};
    shop.world.crash();
    CHECK(shop.world.delegate(task, "fin", "both")["message"] ==
          "then nobody is left who could decide task " + std::to_string(task) + " for Chief");
    CHECK(shop.world.decide(task, "fin", "approve")["status"] == "open");
    CHECK(shop.world.decide(task, "both", "approve")["status"] == "granted");
  }
}

TEST_CASE("when it is escalated, or who has it can't decide any more, it is everybody's again") {
  Shop shop;
  shop.launch(20);
  const uint64_t task = shop.task();
  CHECK(shop.world.delegate(task, "fin", "both")["to"] == "both");
  const Json deadline = shop.world.tasks().at(0)["deadline"];
  SUBCASE("it is escalated, and its deadline is as it was") {
    shop.world.run_to(shop.world.now + 4 * kHour);
    CHECK_FALSE(shop.world.tasks().at(0).contains("delegated"));
    CHECK(shop.world.tasks().at(0)["deadline"] == deadline);
  }
  SUBCASE("who has it has left") {
    shop.world.options.people["Finance"] = {"fin"};
    shop.world.crash();
    CHECK(shop.world.tasks({{"person", "fin"}}).size() == 1);
  }
  SUBCASE("who has it has come to hold a conflicting role") {
    shop.world.options.people["Merchandiser"].push_back("both");
    shop.world.crash();
  }
  CHECK(shop.world.decide(task, "fin", "approve")["status"] == "granted");
}

TEST_CASE("who covers for whom it was handed to decides it, and nobody hands it to who is away") {
  Shop shop;
  shop.world.options.absences = {{"both", kMonday, kMonday + 3 * kDay, "chief"}};
  shop.world.crash();
  const uint64_t id = shop.launch(20), task = shop.task();
  CHECK(shop.world.delegate(task, "fin", "both")["message"] ==
        "both is away until 2026-11-26T00:00:00Z: chief decides in their place");
  shop.world.options.absences.clear();
  shop.world.crash();
  CHECK(shop.world.delegate(task, "fin", "both")["to"] == "both");
  shop.world.options.absences = {{"both", kMonday, kMonday + 3 * kDay, "chief"}};
  shop.world.crash();
  CHECK(shop.world.decide(task, "fin", "approve")["refused"] == "Denied");
  CHECK(shop.world.tasks({{"person", "chief"}}).size() == 1);
  CHECK(shop.world.decide(task, "chief", "approve")["status"] == "granted");
  CHECK(shop.world.history(id, "decided").at(0)["covers"] == "both");
}

TEST_CASE("who is away counts as their cover, where it is asked whether somebody is left") {
  Shop shop;
  shop.world.options.people = {{"Finance", {"fin", "both"}}, {"Chief", {"chief"}}};
  shop.world.options.absences = {{"chief", kMonday, kMonday + 3 * kDay, "both"}};
  shop.world.crash();
  shop.launch(70);
  const uint64_t task = shop.task();
  CHECK(shop.world.delegate(task, "fin", "both")["message"] ==
        "then nobody is left who could decide task " + std::to_string(task) + " for Chief");
  CHECK(shop.world.decide(task, "both", "approve")["status"] == "open");  // for the chief
  CHECK(shop.world.decide(task, "fin", "approve")["status"] == "granted");
}

TEST_CASE("a task is handed to who answers for the same part of the role") {
  Shop shop;
  shop.world.options.scopes["StoreOps"]["omar"] = {"west"};
  shop.world.crash();
  const uint64_t id = shop.world.start("Visit", "P-1")["id"];
  const uint64_t task = shop.task();
  const std::string number = std::to_string(task);
  CHECK(shop.world.delegate(task, "olga", "ops")["message"] ==
        "ops is no StoreOps of west: task " + number + " can't be theirs");
  CHECK(shop.world.delegate(task, "ops", "omar")["message"] ==
        "task " + number + " is for StoreOps of west, and ops is not one");
  CHECK(shop.world.delegate(task, "olga", "omar")["role"] == "StoreOps");
  CHECK(shop.world.tasks({{"person", "olga"}}).empty());
  CHECK(shop.world.decide(task, "olga", "done")["message"] ==
        "task " + number + " is handed to omar, for StoreOps");
  SUBCASE("they do it") {
    CHECK(shop.world.decide(task, "omar", "done")["status"] == "done");
    CHECK(shop.world.history(id, "delegated").size() == 1);
  }
  SUBCASE("it is escalated: then others may") {
    shop.world.run_to(shop.world.now + 2 * kHour);
    CHECK(shop.world.decide(task, "olga", "done")["status"] == "done");
  }
}
