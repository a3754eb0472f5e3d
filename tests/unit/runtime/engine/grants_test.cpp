// A grant is used once, whoever else holds it.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

TEST_CASE("of two writes of one leaf that are under way at once, one leaves, and the other is told why not") {
  Shop shop;
  const uint64_t id = shop.world.start("Twice", "P-1")["id"];
  shop.world.run();
  CHECK(shop.outcome("Twice") == "Done");
  CHECK(shop.estate.written == std::vector<std::string>{"activate P-1 A"});
  const auto writes = shop.world.history(id, "write");
  REQUIRE(writes.size() == 2);
  const Json& refused = writes[writes[0]["outcome"] == "ok" ? 1 : 0];
  CHECK(refused["outcome"] == "invalid");
  CHECK(refused["message"] == "the grant was used by another write");
}
