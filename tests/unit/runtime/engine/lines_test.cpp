// The lines of an approval, shown by page.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

std::vector<std::string> targets(const Json& page) {
  std::vector<std::string> found;
  for (const Json& line : page["lines"]) found.push_back(line["target"]);
  return found;
}

std::string state_of(Shop& shop, uint64_t task, const std::string& target) {
  const Json page = shop.world.lines(task);
  for (const Json& line : page["lines"]) {
    if (line["target"] == target) return line["state"];
  }
  return "none";
}

}  // namespace

TEST_CASE("an approval shows its lines, by page") {
  Shop shop;
  shop.launch(20);
  const uint64_t task = shop.task();
  const Json first = shop.world.lines(task, "", 2);
  CHECK(targets(first) == std::vector<std::string>{"S1", "S2"});
  const Json line = first["lines"][0];
  CHECK(line["proposal"] == "prices");
  CHECK(line["state"] == "open");
  CHECK(line["payload"] == Json{{"promotion", "P-1"}, {"store", "S1"}});
  CHECK(line["facts"]["cost"] == 20);
  const Json second = shop.world.lines(task, first["next"], 2);
  CHECK(targets(second) == std::vector<std::string>{"S3"});
  CHECK(second["next"].is_null());
  CHECK(shop.world.lines(task, "S1")["refused"].get<std::string>().find("no page begins") == 0);
  CHECK(shop.world.lines(99)["refused"] == "there is no task 99");
  CHECK(shop.world.task(task)["totals"][0]["count"] == 3);
  CHECK_FALSE(shop.world.tasks().at(0).contains("totals"));  // of one task only
  shop.world.decide(task, "fin", "approve");
  CHECK(state_of(shop, task, "S1") == "accepted");
  shop.world.run();
  CHECK(state_of(shop, task, "S1") == "written");
  shop.cancel();
  CHECK(shop.world.lines(task)["lines"].empty());  // the instance has ended
  CHECK_FALSE(shop.world.task(task).contains("totals"));
}

TEST_CASE("only approvals have lines") {
  Shop shop;
  shop.world.start("Do", "P-1");
  shop.world.run();
  CHECK(shop.world.lines(shop.task())["refused"].get<std::string>().find("is no approval") !=
        std::string::npos);
  CHECK(shop.world.task(shop.task())["kind"] == "task");
}
