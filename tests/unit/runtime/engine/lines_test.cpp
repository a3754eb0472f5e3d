// The lines of an approval: shown by page, and refused one by one.
#include "tests/unit/runtime/engine/renumbered.h"
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

RetailOptions by_line() {
  RetailOptions options;
  options.by_line = true;
  return options;
}

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

Json except(std::initializer_list<Json> lines) {
  Json list = Json::array();
  for (const Json& line : lines) list.push_back(line);
  return list;
}

Json approve(Shop& shop, const std::string& person, const Json& excepted, uint64_t task = 0) {
  return shop.world.decide(task == 0 ? shop.task() : task, person, "approve", "", "", excepted.dump());
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
  const Json reply = shop.world.decide(shop.task(), "ops", "done", "", "", R"(["S1"])");
  CHECK(reply["message"].get<std::string>().find("it has no lines") != std::string::npos);
}

TEST_CASE("what is refused is not written, and everything else is") {
  Shop shop(by_line());
  const uint64_t id = shop.launch(20);
  const uint64_t task = shop.task();
  const std::string asked = shop.world.tasks().at(0)["merkleRoot"];
  CHECK(shop.world.tasks().at(0)["byLine"] == true);
  const Json reply = approve(shop, "fin", except({"S2", {{"target", "S3"}, {"reason", "no shelf"}}}));
  CHECK(reply == Json{{"task", task}, {"status", "granted"}, {"refused", 2}});
  shop.world.run();
  CHECK(shop.estate.written == std::vector<std::string>{"activate P-1 S1"});
  const Json decided = shop.world.history(id, "decided").at(0);
  CHECK(decided["except"] == except({{{"proposal", "prices"}, {"target", "S2"}},
                                     {{"proposal", "prices"}, {"target", "S3"}, {"reason", "no shelf"}}}));
  const Json granted = shop.world.history(id, "granted").at(0);
  CHECK(granted["leaves"] == 1);
  CHECK(granted["refused"] == 2);
  CHECK(granted["merkleRoot"] != asked);  // of what was granted
  CHECK(granted["merkleRoot"] == shop.world.task(task)["merkleRoot"]);
  CHECK(shop.world.history(id, "asked").at(0)["merkleRoot"] == asked);
  CHECK(shop.world.history(id, "lineRefused").size() == 2);
  CHECK(state_of(shop, task, "S1") == "written");
  CHECK(state_of(shop, task, "S2") == "refused");
  const Json closed = shop.world.task(task);
  CHECK(closed["refused"] == 2);
  CHECK(closed["decisions"][0]["refused"] == 2);
  CHECK(closed["totals"][0]["refused"] == 2);
  shop.world.run_out();
  CHECK(shop.outcome() == "Done");
}

TEST_CASE("with the last line the whole is rejected") {
  Shop shop(by_line());
  const uint64_t id = shop.launch(20);
  CHECK(approve(shop, "fin", except({"S1", "S2", "S3"}))["status"] == "rejected");
  shop.world.run();
  CHECK(shop.outcome() == "Rejected");
  CHECK(shop.estate.written.empty());
  CHECK(shop.world.history(id, "rejected").at(0)["reason"] == "no line of it is left");
}

TEST_CASE("a line is granted when each role accepts it") {
  Shop shop(by_line());
  shop.launch(70);
  const uint64_t task = shop.task();
  CHECK(approve(shop, "chief", except({"S1"}))["status"] == "open");
  CHECK(state_of(shop, task, "S1") == "refused");
  SUBCASE("the other refuses another one") {
    CHECK(approve(shop, "fin", except({"S1", "S3"}))["refused"] == 2);
    shop.world.run();
    CHECK(shop.estate.written == std::vector<std::string>{"activate P-1 S2"});
  }
  SUBCASE("the other accepts all, which brings nothing back") {
    CHECK(shop.world.decide(task, "fin", "approve")["status"] == "granted");
    shop.world.run();
    CHECK(shop.estate.written == std::vector<std::string>{"activate P-1 S2", "activate P-1 S3"});
  }
  SUBCASE("together they refuse everything") {
    CHECK(approve(shop, "fin", except({"S2", "S3"}))["status"] == "rejected");
    shop.world.run();
    CHECK(shop.outcome() == "Rejected");
  }
  SUBCASE("and a crash between them forgets nothing") {
    shop.world.crash();
    CHECK(shop.world.decide(task, "fin", "approve")["refused"] == 1);
    shop.world.run();
    CHECK(shop.estate.written.size() == 2);
  }
}

TEST_CASE("what is no line, or of an approval that is decided as a whole, is refused in plain words") {
  const auto refused = [](RetailOptions options, const char* decision, const std::string& excepted) {
    Shop shop(options);
    const uint64_t id = shop.launch(20);
    const Json reply = shop.world.decide(shop.task(), "fin", decision, "", "", excepted);
    CHECK(reply["refused"] == "Invalid");
    CHECK(shop.world.history(id, "decided").empty());
    CHECK(state_of(shop, shop.task(), "S1") == "open");
    return reply["message"].get<std::string>();
  };
  CHECK(refused({}, "approve", R"(["S1"])").find("is decided as a whole") != std::string::npos);
  CHECK(refused(by_line(), "approve", R"(["S1", "S9"])").find("has no line \"S9\"") != std::string::npos);
  CHECK(refused(by_line(), "approve", R"([{"proposal": "other", "target": "S1"}])").find("has no line") !=
        std::string::npos);
  CHECK(refused(by_line(), "approve", R"([{"store": "S1"}])").find("is no line") != std::string::npos);
  CHECK(refused(by_line(), "approve", R"([7])").find("is no line") != std::string::npos);
  CHECK(refused(by_line(), "approve", R"("S1")").find("is a list") != std::string::npos);
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  CHECK(refused(by_line(), "approve", deep).find("is a list") != std::string::npos);
  CHECK(refused(by_line(), "reject", R"(["S1"])").find("only who approves") != std::string::npos);
}

TEST_CASE("whoever may not decide refuses nothing either") {
  Shop shop(by_line());
  shop.launch(20);
  CHECK(approve(shop, "ops", except({"S1"}))["refused"] == "Denied");
  CHECK(state_of(shop, shop.task(), "S1") == "open");
}

TEST_CASE("a refused line stays refused when the facts change, and the others are asked for again") {
  RetailOptions options = by_line();
  options.parallel = 100;
  Shop shop(options);
  const uint64_t id = shop.launch(20);
  shop.estate.cost = 30;
  approve(shop, "fin", except({"S2"}));
  shop.world.run();
  const Json again = shop.world.tasks().at(0);
  CHECK(again["kind"] == "approvalAgain");
  CHECK(again["leaves"] == 2);
  CHECK(again["byLine"] == true);
  CHECK(targets(shop.world.lines(again["task"])) == std::vector<std::string>{"S1", "S3"});
  SUBCASE("it can't be named once more as one of these") {
    CHECK(approve(shop, "fin", except({"S2"}))["status"] == "granted");  // it is refused as it was
    shop.world.run();
    CHECK(shop.estate.written.size() == 2);
  }
  SUBCASE("another one is refused now") {
    CHECK(approve(shop, "fin", except({"S3"}))["refused"] == 1);
    shop.world.run();
    CHECK(shop.estate.written == std::vector<std::string>{"activate P-1 S1"});
    CHECK(shop.world.history(id, "granted").back()["leaves"] == 1);
    CHECK(shop.world.task(again["task"])["totals"][0]["refused"] == 1);
  }
  SUBCASE("both are refused now") {
    CHECK(approve(shop, "fin", except({"S1", "S3"}))["status"] == "granted");  // nothing, but no rejection
    shop.world.run();
    CHECK(shop.estate.written.empty());
    CHECK(shop.world.history(id, "rejected").empty());
    CHECK(shop.world.history(id, "granted").back()["leaves"] == 0);
    CHECK(shop.world.history(id, "lineRefused").size() == 3);
    shop.world.run_out();
    CHECK(shop.outcome() == "Done");
  }
}

TEST_CASE("code that does not hear of a refused line stands still, and writes nothing") {
  Shop shop(by_line());
  const uint64_t id = shop.launch(20);
  // A program whose elements handle nothing of the kind: what it writes is not its to decide.
  Retail deaf;
  shop.world.deploy(deaf.program());
  shop.world.crash();
  approve(shop, "fin", except({"S1"}));
  shop.world.run();
  CHECK(shop.estate.written == std::vector<std::string>{"activate P-1 S2", "activate P-1 S3"});
  CHECK(shop.world.list({{"status", "suspended"}})["instances"].size() == 1);
  CHECK(shop.world.history(id, "suspended").size() == 1);
}
