// Approvals that demand a reason of who decides.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

RetailOptions demanding(bool by_line = false) {
  RetailOptions options;
  options.reasons = true;
  options.by_line = by_line;
  return options;
}

std::string told(const Json& answer) { return answer.value("message", answer.value("status", "")); }

Json why(Shop& shop) { return shop.world.show("Launch", "P-1")["outcome"]["value"]["count"]; }

}  // namespace

TEST_CASE("an approval shows the reasons that it demands, and refuses a decision without one") {
  Shop shop(demanding());
  const uint64_t id = shop.launch(20), task = shop.task();
  CHECK(shop.world.tasks().at(0)["reasons"] ==
        Json{{"rejection", {{"type", "Objection"}, {"values", {"thin", "later"}}}},
             {"approval", {{"type", "Text(20)"}, {"length", 20}}}});
  CHECK(told(shop.world.decide(task, "fin", "reject")).find("needs a reason: one of thin, later") !=
        std::string::npos);
  CHECK(told(shop.world.decide(task, "fin", "reject", "no")).find("another reason than \"no\"") !=
        std::string::npos);
  CHECK(told(shop.world.decide(task, "fin", "approve", " ")).find("a text of at most 20 characters") !=
        std::string::npos);
  CHECK(shop.world.decide(task, "fin", "approve", "longer than twenty letters")["refused"] == "Invalid");
  CHECK(shop.world.history(id, "decided").empty());
  CHECK(shop.world.tasks().at(0)["status"] == "open");
  CHECK(shop.world.decide(task, "ops", "reject")["refused"] == "Denied");  // who may not is told that

  CHECK(told(shop.world.decide(task, "fin", "reject", "later", "", "", "after Easter")) == "rejected");
  shop.world.crash();
  CHECK(shop.outcome() == "Rejected");
  CHECK(why(shop) == 1);
  const Json said = shop.world.history(id, "decided").at(0);
  CHECK(said["reason"] == "later");
  CHECK(said["remark"] == "after Easter");
  const Json closed = shop.world.tasks({{"status", "rejected"}}).at(0);
  CHECK(closed["decisions"][0]["reason"] == "later");
  CHECK(closed["decisions"][0]["remark"] == "after Easter");
  CHECK_FALSE(closed.contains("reasons"));
}

TEST_CASE("who approves says why too, each of them") {
  Shop shop(demanding());
  shop.launch(60);
  CHECK(told(shop.world.decide(shop.task(), "fin", "approve", "as agreed")) == "open");
  CHECK(told(shop.world.decide(shop.task(), "chief", "approve")).find("needs a reason") != std::string::npos);
  CHECK(told(shop.world.decide(shop.task(), "chief", "approve", "fine")) == "granted");
  shop.world.run();
  CHECK(shop.estate.written.size() == 3);
}

TEST_CASE("a policy that forbids gives no reason of a person's") {
  Shop shop(demanding());
  shop.launch(500);
  CHECK(shop.outcome() == "Rejected");
  CHECK(why(shop) == -1);
}

TEST_CASE("a line is refused with a reason: its own, or that of the decision") {
  Shop shop(demanding(true));
  const uint64_t id = shop.launch(20), task = shop.task();
  const auto except = [&](const std::string& lines, const std::string& reason = "as agreed") {
    return shop.world.decide(task, "fin", "approve", reason, "", lines);
  };
  CHECK(told(except(R"(["S1"])")).find("refusing line \"S1\" needs another reason than \"as agreed\"") !=
        std::string::npos);
  SUBCASE("one of its own") {
    CHECK(told(except(R"([{"target": "S1", "reason": "thin"}])")) == "granted");
    CHECK(shop.world.history(id, "decided").at(0)["except"][0]["reason"] == "thin");
    shop.world.run();
    CHECK(shop.estate.written.size() == 2);
  }
  SUBCASE("that of the decision") {
    CHECK(told(except(R"(["S1", {"target": "S2", "reason": "thin"}, "S3"])", "later")) == "rejected");
    shop.world.run();
    CHECK(why(shop) == 1);  // of the first line: none is left
    CHECK(shop.world.history(id, "decided").at(0)["except"][2]["reason"] == "later");
  }
}

TEST_CASE("who is asked again says why too") {
  Shop shop(demanding());
  shop.launch(20);
  shop.estate.cost = 30;  // between the approval and the writes
  shop.world.decide(shop.task(), "fin", "approve", "as agreed");
  shop.world.run();
  const Json again = shop.world.tasks().at(0);
  REQUIRE(again["kind"] == "approvalAgain");
  CHECK(again["reasons"]["rejection"]["values"] == Json{"thin", "later"});
  CHECK(told(shop.world.decide(again["task"], "fin", "reject")).find("one of thin, later") !=
        std::string::npos);
  CHECK(told(shop.world.decide(again["task"], "fin", "approve", "still fine")) == "granted");
  shop.world.run();
  CHECK(shop.estate.written.size() == 3);
}
