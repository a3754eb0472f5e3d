// Reads, tasks, conditions and loops, from text to the steps of an instance.
#include <algorithm>

#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {

using abi::Exit;
using abi::WaitKind;

TEST_CASE("a view parameter is given by its key and read before anything else") {
  TextFlow flow("finish Sold(promo.id)");
  Instance instance = flow.start_unread("P-1");
  REQUIRE(instance->exit == Exit::Park);
  CHECK(instance->path == "start.promo");
  CHECK(instance->point->kind == WaitKind::ReadView);
  CHECK(instance->operands == std::vector<json>{"P-1"});
  instance.ok(promotion());
  REQUIRE(instance->exit == Exit::Finish);
  CHECK(instance->outcome == "Sold");
  CHECK(instance->record.dump().find("P-1") != std::string::npos);
}

TEST_CASE("what no handler takes suspends the instance at its wait") {
  TextFlow flow("finish Sold(promo.id)");
  Instance instance = flow.start_unread("P-1");
  instance.unavailable();
  REQUIRE(instance->exit == Exit::Faulted);
  CHECK(instance->fault == FaultKind::Unhandled);
}

TEST_CASE("a condition takes the first arm that holds") {
  TextFlow flow(
      R"(
    when margin(promo) >= 12% { finish Rich(promo.id) }
    otherwise when margin(promo) >= 8% { finish Fair(promo.id) }
    otherwise { finish Poor(promo.id) }
  )",
      "function margin(promo: Promotion) -> Ratio = (promo.price - promo.landedCost) / promo.price");
  auto outcome = [&](const std::string& cost) { return flow.start(promotion("100.00", cost))->outcome; };
  CHECK(outcome("88.00") == "Rich");
  CHECK(outcome("88.01") == "Fair");
  CHECK(outcome("92.00") == "Fair");
  CHECK(outcome("92.01") == "Poor");
  CHECK(flow.start(promotion("0.00", "1.00"))->fault == FaultKind::DivisionByZero);
}

TEST_CASE("a navigation is read by the key of its owner, and only what is used later lives on") {
  TextFlow flow(R"(
    let stores = read promo.stores
    when count of stores == 2 { finish Two(promo.id) }
    finish Other(promo.id)
  )");
  Instance instance = flow.start(promotion());
  REQUIRE(instance->point->kind == WaitKind::ReadNavigation);
  CHECK(instance->operands == std::vector<json>{"P-1"});
  CHECK(instance->live == std::vector<std::string>{"promo"});
  CHECK(instance.ok({store("0001"), store("0002")})->outcome == "Two");
}

TEST_CASE("elements are given what they use, yield, and the list of what they yielded goes on") {
  TextFlow flow(R"(
    let stores = read promo.stores
    step coverage {
      for each store in stores where store.region == "NSW" parallel 5 collect plans {
        let stock = read Stock(store.id, promo.article)
        when stock.available > 10 ea { skip }
        yield Plan(store: store, units: stock.available)
      }
    }
    when count of plans == 1 { finish One(promo.id) }
    finish Other(promo.id)
  )",
                "record Plan { store: Store, units: Qty<ea> }");
  Instance main = flow.start(promotion());
  json elsewhere = store("0009");
  elsewhere["region"] = "WA";
  main.ok({store("0001"), elsewhere, store("0002")});
  REQUIRE(main->point->kind == WaitKind::ForEach);
  CHECK(main->point->parallel == 5);
  REQUIRE(main->operands[0].size() == 2);  // the filter ran first
  CHECK(main->operands[0][1]["id"] == "0002");

  Instance element = main.element(1);
  REQUIRE(element->point->kind == WaitKind::ReadOperation);
  SUBCASE("yields") {
    element.ok(stock("0002", "4", "20"));
    REQUIRE(element->exit == Exit::Yield);
    CHECK(element->record["store"]["id"] == "0002");
    json plans = json::array({element->record});
    main.ok(plans);
    CHECK(main->outcome == "One");
  }
  SUBCASE("is skipped") { CHECK(element.ok(stock("0002", "11", "20"))->exit == Exit::Skip); }
}

TEST_CASE("a task hands over what its form comes with, and goes on with what was filled in") {
  const TextFlow flow(R"(
    let position = read Stock("1001", promo.article)
    task Count(article: promo.article) to StoreOps within 4 hours as count {
      answers Shelf(guess: position.forecast, units: position.available)
      on expired { then continue with Shelf(units: 1 ea, guess: 2 ea) }
    }
    finish Counted(units: count.units, guess: count.guess, remark: count.remark or else "none")
  )",
                      "record Shelf { units: Qty<ea>, guess: Qty<ea>, remark: optional Text(20) }");
  Instance instance = flow.start(promotion());
  instance.ok(stock("1001", "11", "20"));
  REQUIRE(instance->point->kind == WaitKind::Task);
  const abi::WaitPoint& point = *instance->point;
  const auto& fields = flow.program().types[point.input].fields;
  REQUIRE(point.prefilled.size() == 2);
  CHECK(fields[point.prefilled[0].field].name == "guess");
  CHECK(point.prefilled[0].trust == abi::Trust::Advice);
  CHECK(instance->operands[point.prefilled[0].operand] == ea("20.000"));
  CHECK(fields[point.prefilled[1].field].name == "units");
  CHECK(point.prefilled[1].trust == abi::Trust::Trusted);
  CHECK(instance->operands[point.prefilled[1].operand] == ea("11.000"));
  SUBCASE("a person has answered") {
    instance.ok({{"units", ea("12")}, {"guess", ea("20")}, {"remark", "torn"}});
    CHECK(instance->record["units"] == ea("12.000"));
    CHECK(instance->record["remark"] == "torn");
  }
  SUBCASE("nobody has") {
    instance.expired();
    CHECK(instance->record["units"] == ea("1.000"));
    CHECK(instance->record["remark"] == "none");
  }
  CHECK(instance->outcome == "Counted");
}

TEST_CASE("a loop in sequence waits in every round and keeps its place") {
  TextFlow flow(R"(
    let stores = read promo.stores
    for each store in stores where store.region == "NSW" {
      task Visit(store: store.id) to StoreOps within 4 business hours { on expired { then skip } }
      task Check(store: store.id) to StoreOps within 1 hour { on expired { fail Lost(promo.id) } }
    }
    finish Visited(promo.id)
  )");
  Instance instance = flow.start(promotion());
  json elsewhere = store("0009");
  elsewhere["region"] = "WA";
  instance.ok({store("0001"), elsewhere, store("0002")});
  REQUIRE(instance->point->kind == WaitKind::Task);
  CHECK(instance->point->label == "Visit");
  REQUIRE(instance->point->within.has_value());
  CHECK(instance->point->within->calendar.has_value());
  CHECK(instance->operands[0]["store"] == "0001");
  CHECK(instance.ok()->point->label == "Check");
  CHECK_FALSE(instance->point->within->calendar.has_value());
  instance.ok();
  CHECK(instance->operands[0]["store"] == "0002");
  CHECK(instance->point->label == "Visit");
  CHECK(instance.expired()->outcome == "Visited");  // skips the rest of the round, and it was the last
}

TEST_CASE("branches get what they use and end by themselves") {
  TextFlow flow(R"(
    step go together {
      branch shops { task Open(promotion: promo.id) to StoreOps within 1 hour { on expired { fail Lost(promo.id) } } }
      branch web { task Publish(article: promo.article) to Merchandiser within 1 hour { on expired { then continue } } }
    }
    finish Open(promo.id)
  )");
  Instance main = flow.start(promotion());
  REQUIRE(main->point->kind == WaitKind::Together);
  REQUIRE(main->point->branches.size() == 2);
  CHECK(main->point->branches[1].name == "web");
  Instance shops = main.branch(0), web = main.branch(1);
  CHECK(shops->operands[0]["promotion"] == "P-1");
  CHECK(web->operands[0]["article"] == "AC-100");
  CHECK(web.ok()->exit == Exit::Done);
  CHECK(shops.expired()->outcome == "Lost");
  CHECK(main.ok()->outcome == "Open");
}

TEST_CASE("an ask goes on with the answer, or with the alternative, which is computed only then") {
  TextFlow flow(
      R"(
    let forecasts = ask UpliftModel(promo.article, ["0001"]) or else per_day(promo)
    task Look(forecasts: forecasts) to StoreOps within 1 hour { on expired { then continue } }
    finish Sold(promo.id)
  )",
      R"(function per_day(promo: Promotion) -> list of Forecast =
      [Forecast(store: "0002", units: round 130 ea * (1 / (promo.end - promo.launch)) to 0 places half up)])");
  Instance answered = flow.start(promotion());
  REQUIRE(answered->point->kind == WaitKind::Ask);
  CHECK(answered->path == "forecasts");
  CHECK(answered->operands == std::vector<json>{{{"article", "AC-100"}, {"stores", {"0001"}}}});
  const json forecast = {{"store", "0001"}, {"units", ea("31")}};
  answered.ok(json::array({forecast}));
  REQUIRE(answered->point->kind == WaitKind::Task);
  CHECK(answered->operands[0].dump().find("31.000") != std::string::npos);

  Instance otherwise = flow.start(promotion());
  otherwise.unavailable();
  REQUIRE(otherwise->point->kind == WaitKind::Task);
  CHECK(otherwise->operands[0].dump().find("10.000") != std::string::npos);

  json one_day = promotion();
  one_day["end"] = one_day["launch"];
  Instance without = flow.start(one_day);
  REQUIRE(without->point->kind == WaitKind::Ask);
  without.unavailable();
  CHECK(without->fault == FaultKind::DivisionByZero);
}

TEST_CASE("what an ask gave is advice in every frame, the alternative too") {
  TextFlow flow(R"(
    let forecasts = ask UpliftModel(promo.article, ["0001"]) or else []
    task Look(id: promo.id) to StoreOps within 1 hour { on expired { then continue } }
    task Show(forecasts: forecasts) to StoreOps within 1 hour { on expired { then continue } }
    finish Sold(promo.id)
  )");
  Instance instance = flow.start(promotion());
  instance.unavailable();
  const auto& live = instance->point->live;
  const auto slot = std::ranges::find(live, "forecasts", &abi::Slot::name);
  REQUIRE(slot != live.end());
  CHECK(slot->trust == abi::Trust::Advice);
}

}  // namespace endcap::ir::testing
