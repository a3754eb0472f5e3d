// The dated timeline: what the engine would do, told with dates and reasons.
#include "tests/unit/tools/explain_time/fixture.h"

#include <nlohmann/json.hpp>

using namespace endcap;
using namespace endcap::explain;

TEST_CASE("where nobody answers, every reminder, escalation and deadline has its date and its rule") {
  CHECK(timeline({}) == R"(Fri 2026-11-20 14:00    starts, key P-1
Fri 2026-11-20 14:00    gate.pricing: asks Finance, until Mon 2026-11-23 14:00
                        8 business hours after Fri 14:00; office is closed Fri 17:00 to Mon 09:00
Fri 2026-11-20 16:00    gate.pricing: reminds Finance
                        2 business hours after Fri 14:00
Mon 2026-11-23 10:00    gate.pricing: escalates to Planner
                        4 business hours after Fri 14:00; office is closed Fri 17:00 to Mon 09:00
Mon 2026-11-23 14:00    gate.pricing: nobody has answered: it expires
                        8 business hours after Fri 14:00; office is closed Fri 17:00 to Mon 09:00
Mon 2026-11-23 14:00    fails: NoAnswer (id P-1)
)");
}

TEST_CASE("what if finance answers on Friday at 17:10?") {
  CHECK(timeline({"finance answers on Friday at 17:10"}) == R"(Fri 2026-11-20 14:00    starts, key P-1
Fri 2026-11-20 14:00    gate.pricing: asks Finance, until Mon 2026-11-23 14:00
                        8 business hours after Fri 14:00; office is closed Fri 17:00 to Mon 09:00
Fri 2026-11-20 16:00    gate.pricing: reminds Finance
                        2 business hours after Fri 14:00
Fri 2026-11-20 17:10    gate.pricing: fay approves as Finance
Fri 2026-11-20 17:10    gate.pricing: is granted, to be used until Mon 2026-12-14 23:59
Fri 2026-11-20 17:10    act [1001]: waits until Tue 2026-12-01 06:00
                        promo.launch at 06:00 zone store.timeZone
Fri 2026-11-20 17:10    act [6001]: waits until Tue 2026-12-01 09:00
                        promo.launch at 06:00 zone store.timeZone
                        which is Tue 2026-12-01 06:00 in Australia/Perth
Tue 2026-12-01 06:00    act [1001]: writes Price.activate
Tue 2026-12-01 09:00    act [6001]: writes Price.activate
Tue 2026-12-01 09:00    ends: Opened (id P-1)
)");
}

TEST_CASE("the beginning of a role's name is whichever of these roles is asked") {
  const std::string said = "finance answers on Friday at 17:10";
  CHECK(timeline({said}, {}, "role FinanceChief\n" + kOpening + kStory) == timeline({said}));
}

TEST_CASE("a model is not asked: what stands behind `or else` counts, and the timeline says so") {
  std::string asking = kOpening;
  asking.replace(asking.find("  let stores"), 0, "  let units = ask Uplift(promo.article) or else 5 ea\n");
  const std::string told =
      timeline({}, {}, "advisor Uplift(article: ArticleId) -> Qty<ea> { timeout 30 s }\n" + asking + kStory);
  CHECK(told.find(
            "Fri 2026-11-20 14:00    units: goes on with what stands behind `or else`: Uplift is not asked "
            "here\n") != std::string::npos);
}

TEST_CASE("an answer at the deadline comes too late, as it would on the day") {
  const std::string told = timeline({"Finance approves gate.pricing Monday 14:00"});
  CHECK(told.find("fails: NoAnswer") != std::string::npos);
  const std::string said = timeline({"Finance rejects gate.pricing Monday 13:59"});
  CHECK(said.find("Mon 2026-11-23 13:59    gate.pricing: fay rejects as Finance\n") != std::string::npos);
  CHECK(said.find("fails: Refused (id P-1)") != std::string::npos);
  const auto late = explained({"Finance approves gate.pricing Tuesday 09:00"});
  REQUIRE(late.has_value());
  CHECK(late->end == "failed");
  CHECK(late->in_vain.at(0).starts_with("Finance approves gate.pricing Tuesday 09:00: "));
}

TEST_CASE("what if finance refuses a line?") {
  std::string by_line = kOpening;
  by_line.replace(by_line.find("      within 8"), 0, "      by line\n      on refused { then skip }\n");
  const std::string told =
      timeline({"finance approves gate.pricing except 6001 Friday 17:10"}, {}, by_line + kStory);
  CHECK(told.find("gate.pricing: fay approves as Finance, except for 6001\n") != std::string::npos);
  CHECK(told.find("act [1001]: writes Price.activate\n") != std::string::npos);
  CHECK(told.find("act [6001]: Price.activate is not written: it was refused\n") != std::string::npos);
  CHECK(told.find("act [6001]: writes") == std::string::npos);
}

TEST_CASE("who comes after the decision is refused in the engine's words") {
  const std::string told = timeline({"Finance approves gate.pricing Friday 15:00", "pia rejects Friday 15:30",
                                     "Clerk does Unlock Friday 15:00"});
  CHECK(told.find("Fri 2026-11-20 15:30    gate.pricing: pia can't answer: task ") != std::string::npos);
  CHECK(told.find("approved by fay on Fri 2026-11-20 15:00") != std::string::npos);
  CHECK(told.find("Did not happen: Clerk does Unlock Friday 15:00: nobody was asked that") !=
        std::string::npos);
}

TEST_CASE("an event, its values taken from what the workflow is about") {
  const std::string told = timeline({"event PromotionCancelled Saturday 10:00"});
  CHECK(told.find("Sat 2026-11-21 10:00    fails: Cancelled (id P-1)") != std::string::npos);
}

TEST_CASE("a system that is away: attempts, then it stands still, as it would") {
  const std::string told =
      timeline({"Finance answers Friday 15:00",
                "Price.activate is unavailable from 2026-12-01 00:00 until 2026-12-01 06:01"});
  CHECK(told.find("Price.activate gets no answer: it is tried again") != std::string::npos);
  CHECK(told.find("Tue 2026-12-01 09:00    act [6001]: writes Price.activate") != std::string::npos);
  CHECK(timeline({"Finance answers Friday 15:00",
                  "erp is unavailable from 2026-12-01 00:00 until 2026-12-09 00:00"})
            .find("stands still until a person resumes it") != std::string::npos);
}

TEST_CASE("arguments go over the test's data, and the start over the test's start") {
  Question question;
  question.start = "2026-11-23 10:00";
  question.arguments = {"promo.launch=2026-12-03", "Store.timeZone=Australia/Perth"};
  const std::string told = timeline({"Finance answers Tuesday 09:00"}, question);
  CHECK(told.starts_with("Mon 2026-11-23 10:00    starts"));
  CHECK(told.find("act [1001, 6001]: waits until Thu 2026-12-03 09:00") != std::string::npos);
}

TEST_CASE("without a test everything is made up, and told") {
  Question question;
  question.start = "2026-11-20 14:00";
  question.arguments = {"promo=P-7", "promo.landedCost=91.00", "promo.price=AUD 100.00"};
  const auto told = explained({"Finance answers after 3 business hours"}, question, kOpening);
  REQUIRE(told.has_value());
  CHECK(told->key == "P-7");
  CHECK(told->end == "finished");
  REQUIRE(told->assumed.size() == 2);
  CHECK(told->assumed[0] == "Promotion P-7: article article, launch 2026-12-04, end 2026-12-18");
  CHECK(told->assumed[1] == "Store 1: name name, region reg, timeZone Australia/Sydney");
}

TEST_CASE("a question that can't be understood is answered with what was meant") {
  CHECK(timeline({"Finance approves"}).starts_with("--given \"Finance approves\" says too little: "));
  CHECK(timeline({"Finanz answers Friday 17:10"}) ==
        "--given \"Finanz answers Friday 17:10\": Finanz is no role and nobody in endcap.toml; did you mean "
        "Finance?");
  CHECK(timeline({"Finance answers Fryday 17:10"}) ==
        "--given \"Finance answers Fryday 17:10\": Fryday is no day, and no approval or task of the "
        "workflow: there "
        "are gate.pricing, Unlock");
  CHECK(timeline({"Finance answers gate.pricing Friday"}).find("is no moment") != std::string::npos);
  CHECK(timeline({"event PromotionCanceled Friday 10:00"}).find("did you mean PromotionCancelled?") !=
        std::string::npos);
  Question question;
  question.arguments = {"promo.lunch=2026-12-01"};
  CHECK(timeline({}, question) ==
        "--argument \"promo.lunch=2026-12-01\": Promotion has no field lunch; did you mean launch?");
  question.arguments = {"promo.launch=soon"};
  CHECK(timeline({}, question).starts_with("--argument \"promo.launch=soon\": "));
  question = {};
  question.like = "three cities";
  CHECK(timeline({}, question) ==
        "no test of this workflow has \"three cities\" in its name. There are \"two cities\"");
}

TEST_CASE("programs get the same as JSON") {
  const auto told = explained({});
  REQUIRE(told.has_value());
  const auto json = nlohmann::json::parse(json_text(*told));
  CHECK(json["end"] == "failed");
  const auto& asked = json["timeline"][1];
  CHECK(asked["kind"] == "asked");
  CHECK(asked["local"] == "Fri 2026-11-20 14:00");
  CHECK(asked["time"] == "2026-11-20T03:00:00Z");
  CHECK(asked["rule"]["words"] == "8 business hours");
  CHECK(asked["rule"]["closed"][0]["from"] == "2026-11-20T06:00:00Z");
}

TEST_CASE("a step that is due: what people may take, why that is no bound, and when it is late") {
  const std::string ready = R"(
use calendar office
workflow Ready(promo: Promotion) key promo.id {
  step check {
    due promo.launch at 06:00 zone "Australia/Sydney"
    task Check(promo.id) to Clerk within 4 business hours { on expired { then continue } }
    let stores = read promo.stores
    task Look(promo.id) to Planner within 20 days { on expired { then continue } }
  }
  finish Ready(promo.id)
}
)";
  Question question;
  question.start = "2026-11-20 14:00";
  question.arguments = {"promo.launch=2026-12-01"};
  const auto told = explained({"Planner does Look 2026-12-02 09:00"}, question, ready);
  REQUIRE(told.has_value());
  REQUIRE(told->dues.size() == 1);
  CHECK(told->dues[0] ==
        "Step check is due promo.launch at 06:00 zone \"Australia/Sydney\"; the longest that is given to "
        "people: 4 h of "
        "business time and 20 days. That is no bound, because systems take the time they take, and what "
        "nobody handles "
        "stands still until a person resumes it");
  CHECK(timeline({"Planner does Look 2026-12-02 09:00"}, question, ready) ==
        R"(Fri 2026-11-20 14:00    starts, key promo-1
Fri 2026-11-20 14:00    check: is due Tue 2026-12-01 06:00
                        due promo.launch at 06:00 zone "Australia/Sydney"
Fri 2026-11-20 14:00    check.task.Check: gives Clerk the task Check, until Mon 2026-11-23 10:00
                        4 business hours after Fri 14:00; office is closed Fri 17:00 to Mon 09:00
Mon 2026-11-23 10:00    check.task.Check: nobody has done Check: it expires
                        4 business hours after Fri 14:00; office is closed Fri 17:00 to Mon 09:00
Mon 2026-11-23 10:00    check.task.Look: gives Planner the task Look, until Sun 2026-12-13 10:00
                        20 days after Mon 10:00
Tue 2026-12-01 06:00    check: is late
                        due promo.launch at 06:00 zone "Australia/Sydney"
Wed 2026-12-02 09:00    check.task.Look: pia does Look
Wed 2026-12-02 09:00    check: is over; it was due Tue 2026-12-01 06:00
Wed 2026-12-02 09:00    ends: Ready (id promo-1)
)");
}

namespace {

const std::string kCounting = R"(
use calendar office
record Count { units: Qty<ea>, damaged: Qty<ea>, remark: optional Text(20) }
workflow Counting(promo: Promotion) key promo.id {
  task CountShelf(article: promo.article) to Clerk within 4 hours as count {
    answers Count(damaged: 0 ea)
    on expired { fail NotCounted(promo.id) }
  }
  finish Counted(left: count.units - count.damaged)
}
test "one shelf" {
  given Promotion(id: "P-1", article: "AC-100", price: AUD 100.00, landedCost: AUD 91.00, launch: 2026-12-01, end: 2026-12-14)
  start Counting(Promotion("P-1")) at 2026-11-20 09:00 zone "Australia/Sydney"
  expect task CountShelf of Clerk
}
)";

}  // namespace

TEST_CASE("people answer what a task asks for; what is not said is made up and told so") {
  const auto said = explained({"Clerk does CountShelf units=12 today 10:00"}, {}, kCounting);
  REQUIRE(said.has_value());
  CHECK(said->assumed.empty());
  CHECK(human_text(*said).find(" does CountShelf (units") != std::string::npos);
  CHECK(human_text(*said).find("ends: Counted (left {\"amount\":\"12.000\",\"unit\":\"ea\"})") !=
        std::string::npos);
  const auto made_up = explained({"Clerk does CountShelf today 10:00"}, {}, kCounting);
  REQUIRE(made_up.has_value());
  REQUIRE(made_up->assumed.size() == 1);
  CHECK(made_up->assumed[0] == "CountShelf is answered with units 10.000");
  const auto wrong = explained({"Clerk does CountShelf pieces=12 today 10:00"}, {}, kCounting);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().why ==
        "--given \"Clerk does CountShelf pieces=12 today 10:00\": CountShelf asks for no pieces: there are "
        "units, "
        "damaged, remark");
}
