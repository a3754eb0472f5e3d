// Who is away decides nothing, and who covers them does.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

// Away from Monday to Wednesday.
Absence away(const std::string& person, const std::string& cover) {
  return {person, kMonday, kMonday + 3 * kDay, cover};
}

void open_with(Shop& shop, Absences absences) {
  shop.world.options.absences = std::move(absences);
  shop.world.crash();
}

}  // namespace

TEST_CASE("who covers somebody away decides in their place, and the history says so") {
  Shop shop;
  open_with(shop, {away("fin", "merch2")});
  const uint64_t id = shop.launch(20);
  const uint64_t task = shop.task();
  CHECK(shop.world.tasks({{"person", "fin"}}).empty());
  CHECK(shop.world.tasks({{"person", "merch2"}}).size() == 1);
  const Json refused = shop.world.decide(task, "fin", "approve");
  CHECK(refused["refused"] == "Denied");
  CHECK(refused["message"] == "fin is away until 2026-11-26T00:00:00Z: merch2 decides in their place");
  CHECK(shop.world.decide(task, "ops", "approve")["refused"] == "Denied");
  CHECK(shop.world.decide(task, "merch2", "approve")["status"] == "granted");
  shop.world.run();
  CHECK(shop.estate.written.size() == 3);
  const Json decided = shop.world.history(id, "decided").at(0);
  CHECK(decided["person"] == "merch2");
  CHECK(decided["covers"] == "fin");
  CHECK(decided["role"] == "Finance");
  CHECK(shop.world.tasks({{"status", "granted"}}).at(0)["decisions"][0]["covers"] == "fin");
}

TEST_CASE("when they are back, they decide again, and the cover does not") {
  Shop shop;
  open_with(shop, {away("fin", "merch2")});
  shop.world.run_to(kMonday + 3 * kDay);
  shop.launch(20);
  CHECK(shop.world.tasks({{"person", "merch2"}}).empty());
  CHECK(shop.world.decide(shop.task(), "merch2", "approve")["refused"] == "Denied");
  CHECK(shop.world.decide(shop.task(), "fin", "approve")["status"] == "granted");
}

TEST_CASE("a cover who is away covers nobody") {
  Shop shop;
  open_with(shop, {away("fin", "chief"), away("chief", "dir2")});
  shop.launch(20);
  CHECK(shop.world.decide(shop.task(), "chief", "approve")["refused"] == "Denied");
  CHECK(shop.world.decide(shop.task(), "dir2", "approve")["refused"] == "Denied");  // the chief's only
  CHECK(shop.world.decide(shop.task(), "dir", "approve")["status"] == "granted");   // stands in, as ever
}

TEST_CASE("a conflict of who really decides counts, and one of who is away") {
  Shop shop;
  open_with(shop, {away("fin", "merch"), away("greedy", "olga")});
  shop.launch(20);
  const Json refused = shop.world.decide(shop.task(), "merch", "approve");
  CHECK(refused["refused"] == "Denied");
  CHECK(refused["message"] == "merch is Merchandiser too, which may not decide the same approval");
  CHECK(shop.world.decide(shop.task(), "olga", "approve")["message"] ==
        "greedy is Merchandiser too, which may not decide the same approval");
}

TEST_CASE("four eyes are those of two people, and nobody's say counts twice") {
  Shop shop;
  open_with(shop, {away("fin", "chief"), away("both", "olga")});
  shop.launch(70);
  const uint64_t task = shop.task();
  SUBCASE("the chief decides for one role only") {
    CHECK(shop.world.decide(task, "chief", "approve")["status"] == "open");
    CHECK(shop.world.decide(task, "chief", "approve")["refused"] == "Conflict");
    CHECK(shop.world.decide(task, "olga", "approve")["status"] == "granted");  // for `both`, as Finance
  }
  SUBCASE("whoever covered has used the say of who was away") {
    CHECK(shop.world.decide(task, "olga", "approve")["status"] == "open");
    shop.world.options.absences = {away("fin", "chief")};
    shop.world.crash();
    CHECK(shop.world.decide(task, "both", "approve")["refused"] == "Conflict");
    CHECK(shop.world.decide(task, "chief", "approve")["status"] == "granted");
  }
}

TEST_CASE("a cover decides by the say that leaves the other role to somebody") {
  Shop shop;
  shop.world.options.people = {{"Finance", {"fin"}}, {"Chief", {"chief", "both"}}};
  open_with(shop, {away("fin", "chief")});
  const uint64_t id = shop.launch(70), task = shop.task();
  CHECK(shop.world.decide(task, "chief", "approve")["status"] == "open");
  const Json first = shop.world.history(id, "decided").at(0);
  CHECK(first["role"] == "Finance");  // as Chief, nobody would be left for Finance
  CHECK(first["covers"] == "fin");
  CHECK(shop.world.decide(task, "both", "approve")["status"] == "granted");
}

TEST_CASE("a task is done in place of who answers for that part of the role") {
  Shop shop;
  open_with(shop, {away("ops", "omar")});
  const uint64_t west = shop.world.start("Visit", "P-1")["id"], east = shop.world.start("Visit", "P-2")["id"];
  const auto mine = shop.world.tasks({{"person", "omar"}});
  REQUIRE(mine.size() == 1);
  CHECK(mine[0]["key"] == "P-2");
  CHECK(shop.world.decide(mine[0]["task"], "omar", "done")["status"] == "done");
  CHECK(shop.world.history(east, "taskDone").at(0)["covers"] == "ops");
  CHECK(shop.world.history(west, "taskDone").empty());
}
