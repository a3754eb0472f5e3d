// Tasks for a part of a role.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

TEST_CASE("a task for a part of a role is for those who answer for it") {
  Shop shop;
  const uint64_t id = shop.world.start("Visit", "P-1")["id"];
  CHECK(shop.world.tasks({{"person", "olga"}}).at(0)["scope"] == "west");
  CHECK(shop.world.tasks({{"person", "ops"}}).empty());
  CHECK(shop.world.tasks({{"person", "omar"}}).empty());
  CHECK(shop.world.history(id, "taskOpened").at(0)["scope"] == "west");
  const Json refused = shop.world.decide(shop.task(), "ops", "done");
  CHECK(refused["refused"] == "Denied");
  CHECK(refused["message"] ==
        "task " + std::to_string(shop.task()) + " is for StoreOps of west, and ops is not one");
  CHECK(shop.world.decide(shop.task(), "omar", "done")["refused"] == "Denied");
  CHECK(shop.world.decide(shop.task(), "olga", "done")["status"] == "done");
  shop.world.run();
  CHECK(shop.outcome("Visit") == "Done");
}

TEST_CASE("it is escalated to those who answer for that part, and a crash forgets none of it") {
  Shop shop;
  const uint64_t west = shop.world.start("Visit", "P-1")["id"];
  shop.world.start("Visit", "P-2");
  CHECK(shop.world.tasks({{"person", "dir"}}).empty());
  shop.world.run_to(shop.world.now + 2 * kHour);
  shop.world.crash();
  CHECK(shop.world.history(west, "escalated").at(0)["scope"] == "west");
  const auto for_director = shop.world.tasks({{"person", "dir"}});
  REQUIRE(for_director.size() == 1);
  CHECK(for_director[0]["key"] == "P-1");
  const uint64_t east = shop.world.tasks({{"person", "ops"}}).at(0)["task"];
  CHECK(shop.world.decide(east, "dir", "done")["refused"] == "Denied");
  CHECK(shop.world.decide(for_director[0]["task"], "dir", "done")["status"] == "done");
  shop.world.run();
  CHECK(shop.outcome("Visit") == "Done");
}

TEST_CASE("`*` answers for everything, and whom the settings forget for nothing") {
  const PeopleScopes scopes = {{"Area", {{"ann", {"NSW", "ACT"}}, {"cy", {"*"}}}}};
  CHECK(answers_for(scopes, "Area", "ann", "ACT"));
  CHECK_FALSE(answers_for(scopes, "Area", "ann", "VIC"));
  CHECK(answers_for(scopes, "Area", "cy", "VIC"));
  CHECK_FALSE(answers_for(scopes, "Area", "ben", "NSW"));
  CHECK_FALSE(answers_for(scopes, "Store", "ann", "NSW"));
  CHECK(answers_for(scopes, "Area", "ben", std::nullopt));
  // A region that a system left empty is nobody's, not everybody's.
  CHECK_FALSE(answers_for(scopes, "Area", "ann", ""));
}
