// What a test can say, and what it says when it fails.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

TEST_CASE("a test passes when everything happened as it says") {
  CHECK(story(kStart + R"(
  expect gate.pricing asked of Finance once
  expect waiting at gate
  Finance approves gate.pricing
  expect gate.pricing granted
  expect write Price.activate for every Store once
  expect write Price.activate 3 times
  after until 2026-12-14 12:00
  expect outcome Launched
  expect no write Price.activate)") == "");
}

TEST_CASE("a reminder, an escalation and the end come at their hours") {
  CHECK(story(kStart + R"(
  after 1 hour
  expect gate.pricing reminded never
  after 1 hour
  expect gate.pricing reminded once
  after 2 hours
  expect gate.pricing asked of Planner
  after 4 hours
  expect gate.pricing expired
  expect fails NoAnswer)") == "");
}

TEST_CASE("expectations look at what happened since the last ones") {
  CHECK(story(kStart + "  expect gate.pricing asked of Finance\n  after 1 hour\n  expect gate.pricing asked "
                       "of Finance\n") ==
        "since the last `expect`, gate.pricing was asked of Finance 0 times\n");
}

TEST_CASE("all expectations of a group are told, and nothing happens after they failed") {
  const std::string said = story(kStart + R"(
  expect write Price.activate once
  expect outcome Launched
  Finance approves gate.pricing
  expect fails Refused)");
  CHECK(said ==
        "since the last `expect`, Price.activate happened 0 times\nit is running at "
        "gate.pricing\n");
}

TEST_CASE("the wrong count, role, outcome and place are told with what was the case") {
  CHECK(story(kStart + "  expect gate.pricing asked of Planner\n") ==
        "since the last `expect`, gate.pricing was asked of Planner 0 times (of Finance)\n");
  const std::string granted = kStart + "  Finance approves gate.pricing\n";
  CHECK(
      story(granted + "  expect write Price.activate for \"1001\" 2 times\n") ==
      "since the last `expect`, Price.activate for \"1001\" happened once (for 1001, for 1002, for 1003)\n");
  CHECK(
      story(granted + "  expect write Price.activate for every Store never\n") ==
      "since the last `expect`, Price.activate for \"1001\" happened once (for 1001, for 1002, for 1003)\n");
  CHECK(story(kStart + "  Finance rejects gate.pricing\n  expect fails NoAnswer\n") ==
        "it failed with Refused\n");
  CHECK(story(kStart + "  expect waiting at act\n").starts_with("it waits at "));
}

TEST_CASE("values of what happens are expected by name, and told when they are others") {
  const std::string granted = kStart + "  Finance approves gate.pricing\n";
  CHECK(story(granted + "  expect write Price.activate(Rate: AUD 100.00) for every Store once\n") == "");
  CHECK(story(granted + "  expect no write Price.activate(Rate: AUD 99.00)\n") == "");
  CHECK(story(granted + "  expect write Price.activate(Rate: AUD 99.00) for \"1001\" once\n")
            .starts_with("since the last `expect`, Price.activate for \"1001\" happened 0 times with these "
                         "values (but with "));
  CHECK(story("  Price.activate for \"1002\" is rejected RecordLocked once\n" + granted + R"(
  expect task Unlock(store: "1002") of Clerk once
  expect no task Unlock(store: "1001"))") == "");
  CHECK(story(kStart + "  Finance rejects gate.pricing\n  expect fails Refused(id: \"P-1\")\n") == "");
  CHECK(story(kStart + "  Finance rejects gate.pricing\n  expect fails Refused(id: \"P-2\")\n") ==
        "it failed with Refused(id: P-1)\n");
}

TEST_CASE("a read of what is not given fails the test by name") {
  const Report report = run("test \"gap\" {\n" + kStart + "  expect outcome Launched\n}\n");
  CHECK(report.results[0].failures.at(0).happened ==
        "Promotion \"P-1\" is read, and the test does not give it");
  const Report list = run(R"(test "gap" {
  given Promotion(id: "P-1", article: "A", price: AUD 2.00, landedCost: AUD 1.00, launch: 2026-12-01, end: 2026-12-14,
                  stores: [Store("1001")])
)" + kStart + "  expect outcome Launched\n}\n");
  CHECK(list.results[0].failures.at(0).happened ==
        "stores of Promotion \"P-1\" has Store \"1001\" in it, which the test does not give");
}

TEST_CASE("what can't happen ends the test with the reason") {
  CHECK(story("  given Store(id: \"1001\", name: \"again\", region: \"NSW\", timeZone: \"UTC\")\n" + kStart +
              "  expect outcome Launched\n") == "Store \"1001\" is given twice\n");
  CHECK(story("  Promotion(\"P-2\").price becomes AUD 2.00\n" + kStart + "  expect outcome Launched\n") ==
        "Promotion \"P-2\" is not given, so it can't change\n");
  const std::string answered =
      kStart +
      "  Finance approves gate.pricing\n  Finance approves gate.pricing\n  expect outcome Launched\n";
  CHECK(story(answered) == "no approval gate.pricing is open\n");
  CHECK(
      story(kStart + "  Finance approves gate.pricing as \"zoe\"\n  expect outcome Launched\n").find("zoe") !=
      std::string::npos);
  CHECK(story(kStart + "  after 3 days\n  after until 2026-11-20 10:00\n  expect fails NoAnswer\n") ==
        "it is 2026-11-23 09:00 already\n");
}

TEST_CASE("a fact that changes after the approval voids it: the same approval is asked again") {
  CHECK(story(kStart + R"(
  Price.activate is rejected RecordLocked always
  Finance approves gate.pricing
  expect gate.pricing granted
  expect task Unlock of Clerk 3 times
  Promotion("P-1").price becomes AUD 90.00
  Clerk does Unlock for "1001"
  expect gate.pricing asked of Finance)") == "");
}

TEST_CASE("facts that change may leave nobody to ask: the same approval is forbidden") {
  CHECK(story(kStart + R"(
  Price.activate is rejected RecordLocked always
  Finance approves gate.pricing
  expect gate.pricing granted
  Promotion("P-1").price becomes AUD 0.50
  Clerk does Unlock for "1001"
  expect gate.pricing forbidden
  expect fails Refused)") == "");
}

TEST_CASE("systems fail so often as it is said, and a thing is done once") {
  CHECK(story(R"(
  Price.activate for "1001" is unavailable 2 times
  Price.activate for "1002" times out once
  Price.activate for "1003" answers too late once
)" + kStart + R"(
  Finance approves gate.pricing
  expect write Price.activate for "1001" never
  expect write Price.activate for "1002" never
  expect write Price.activate for "1003" once
  after 10 min
  expect write Price.activate for "1001" once
  expect write Price.activate for "1002" once
  expect write Price.activate for "1003" never)") == "");
}

TEST_CASE("what nobody handles suspends, and says where") {
  CHECK(story("  Price.activate for \"1002\" is invalid once\n" + kStart + R"(
  Finance approves gate.pricing
  expect suspended at act for "1002"
  expect write Price.activate for "1001" once)") == "");
  CHECK(story("  Promotion is unavailable always\n" + kStart +
              "  after 1 hour\n  expect suspended at start\n") == "");
}

TEST_CASE("tasks are for roles, by what they are about, one or every") {
  const std::string locked =
      "  Price.activate is rejected RecordLocked 3 times\n" + kStart + "  Finance approves gate.pricing\n";
  CHECK(story(locked + R"(
  expect task Unlock of Clerk for every Store once
  Clerk does Unlock for "1002"
  expect write Price.activate for "1002" once
  Clerk does every Unlock
  expect write Price.activate 2 times
  expect no task Unlock)") == "");
  CHECK(story(locked + "  Clerk does Unlock\n  expect outcome Launched\n") ==
        "3 of Unlock are open: say which `for`, or `every Unlock`\n");
  CHECK(story(locked + "  Clerk does Unlock for \"9999\"\n  expect outcome Launched\n") ==
        "3 of Unlock are open, and none is about this\n");
}

TEST_CASE("an event ends it, and what was written is taken back") {
  CHECK(story(kStart + R"(
  Finance approves gate.pricing
  send PromotionCancelled(id: "P-1")
  expect write Price.withdraw for every Store once
  expect fails Cancelled)") == "");
}

TEST_CASE("what a workflow that is run waits for is named behind the run, and its end is not the end") {
  const std::string season = kLaunch + R"(
workflow Season(promo: Promotion) key promo.id {
  step sale {
    run Launch(promo) as launch {
      on Refused, NoAnswer { finish NoSale(promo.id) }
      on Cancelled(id)     { finish Stopped(id) }
    }
  }
  finish Sold(launch.id)
}
)";
  const auto told = [&](const std::string& steps) {
    const std::string start = "  start Season(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n";
    const Report report = run("test \"story\" {\n" + kGiven + start + steps + "\n}\n", season);
    std::string said;
    for (const Failure& failure : report.results.at(0).failures) said += failure.happened + "\n";
    return said;
  };
  CHECK(told(R"(
  expect sale.launch.gate.pricing asked of Finance once
  expect waiting at sale.launch.gate
  Finance rejects sale.launch.gate.pricing
  expect outcome NoSale
  expect no write Price.activate)") == "");
  CHECK(told(R"(
  Finance approves sale.launch.gate.pricing
  expect write Price.activate for every Store once
  send PromotionCancelled(id: "P-1")
  expect write Price.withdraw for every Store once
  expect outcome Stopped)") == "");
  CHECK(told(R"(
  Finance approves sale.launch.gate.pricing
  after until 2026-12-14 12:00
  expect outcome Sold
  expect no write Price.withdraw)") == "");
}
