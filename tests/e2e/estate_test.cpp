// The connector against the estate as a process of its own: what was done is in the ledger, once.
#include "tests/e2e/estate.h"

#include <doctest/doctest.h>

#include "runtime/abi/value_json.h"
#include "tests/unit/runtime/connect/calling.h"
#include "tests/unit/runtime/connect/server.h"

using namespace endcap;
using namespace endcap::test;

namespace {

struct World {
  Estate estate;
  Caller caller{estate.url("/erp"), estate.url("/shop")};

  explicit World(std::vector<std::string> more = {}) : estate(std::move(more)) {
    caller.timeout = 2 * kSecond;
  }
};

Json entity(const World& world, TypeId type, const CallResult& result) {
  CHECK(result.message == "");
  REQUIRE(name(result.kind) == "Ok");
  return Json::parse(abi::packed_to_json(world.caller.sample.program->types, type, result.value));
}

}  // namespace

TEST_CASE("promotion, stock and listing are read, exactly") {
  World world;
  auto promotion = entity(world, world.caller.sample.types.promotion, world.caller.promotion());
  CHECK(promotion["price"]["amount"] == "1299.00");
  CHECK(promotion["launch"] == "2026-12-01");
  auto stock = entity(
      world, world.caller.sample.types.stock,
      world.caller.operate(
          kStockOf, world.caller.sample.pack(world.caller.sample.types.stock_key, {"D001", "AC-100"})));
  CHECK(stock["available"]["amount"] == "2000.000");
  auto listing =
      entity(world, world.caller.sample.types.listing,
             world.caller.call(CallRequest::What::View, kListing, world.caller.sample.key({"AC-100"})));
  CHECK(listing["price"]["amount"] == "1499.00");
}

TEST_CASE("all 600 stores come, page by page, Perth's first") {
  World world({"--page-size", "70"});
  auto result = world.caller.stores();
  REQUIRE(name(result.kind) == "Ok");
  auto& types = world.caller.sample.program->types;
  abi::Type list;
  list.kind = Kind::List;
  list.element = world.caller.sample.types.store;
  types.push_back(list);
  auto stores = Json::parse(abi::packed_to_json(types, static_cast<TypeId>(types.size() - 1), result.value));
  REQUIRE(stores.size() == 600);
  CHECK(stores[0]["timeZone"] == "Australia/Perth");
  CHECK(stores[59]["timeZone"] == "Australia/Perth");
  CHECK(stores[60]["timeZone"] == "Australia/Sydney");
}

TEST_CASE("a key creates once, whatever happens to the answers") {
  World world;
  for (const char* fault : {"timeout_after_commit", "drop_after_commit", "drop_before_commit"}) {
    CAPTURE(fault);
    std::string key = std::string("key-") + fault;
    std::replace(key.begin(), key.end(), '_', '-');
    world.estate.fault("A_PriceCondition", {{"fault", fault}, {"milliseconds", 4000}});
    // A dropped connection that was in use before is tried again below us, where the key makes that safe.
    std::string first = name(world.caller.activate("1001", key).kind);
    CHECK((first == "Ambiguous" || (first == "Ok" && fault != std::string("timeout_after_commit"))));
    CHECK(name(world.caller.activate("1001", key).kind) == "Ok");
    CHECK(world.estate.effects(key)["effects"] == 1);
  }
  CHECK(world.estate.get("/sandbox/audit")["twice"].empty());
}

TEST_CASE("the audit can fail: a set that ignores keys creates twice") {
  World world({"--ignore-keys", "A_PriceCondition"});
  CHECK(name(world.caller.activate("1001", "key-1").kind) == "Ok");
  CHECK(name(world.caller.activate("1001", "key-1").kind) == "Ok");
  CHECK(world.estate.get("/sandbox/audit")["twice"] == Json({"key-1"}));
}

TEST_CASE("a key that comes back with another payload is refused") {
  World world;
  CHECK(name(world.caller.activate("1001", "key-1").kind) == "Ok");
  auto result = world.caller.activate("1002", "key-1");
  CHECK(name(result.kind) == "Invalid");
  CHECK(result.message.find("KeyReused") != std::string::npos);
}

TEST_CASE("declared rejections come from the rules and from faults") {
  World world;
  CHECK(name(world.caller.operate(kActivate, world.caller.sample.condition_of("9999")).kind) == "Rejected");
  CHECK(world.caller.operate(kActivate, world.caller.sample.condition_of("9999")).rejection == 0);
  world.estate.fault("A_PriceCondition", {{"fault", "reject"}, {"code", "RecordLocked"}});
  auto locked = world.caller.activate("1001");
  CHECK(name(locked.kind) == "Rejected");
  CHECK(locked.rejection == 1);
  CHECK(world.estate.get("/sandbox/audit")["effects"] == 0);
}

TEST_CASE("sessions expire, and writes go on") {
  World world;
  CHECK(name(world.caller.activate("1001", "key-1").kind) == "Ok");
  world.estate.post("/sandbox/sessions/expire", Json::object());
  CHECK(name(world.caller.activate("1002", "key-2").kind) == "Ok");
}

TEST_CASE("busy and broken are told apart") {
  World world;
  world.estate.fault("A_PriceCondition", {{"fault", "status"}, {"status", 503}, {"retry_after", 3}});
  auto busy = world.caller.activate("1001");
  CHECK(name(busy.kind) == "Unavailable");
  CHECK(busy.retry_after == 3 * kSecond);
  world.estate.fault("A_PriceCondition", {{"fault", "status"}, {"status", 500}});
  CHECK(name(world.caller.activate("1001").kind) == "Ambiguous");
  world.estate.fault("A_PriceCondition", {{"fault", "garbage"}});
  CHECK(name(world.caller.activate("1001").kind) == "Ambiguous");
}

TEST_CASE("calls that wait leave in one request, and each of them is done once, or refused, for itself") {
  World world;
  auto& operation = world.caller.sample.program->operations[kActivate];
  operation.batch_max = 50;
  operation.limit_count = 1;  // requests, so that the calls behind the first one wait for each other
  operation.limit_period = kSecond / 2;
  // Hits every batch, and only counts them.
  world.estate.fault("$batch", {{"fault", "latency"}, {"milliseconds", 1}, {"times", 0}});
  const auto batches = [&] { return world.estate.get("/sandbox/faults")["faults"][0]["hits"].get<int>(); };
  const auto activate = [&](const std::vector<std::string>& plants) {
    std::vector<std::future<CallResult>> results;
    for (const std::string& plant : plants)
      results.push_back(world.caller.start(CallRequest::What::Operation, kActivate,
                                           world.caller.sample.condition_of(plant), "key-" + plant));
    std::string all;
    for (auto& result : results) all += name(result.get().kind) + " ";
    return all;
  };
  CHECK(activate({"1001"}) == "Ok ");
  CHECK(activate({"1002", "9999", "1003"}) == "Ok Rejected Ok ");
  CHECK(batches() == 1);
  world.estate.post("/sandbox/sessions/expire", Json::object());
  CHECK(activate({"1004", "1005"}) == "Ok Ok ");
  CHECK(batches() == 3);  // refused with its token, and sent again
  for (const char* fault : {"timeout_after_commit", "drop_after_commit", "drop_before_commit"}) {
    CAPTURE(fault);
    world.estate.post("/sandbox/faults", {{"match", {{"path", "A_PriceCondition"}, {"body", "\"1007\""}}},
                                          {"fault", fault},
                                          {"milliseconds", 4000}});
    // One whose answer is lost takes the answers of the others with it; their keys make it safe to ask again.
    // (A dropped connection that was in use before is tried again below us, as for a single call.)
    const std::string first = activate({"1006", "1007", "1008"});
    CHECK((first == "Ambiguous Ambiguous Ambiguous " ||
           (first == "Ok Ok Ok " && fault != std::string("timeout_after_commit"))));
    CHECK(activate({"1006", "1007", "1008"}) == "Ok Ok Ok ");
  }
  for (const char* plant : {"1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008"})
    CHECK(world.estate.effects(std::string("key-") + plant)["effects"] == 1);
  CHECK(world.estate.get("/sandbox/audit")["twice"].empty());
}

TEST_CASE("withdrawing twice is one effect") {
  World world;
  CHECK(name(world.caller.activate("1001", "key-1").kind) == "Ok");
  auto withdraw = [&](const char* key) {
    return world.caller.operate(
        kWithdraw, world.caller.sample.pack(world.caller.sample.types.withdraw, {"P-1", "1001"}), key);
  };
  CHECK(name(withdraw("key-2").kind) == "Ok");
  CHECK(name(withdraw("key-2").kind) == "Ok");
  CHECK(world.estate.effects("key-2")["effects"] == 1);
}

TEST_CASE("a wrong password is said so") {
  Estate estate;
  Caller caller(std::vector<ODataSystem>{
      {.name = "erp", .url = estate.url("/erp"), .user = "endcap", .password = "hunter2"}});
  auto result = caller.promotion();
  CHECK(name(result.kind) == "Invalid");
  CHECK(result.message ==
        "erp does not let user 'endcap' in: user name or password is wrong (401 to A_RetailPromotion)");
}

TEST_CASE("events reach the sink though it fails at first, in order, and twice on request") {
  std::atomic<int> asked{0};
  ScriptedServer sink([&](const std::string&) { return answer(++asked == 1 ? 500 : 202, "{}"); });
  World world({"--sink", sink.url("/v1/events")});
  Json promotion = {{"set", "A_RetailPromotion"},
                    {"key", {{"RetailPromotion", "P-1"}}},
                    {"fields", {{"ValidityStartDate", "2026-12-03"}}}};
  world.estate.post("/sandbox/change", promotion);
  promotion["fields"] = {{"PromotionStatus", "09"}};
  world.estate.post("/sandbox/change", promotion);
  world.estate.post(
      "/sandbox/events",
      {{"type", "retail.stock.below"}, {"data", {{"Material", "AC-100"}, {"Plant", "1001"}}}, {"copies", 2}});
  for (int i = 0; i < 500 && asked < 5; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  auto requests = sink.requests();
  REQUIRE(requests.size() >= 5);
  CHECK(requests[0].substr(requests[0].find("\r\n\r\n")) == requests[1].substr(requests[1].find("\r\n\r\n")));
  CHECK(requests[1].find("retail.promotion.rescheduled") != std::string::npos);
  CHECK(requests[1].find("\"ValidityStartDate\":\"2026-12-03\"") != std::string::npos);
  CHECK(requests[2].find("retail.promotion.cancelled") != std::string::npos);
  CHECK(requests[3].find("retail.stock.below") != std::string::npos);
  CHECK(requests[4].find("retail.stock.below") != std::string::npos);
}

TEST_CASE("events that the estate tells by itself come twice and late on request") {
  ScriptedServer sink([&](const std::string&) { return answer(202, "{}"); });
  World world({"--sink", sink.url("/v1/events")});
  world.estate.post("/sandbox/events/faults",
                    {{"type", "retail.promotion.rescheduled"}, {"copies", 2}, {"out_of_order", true}});
  Json promotion = {{"set", "A_RetailPromotion"},
                    {"key", {{"RetailPromotion", "P-1"}}},
                    {"fields", {{"ValidityStartDate", "2026-12-03"}}}};
  world.estate.post("/sandbox/change", promotion);
  promotion["fields"] = {{"PromotionStatus", "09"}};
  world.estate.post("/sandbox/change", promotion);
  for (int i = 0; i < 500 && sink.requests().size() < 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  auto requests = sink.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].find("retail.promotion.cancelled") != std::string::npos);
  CHECK(requests[1].find("retail.promotion.rescheduled") != std::string::npos);
  CHECK(requests[2].find("retail.promotion.rescheduled") != std::string::npos);
}

TEST_CASE("the same seed is the same world") {
  auto stock = [](const char* seed) {
    World world({"--seed", seed});
    return entity(world, world.caller.sample.types.stock,
                  world.caller.operate(kStockOf, world.caller.sample.pack(world.caller.sample.types.stock_key,
                                                                          {"1001", "AC-100"})))["available"];
  };
  CHECK(stock("7") == stock("7"));
}

TEST_CASE("a transfer takes stock, too much is refused") {
  World world;
  auto available = [&] {
    return entity(
        world, world.caller.sample.types.stock,
        world.caller.operate(kStockOf, world.caller.sample.pack(world.caller.sample.types.stock_key,
                                                                {"D003", "AC-100"})))["available"]["amount"];
  };
  auto& program = *world.caller.sample.program;
  abi::Operation transfer = program.operations[kActivate];
  transfer.target = "A_StockTransfer";
  transfer.strategy_field = "TransferReference";
  transfer.rejections = {"InsufficientStock"};
  transfer.fields = {{"RetailPromotion", "", "Edm.String"},
                     {"Material", "", "Edm.String"},
                     {"ReceivingPlant", "", "Edm.String"},
                     {"Quantity", "BaseUnit", "Edm.Decimal", 3}};
  program.types.push_back(program.types[world.caller.sample.types.condition]);
  program.types.back().fields[3].type = world.caller.sample.types.ea;
  transfer.payload = static_cast<TypeId>(program.types.size() - 1);
  program.operations.push_back(transfer);
  uint32_t commit = static_cast<uint32_t>(program.operations.size() - 1);
  auto move = [&](int units, const char* key) {
    return world.caller.operate(
        commit,
        world.caller.sample.pack(transfer.payload, {"P-1", "AC-100", "1001"}, {Cell{Int128{units} * 1000}}),
        key);
  };
  CHECK(name(move(50, "key-1").kind) == "Ok");
  CHECK(available() == "1950.000");
  CHECK(name(move(5000, "key-2").kind) == "Rejected");
  CHECK(available() == "1950.000");

  // The warehouse ships it and the store receives it: what was on its way is there, and the books say who did
  // it.
  auto at_store = [&] {
    for (const Json& row : world.estate.get("/sandbox/state?set=A_MaterialStock"))
      if (row["Plant"] == "1001" && row["Material"] == "AC-100") return row;
    return Json();
  };
  const Json before = at_store();
  CHECK(before["InTransitQuantity"] == "50.000");
  const Json tasks = world.estate.get("/wms/tasks");
  const std::string number = tasks["tasks"][0]["WarehouseTask"];
  CHECK(world.estate.post("/wms/tasks/" + number + "/confirm", Json::object())["WarehouseTaskStatus"] == "C");
  CHECK(at_store()["InTransitQuantity"] == "0.000");
  CHECK(std::stod(at_store()["AvailableQuantity"].get<std::string>()) ==
        std::stod(before["AvailableQuantity"].get<std::string>()) + 50);
  CHECK(world.estate.post("/wms/tasks/" + number + "/confirm", Json::object())["error"] ==
        "the task is not open");
  const Json entry = world.estate.get("/sandbox/ledger")["entries"].back();
  CHECK(entry["operation"] == "wms.confirm");
  CHECK(entry["by"] == "desk");
  CHECK(world.estate.get("/sandbox/audit")["effects"] == 1);
}
