// What becomes of waiting instances when one version of a workflow replaces another.
#include "compiler/ir/breaking.h"

#include <algorithm>

#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {
namespace {

using FindingKind = UpgradeFinding::Kind;
using Verdict = WorkflowUpgrade::Verdict;

const char* const kHold = R"(
  use system erp
  view Shop of erp.A_Store key id { id: StoreId = Plant  label: Text(40) = PlantName required }
  system erp {
    operation Price.hold(promo: Promotion) is write {
      create A_PriceCondition { RetailPromotion: promo.id  Material: promo.article }
      keyed by ConditionReference
      owner StoreOps
    }
    operation Price.free(promo: Promotion) is write {
      call WithdrawPrice(RetailPromotion: promo.id, Plant: "0001")
      idempotent
      owner StoreOps
    }
  }
  policy Gate governs Price.hold, Price.free for (promo: Promotion) { | approval by FinanceManager otherwise }
)";

const char* const kApprove = R"(
  let hold = propose Price.hold(promo) undo Price.free(promo)
  step gate {
    approve hold under Gate as held valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 8 business hours
      on rejected, expired { fail Refused(promo.id) and keep }
      on changed { then ask again }
    }
  }
  write held
  finish Sold(promo.id)
)";

Signature signed_flow(const std::string& body, const std::string& declarations = "", int version = 1) {
  const Program program = compile("module retail.trial\nuse retail.estate\nuse calendar au.trading\n" +
                                  declarations + "\nworkflow Flow(promo: Promotion) key promo.id version " +
                                  std::to_string(version) + " {\n" + body + "\n}\n");
  for (uint32_t i = 0; i < program.abi.workflows.size(); ++i) {
    if (program.abi.workflows[i].name == "retail.trial.Flow") return signature_of(program.abi, i);
  }
  FAIL("no workflow Flow");
  return {};
}

WorkflowUpgrade upgraded(const Signature& before, const Signature& after) {
  const auto all = compare({before}, {after});
  REQUIRE(all.size() == 1);
  return all.front();
}

std::string told(const WorkflowUpgrade& upgrade) {
  std::string text(word(upgrade.verdict));
  for (const UpgradeFinding& finding : upgrade.findings) {
    text += "\n" + std::string(word(finding.kind)) + ": " + finding.subject + " at";
    for (const auto& place : finding.places) text += " " + place.path;
  }
  return text;
}

// Both bodies as versions 1 and 2.
std::string told(const std::string& before, const std::string& after,
                 const std::string& old_declarations = "", const std::string& new_declarations = "") {
  return told(upgraded(signed_flow(before, old_declarations), signed_flow(after, new_declarations, 2)));
}

std::string replaced(std::string text, const std::string& piece, const std::string& by) {
  const size_t at = text.find(piece);
  REQUIRE(at != text.npos);
  return text.replace(at, piece.size(), by);
}

std::string task(const std::string& argument, const std::string& name = "Look") {
  return "task " + name + "(id: " + argument +
         ") to StoreOps within 1 hour { on expired { then continue } }\n";
}

}  // namespace

TEST_SUITE("upgrade signatures") {
  TEST_CASE("a deadline, a comment and a new wording change nothing that instances depend on") {
    const std::string body = task("promo.id") + "finish Sold(promo.id)";
    const WorkflowUpgrade upgrade =
        upgraded(signed_flow(body), signed_flow("-- looked at\n" + replaced(body, "1 hour", "2 hours")));
    CHECK(upgrade.verdict == Verdict::Same);
    CHECK(upgrade.findings.empty());
  }

  TEST_CASE("a wait point that is gone strands who waits there, and a clause could map it") {
    const std::string body = "step gate { " + task("promo.id") + " } finish Sold(promo.id)";
    const WorkflowUpgrade upgrade =
        upgraded(signed_flow(body), signed_flow(replaced(body, "step gate", "step door"), "", 2));
    CHECK(told(upgrade) == "strands\nwait point gone: gate.task.Look at gate.task.Look");
    CHECK(upgrade.findings[0].clause_helps);
    CHECK(upgrade.findings[0].places[0].file == "test.endcap");
    CHECK(upgrade.findings[0].places[0].line > 0);
    CHECK(upgrade.added == std::vector<std::string>{"door.task.Look"});
    CHECK(std::ranges::find(upgrade.unchanged, "start.promo") != upgrade.unchanged.end());
  }

  TEST_CASE("a clause says what took the place of a wait point, for the version it speaks of") {
    const std::string body = "step gate { " + task("promo.id") + " } finish Sold(promo.id)";
    const std::string door = replaced(body, "step gate", "step door");
    const Signature before = signed_flow(body), other = signed_flow(body, "", 2);
    CHECK(told(upgraded(before, signed_flow("upgrades from 1 { step gate becomes door }\n" + door, "", 3))) ==
          "maps");
    CHECK(told(upgraded(before,
                        signed_flow("upgrades from 1 { wait gate.task.Look becomes door.task.Look }\n" + door,
                                    "", 3))) == "maps");
    CHECK(told(upgraded(other, signed_flow("upgrades from 1 { step gate becomes door }\n" + door, "", 3))) ==
          "strands\nwait point gone: gate.task.Look at gate.task.Look");
    const WorkflowUpgrade lost =
        upgraded(before, signed_flow("upgrades from 1 { step hall becomes door }\n" + door, "", 3));
    CHECK(lost.lost == std::vector<std::string>{"hall"});
  }

  TEST_CASE("a clause has a value read again where what finds it is held") {
    const std::string shop =
        "view Shop of erp.A_Store key id { id: StoreId = Plant  label: Text(40) = PlantName required }\n";
    const std::string declarations = "use system erp\n" + shop;
    const std::string old_wait = task("promo.id") + "finish Sold(promo.article)";
    const std::string by_field = "let stock = read Stock(\"0001\", promo.article)\n" + task("promo.id") +
                                 task("stock.available", "Order") + "finish Sold(promo.article)";
    CHECK(told(old_wait, by_field) == "strands\nvalue new: stock at task.Look");
    CHECK(told(old_wait, "upgrades from 1 { let stock = reread }\n" + by_field) == "maps");
    const WorkflowUpgrade moved = upgraded(
        signed_flow(old_wait), signed_flow("upgrades from 1 { let stock = reread }\n" + by_field, "", 2));
    const auto point = std::ranges::find(moved.points, "task.Look", &PointMap::before);
    REQUIRE(point != moved.points.end());
    const auto read =
        std::ranges::find_if(point->values, [](const auto& value) { return value.reread.has_value(); });
    REQUIRE(read != point->values.end());
    CHECK(read->reread->held.size() == 2);
    CHECK(!read->reread->held[0]);       // "0001"
    CHECK(read->reread->held[1] == 0u);  // promo
    // Nothing there finds it.
    const std::string lone = "let promo2 = promo.article\n" + task("promo2") + "finish Sold(promo2)";
    const std::string other =
        "let stock = read Stock(\"0001\", promo.article)\nlet promo2 = promo.article\n" + task("promo2") +
        task("stock.available", "Order") + "finish Sold(promo2)";
    CHECK(told(lone, "upgrades from 1 { let stock = reread }\n" + other) ==
          "strands\nvalue new: stock at task.Look");
    // What is held of an entity finds it with all that this version wants of it.
    const std::string kept = "let shop = read Shop(\"0001\")\n" + task("promo.id") +
                             task("shop.label", "Order") + "finish Sold(promo.id)";
    const std::string more =
        "use system erp\n" + replaced(shop, "required }", "required  city: Text(40) = CityName required }");
    CHECK(told(kept, kept, declarations, more) == "strands\ntype changed: shop at task.Look");
    CHECK(told(kept, "upgrades from 1 { let shop = reread }\n" + kept, declarations, more) == "maps");
  }

  TEST_CASE("a clause gives a value that the old version does not hold, of its type and trusted") {
    const std::string before = task("promo.id") + "finish Sold(promo.id)";
    const std::string after =
        "let wanted = promo.article\n" + task("promo.id") + task("wanted", "Order") + "finish Sold(promo.id)";
    CHECK(told(before, "upgrades from 1 { let wanted = \"none\" }\n" + after) == "maps");
    CHECK(told(before, "upgrades from 1 { }\n" + after) == "strands\nvalue new: wanted at task.Look");
    const std::string advised =
        "let stock = read Stock(\"0001\", promo.article)\nlet wanted = stock.forecast\n" + task("promo.id") +
        task("wanted", "Order") + "finish Sold(promo.id)";
    CHECK(told(before, "upgrades from 1 { let wanted = 5 ea }\n" + advised) ==
          "strands\nvalue new: wanted at task.Look");
  }

  TEST_CASE("what tells an event apart stays, and a new one without a key is heard from then on") {
    const std::string wait =
        "wait until promo.launch at 06:00 zone \"Australia/Sydney\" if late continue {\n"
        "on event PromotionCancelled(id) where id == promo.id { fail Gone(promo.id) }\n}\n"
        "finish Sold(promo.id)";
    CHECK(told(wait, replaced(wait, "where id == promo.id", "")) == "maps");
    CHECK(told(replaced(wait, "where id == promo.id", ""), wait)
              .find("event key changed: PromotionCancelled") != std::string::npos);
    const std::string more =
        replaced(wait, "on event", "on event StockBelow(article) { fail Low(article) }\non event");
    CHECK(told(wait, more) == "maps");
    CHECK(told(wait,
               replaced(more, "StockBelow(article)", "StockBelow(article) where article == promo.article"))
              .find("event new: StockBelow") != std::string::npos);
    CHECK(told(more, wait) == "maps");
  }

  TEST_CASE("a new wait point strands nobody, when the version says that it is another one") {
    const std::string before = task("promo.id") + "finish Sold(promo.id)";
    const std::string after = task("promo.id") + task("promo.id", "Check") + "finish Sold(promo.id)";
    CHECK(told(before, after) == "maps");
    CHECK(told(upgraded(signed_flow(before), signed_flow(after))) ==
          "strands\nversion not raised: retail.trial.Flow at (start)");
    CHECK(told(upgraded(signed_flow(before, "", 3), signed_flow(before, "", 2))) ==
          "strands\nversion not raised: retail.trial.Flow at (start)");
  }

  TEST_CASE("a value that the old version does not keep is named with every wait it is needed after") {
    const std::string before = task("promo.id") + task("promo.id", "Check") + "finish Sold(promo.id)";
    const std::string after = "let wanted = promo.article\n" + task("promo.id") + task("promo.id", "Check") +
                              task("wanted", "Order") + "finish Sold(promo.id)";
    const WorkflowUpgrade upgrade = upgraded(signed_flow(before), signed_flow(after, "", 2));
    CHECK(told(upgrade) == "strands\nvalue new: wanted at task.Check task.Look");
    CHECK(upgrade.findings[0].after == "ArticleId");
    CHECK(upgrade.findings[0].clause_helps);
    CHECK(told(after, before) == "strands\nwait point gone: task.Order at task.Order");
  }

  TEST_CASE("a question keeps what is asked and what is answered, and nothing else of its advisor") {
    const std::string advisor =
        "advisor Model(article: ArticleId) -> Qty<ea> {\n  timeout 30 s\n  confidence at least 60%\n}\n";
    const std::string body =
        "let units = ask Model(promo.article) or else 5 ea\n" + task("units") + "finish Sold(promo.id)";
    const auto becomes = [&](const std::string& changed) { return told(body, body, advisor, changed); };
    CHECK(becomes(replaced(advisor, "30 s\n  confidence at least 60%", "5 min\n  fresh within 1 day")) ==
          "same");
    CHECK(becomes(replaced(advisor, "article: ArticleId", "id: ArticleId")) ==
          "strands\npayload changed: Model at units");
    CHECK(told(body, replaced(body, "5 ea", "6 ea"), advisor, advisor) == "same");
    const std::string renamed = replaced(body, "ask Model", "ask Other");
    CHECK(told(body, renamed, advisor, replaced(advisor, "Model", "Other")) ==
          "strands\npayload changed: Model at units");
  }

  TEST_CASE("a value keeps its type and its label") {
    const std::string read =
        "let stores = read promo.stores\nfor each store in stores parallel 5 {\n"
        "let stock = read Stock(store.id, promo.article)\nlet units = stock.available\n" +
        task("promo.id") + task("units", "Count") + "}\nfinish Sold(promo.id)";
    CHECK(told(read, replaced(read, "stock.available", "stock.available > 0 ea")) ==
          "strands\ntype changed: units at [store].task.Look");
    CHECK(told(read, replaced(read, "stock.available", "stock.forecast")) ==
          "strands\nlabel changed: units at [store].task.Look");
  }

  const std::string kStock = "let stock = read Stock(\"0001\", promo.article)\n";

  TEST_CASE("what advice has decided by sending instances to a wait is not forgotten") {
    const std::string chosen = kStock + "when stock.forecast > 5 ea { " + task("promo.id", "High") +
                               " } otherwise { " + task("promo.id", "Low") + " }\nfinish Sold(promo.id)";
    const std::string known = replaced(chosen, "stock.forecast > 5 ea", "promo.price > AUD 10.00");
    CHECK(told(chosen, chosen) == "same");
    CHECK(told(chosen, known) ==
          "strands\ncontrol changed: task.High at task.High\ncontrol changed: task.Low at task.Low");
    CHECK(told(known, chosen) == "maps");
    const std::string moved = "upgrades from 1 { wait task.High becomes task.Top }\n" +
                              replaced(replaced(known, "task High", "task Top"), "task Low", "task Low");
    CHECK(told(chosen, moved) ==
          "strands\ncontrol changed: task.High at task.Top\ncontrol changed: task.Low at task.Low");
    // Whom advice holds back does not come to the wait.
    const std::string held = kStock + "when stock.forecast > 5 ea { finish Held(promo.id) }\n" +
                             task("promo.id") + "finish Sold(promo.id)";
    CHECK(told(held, replaced(held, "stock.forecast", "stock.available")) == "same");
  }

  TEST_CASE("elements that advice has chosen stay so, and those that have not begun too") {
    const std::string loop = "let stores = read promo.stores\n" + kStock +
                             "for each store in stores where stock.forecast > 5 ea parallel 5 {\n" +
                             task("promo.id") + "}\nfinish Sold(promo.id)";
    CHECK(told(loop, replaced(loop, "stock.forecast", "stock.available")) ==
          "strands\ncontrol changed: [store].task.Look at [store].task.Look\n"
          "control changed: each (start) at each (start)");
  }

  TEST_CASE("a grant that was asked for without knowing the advice is not used for it later") {
    const std::string approve =
        "approve hold under Gate as held valid until promo.end at 23:59 zone \"Australia/Sydney\" {\n"
        "within 8 business hours\non rejected, expired { fail Refused(promo.id) and keep }\n"
        "on changed { then ask again } }\n";
    const std::string reads = kStock + "let other = read Stock(\"0002\", promo.article)\n" +
                              "let hold = propose Price.hold(promo) undo Price.free(promo)\n";
    const std::string around = reads + "when stock.forecast > 5 ea {\n" + approve +
                               "when other.forecast > 5 ea { " + task("promo.id") +
                               " }\nwrite held\n}\nfinish Sold(promo.id)";
    const std::string inside = reads + "when stock.forecast > 5 ea {\nwhen other.forecast > 5 ea {\n" +
                               approve + task("promo.id") + "write held\n} }\nfinish Sold(promo.id)";
    // Nobody was asked knowing of the other; at the task, it has led there.
    CHECK(told(around, inside, kHold, kHold) ==
          "strands\ngrant unasked: held at held task.Look write.Price.hold write.Price.hold.again\n"
          "grant unasked: held at task.Look");
  }

  const std::string kTwo = R"(
    let hold = propose Price.hold(promo) undo Price.free(promo)
    let two = propose Price.hold(promo) undo Price.free(promo)
    step gate {
      approve hold, two under Gate as held valid until promo.end at 23:59 zone "Australia/Sydney" {
        within 8 business hours
        on rejected, expired { fail Refused(promo.id) and keep }
        on changed { then ask again }
      }
    }
  )";
  const std::string kEach = R"(
    let stores = read promo.stores
    let prices = propose for each store in stores { Price.hold(promo) undo Price.free(promo) }
    step gate {
      approve prices under Gate as held valid until promo.end at 23:59 zone "Australia/Sydney" {
        within 8 business hours
        on rejected, expired { fail Refused(promo.id) and keep }
        on changed { then ask again }
      }
    }
  )";

  TEST_CASE("what may have been written before a wait is not written behind it") {
    const std::string first = kTwo + "step one { write held for hold }\n" + task("promo.id") +
                              "step two { write held for two }\nfinish Sold(promo.id)";
    const std::string later = kTwo + task("promo.id") +
                              "step one { write held for hold }\nstep two { write held for two }\n"
                              "finish Sold(promo.id)";
    CHECK(told(first, first, kHold, kHold) == "same");
    CHECK(told(first, later, kHold, kHold) == "strands\nwritten already: held at task.Look");
    CHECK(told(later, first, kHold, kHold) == "same");  // it is not written any more
    const WorkflowUpgrade upgrade = upgraded(signed_flow(first, kHold), signed_flow(later, kHold, 2));
    CHECK(describe(upgrade.findings.at(0)) ==
          "`hold` of `held` may have been written before the wait, and is written behind it now");
  }

  TEST_CASE("a round of a loop has written its own line or not, and what is behind may find any written") {
    const std::string loop = "for each store in stores {\n", write = "write held for store\n";
    const std::string end = "\nfinish Sold(promo.id)";
    const std::string before = kEach + loop + write + task("promo.id") + "}" + end,
                      behind = kEach + loop + task("promo.id") + write + "}" + end,
                      apart = kEach + loop + task("promo.id") + "}\nstep act { " + loop + write + "} }" + end;
    CHECK(told(behind, behind, kHold, kHold) == "same");
    CHECK(told(behind, replaced(behind, "within 1 hour", "within 2 hours"), kHold, kHold) == "same");
    const std::string reordered = told(before, behind, kHold, kHold);
    INFO(reordered);
    CHECK(reordered.find("written already: held at ") != std::string::npos);
    CHECK(told(behind, apart, kHold, kHold).find("written already: held at ") != std::string::npos);
    CHECK(told(behind, before, kHold, kHold) == "maps");
  }

  TEST_CASE("an element has written its own line, and not what the others have") {
    const std::string loop = "for each store in stores parallel 5 {\n", write = "write held for store\n";
    const std::string end =
        "\nstep act { for each store in stores { task Tell(id: store.id) to StoreOps within 1 hour "
        "{ on expired { then continue } } } }\nfinish Sold(promo.id)";
    const std::string behind = kEach + loop + task("promo.id") + write + "}" + end;
    const Signature signature = signed_flow(behind, kHold);
    const SignaturePoint* look = signature.find("[store].task.Look");
    REQUIRE(look != nullptr);
    CHECK(look->written.empty());
    CHECK(look->ahead == std::vector<std::string>{"held: prices"});
    const SignaturePoint* own = signature.find("[store].write.Price.hold");
    REQUIRE(own != nullptr);
    CHECK(own->written.empty());
    CHECK(told(behind, behind, kHold, kHold) == "same");
  }

  TEST_CASE("a grant is over the payload that was shown") {
    CHECK(told(kApprove, kApprove, kHold, kHold) == "same");
    const std::string other = replaced(kHold, "  Material: promo.article", "");
    CHECK(told(kApprove, kApprove, kHold, other) ==
          "strands\npayload changed: held at gate.held write.Price.hold write.Price.hold.again");
  }

  TEST_CASE("a grant is open under the policy that was asked") {
    const std::string changed = told(kApprove, replaced(kApprove, "under Gate", "under Door"), kHold,
                                     replaced(kHold, "policy Gate", "policy Door"));
    CHECK(changed.find("policy changed: held at") != changed.npos);
  }

  TEST_CASE("an approval may turn to be decided by line, and not back while lines may have been refused") {
    const std::string whole =
        replaced(replaced(replaced(kApprove, "  step gate {",
                                   "  let stores = read promo.stores\n  let prices = propose for each "
                                   "store in stores { Price.hold(promo) }\n  step gate {"),
                          "approve hold", "approve hold, prices"),
                 "write held", "write held for hold\n  for each store in stores { write held for store }");
    const std::string by_line = replaced(whole, "within 8", "by line on refused { then continue } within 8");
    CHECK(told(whole, by_line, kHold, kHold) == "maps");
    const std::string back = told(by_line, whole, kHold, kHold);
    INFO(back);
    CHECK(back.find("strands\n") == 0);
    CHECK(back.find("whole again: held at ") != back.npos);
  }

  TEST_CASE("a policy that has to grant too is another policy, and their order is none") {
    const std::string door =
        "policy Door governs Price.hold, Price.free for (promo: Promotion) { | approval by StoreOps "
        "otherwise }\n";
    const std::string both = replaced(kApprove, "under Gate", "under Gate, Door");
    const std::string changed = told(kApprove, both, kHold, kHold + door);
    CHECK(changed.find("policy changed: held at") != changed.npos);
    CHECK(told(both, replaced(kApprove, "under Gate", "under Door, Gate"), kHold + door, kHold + door) ==
          "same");
  }

  TEST_CASE("what a loop runs over and collects is part of where its elements wait") {
    const std::string body =
        "let stores = read promo.stores\nfor each store in stores parallel 5 collect found {\n" +
        task("store.id") + "yield store.region\n}\n" + task("promo.id", "Done") + "finish Sold(promo.id)";
    const std::string changed = told(body, replaced(body, "yield store.region", "yield store.name"));
    CHECK(changed.find("element changed: found at found") != changed.npos);
  }

  TEST_CASE("a frozen read is of the properties it was taken from") {
    const std::string body = "let shop = read Shop(\"0001\")\n" + task("promo.id") +
                             task("shop.label", "Look2") + "finish Sold(promo.id)";
    const std::string changed =
        told(body, body, kHold, replaced(kHold, "label: Text(40) = PlantName", "label: Text(40) = CityName"));
    CHECK(changed == "strands\nprojection changed: shop at task.Look");
  }

  TEST_CASE("a workflow that comes is new, one that goes strands all of its instances") {
    const Signature signature = signed_flow(task("promo.id") + "finish Sold(promo.id)");
    CHECK(compare({}, {signature}).at(0).verdict == Verdict::New);
    const WorkflowUpgrade gone = compare({signature}, {}).at(0);
    CHECK(gone.new_version == 0);
    CHECK(told(gone) == "strands\nworkflow gone: retail.trial.Flow at start.promo task.Look");
  }

  TEST_CASE("the JSON is stable and says what is open at a wait point") {
    const Signature signature = signed_flow(kApprove, kHold);
    CHECK(to_json(signature, -1) == to_json(signed_flow(kApprove, kHold), -1));
    const json parsed = json::parse(to_json(signature, 2));
    CHECK(parsed["signature"] == signature.hash);
    CHECK(parsed["signature"].get<std::string>().size() == 64);
    for (const json& point : parsed["points"]) {
      if (point["path"] != "gate.held") continue;
      CHECK(point["kind"] == "approve");
      CHECK(point["grants"][0]["policy"] == "Gate");
      CHECK(point["grants"][0]["proposals"][0]["operation"] == "Price.hold");
      CHECK(point["grants"][0]["proposals"][0]["payload"] == parsed["payloads"]["Price.hold"]);
      return;
    }
    FAIL("no wait point gate.held");
  }

  TEST_CASE("every finding has words and a remedy") {
    for (int kind = 0; kind <= static_cast<int>(FindingKind::WholeAgain); ++kind) {
      const UpgradeFinding finding{static_cast<FindingKind>(kind), "x", "a", "b", {}, false};
      CHECK_FALSE(describe(finding).empty());
      CHECK_FALSE(remedy(finding, {}).empty());
      CHECK_FALSE(word(finding.kind).empty());
    }
  }
}

TEST_CASE(
    "a workflow that is run is a part of the one that runs it: its waits are matched, and whose they are") {
  const auto with = [](const std::string& inner, const std::string& name = "Review", int version = 1) {
    return signed_flow("step gate { run " + name + "(promo) as review }\nfinish Sold(review.id)",
                       "workflow " + name + "(promo: Promotion) {" + inner + " finish Reviewed(promo.id) }",
                       version);
  };
  const std::string look = "task Look(promo.id) to StoreOps within 1 hour { on expired { then continue } }";
  const std::string again = "task Again(promo.id) to StoreOps within 1 hour { on expired { then continue } }";
  const Signature before = with(look);
  REQUIRE(before.find("gate.review.task.Look") != nullptr);
  CHECK(upgraded(before, with(look + again, "Review", 2)).verdict == Verdict::Maps);
  const WorkflowUpgrade gone = upgraded(before, with(again, "Review", 2));
  REQUIRE(gone.findings.size() == 1);
  CHECK(gone.findings[0].kind == FindingKind::PointGone);
  CHECK(gone.findings[0].subject == "gate.review.task.Look");
  const WorkflowUpgrade other = upgraded(before, with(look, "Check", 2));
  REQUIRE(other.findings.size() == 1);
  CHECK(other.findings[0].kind == FindingKind::KindChanged);
}

}  // namespace endcap::ir::testing
