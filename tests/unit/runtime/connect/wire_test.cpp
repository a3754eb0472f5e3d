// Values cross the border exactly, or not at all: what a record says, what a request says.
#include <doctest/doctest.h>

#include "runtime/abi/value_json.h"
#include "tests/unit/runtime/connect/calling.h"
#include "tests/unit/runtime/connect/server.h"

using namespace endcap;
using namespace endcap::test;

namespace {

std::string entity(const std::string& changes = "") {
  std::string all =
      R"("RetailPromotion":"P-1","PromotionName":"Summer","PromotionPrice":"1299.00","PriceCurrency":"AUD",)"
      R"("ValidityStartDate":"\/Date(1796083200000)\/","ResponsiblePerson":"")";
  return "{\"d\":{" + all + (changes.empty() ? "" : "," + changes) + "}}";  // a later member wins
}

CallResult read_promotion(const std::string& body) {
  ScriptedServer server([&](const std::string&) { return answer(200, body); });
  return Caller(server.url()).promotion();
}

// The message of an entity that differs from a good one in `changes`.
std::string complaint(const std::string& changes) {
  auto result = read_promotion(entity(changes));
  CHECK(name(result.kind) == "Invalid");
  return result.message;
}

std::string shown(const Caller& caller, TypeId type, const CallResult& result) {
  CHECK(name(result.kind) == "Ok");
  CHECK(result.message == "");
  return result.kind == CallResult::Kind::Ok
             ? abi::packed_to_json(caller.sample.program->types, type, result.value)
             : "";
}

}  // namespace

TEST_CASE("an entity becomes a record of the view, stamped with the journal's time") {
  ScriptedServer server([](const std::string&) { return answer(200, entity()); });
  Caller erp(server.url());
  std::string json = shown(erp, erp.sample.types.promotion, erp.promotion());
  CHECK(has(json, "\"P-1\""));
  CHECK(has(json, "1299.00"));
  CHECK(has(json, "2026-12-01"));
  CHECK(has(json, "2026-12-01T00:00:00Z"));  // as of
  REQUIRE(server.requests().size() == 1);
  CHECK(has(
      server.requests()[0],
      "GET /erp/A_RetailPromotion('P-1')?$select=RetailPromotion,PromotionName,PromotionPrice,PriceCurrency,"
      "ValidityStartDate,ResponsiblePerson HTTP/1.1"));
  CHECK(has(server.requests()[0], "Authorization: Basic ZW5kY2FwOnNhbmRib3g="));
}

TEST_CASE("a number out of the bounds of its type, and a wrong check digit, are refused in words") {
  const auto complaint_of = [](const std::string& changes) {
    ScriptedServer server([&](const std::string&) { return answer(200, entity(changes)); });
    Caller erp(server.url());
    abi::Types& types = erp.sample.program->types;
    types[erp.sample.types.aud].refinement = "Price";
    types[erp.sample.types.aud].least = 0;
    types[erp.sample.types.text40].identifier = Identifier::Gtin;
    return erp.promotion().message;
  };
  const std::string gtin = R"("PromotionName":"6291041500213")";
  CHECK(complaint_of(gtin) == "");
  CHECK(has(complaint_of(gtin + R"(,"PromotionPrice":"-0.01")"),
            "PromotionPrice \"-0.01\" is not a Price, which is at least 0.00 AUD"));
  CHECK(has(complaint_of(R"("PromotionName":"6291041500214")"),
            "PromotionName \"6291041500214\" is no Gtin: it has check digit 4, and 3 is right"));
}

TEST_CASE("a decimal stays exact beyond what a float can hold, as text or as number") {
  for (const char* price : {"\"90071992547409.93\"", "90071992547409.93", "9.007199254740993E13"}) {
    CAPTURE(price);
    ScriptedServer server(
        [&](const std::string&) { return answer(200, entity(std::string("\"PromotionPrice\":") + price)); });
    Caller erp(server.url());
    CHECK(has(shown(erp, erp.sample.types.promotion, erp.promotion()), "90071992547409.93"));
  }
}

TEST_CASE("what does not fit the view is said by field and value") {
  CHECK(has(complaint(R"("PriceCurrency":"NZD")"),
            "PromotionPrice is in currency \"NZD\", and AUD was expected"));
  CHECK(has(complaint(R"("PriceCurrency":"")"), "PromotionPrice has no currency"));
  CHECK(has(complaint(R"("PromotionPrice":null)"), "PromotionPrice is missing"));
  CHECK(has(complaint(R"("PromotionPrice":"1.005")"),
            "PromotionPrice \"1.005\" has more than 2 decimal places"));
  CHECK(has(complaint(R"("PromotionPrice":1.005)"), "has more than 2 decimal places"));
  CHECK(has(complaint(R"("PromotionPrice":"1e999")"), "is not a number that fits"));
  CHECK(has(complaint(R"("PromotionPrice":"about ten")"), "is not a number that fits"));
  CHECK(has(complaint(R"("PromotionPrice":true)"), "is not a number that fits"));
  CHECK(has(complaint(R"("PromotionName":"")"), "PromotionName is missing"));
  CHECK(has(complaint(R"("PromotionName":")" + std::string(41, 'x') + "\""), "is longer than 40"));
  CHECK(has(complaint(R"("PromotionName":7)"), "PromotionName 7 is not a text"));
  CHECK(has(complaint(R"("ValidityStartDate":"\/Date(1796083200001)\/")"), "has a time of day"));
  CHECK(has(complaint(R"("ValidityStartDate":"tomorrow")"), "is not a date"));
  CHECK(has(complaint(R"("ValidityStartDate":"\/Date(99999999999999999999)\/")"), "is not a date"));
  CHECK(has(complaint(R"("RetailPromotion":null)"), "RetailPromotion is missing"));
}

TEST_CASE("forty umlauts are forty characters") {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "ä";
  CHECK(read_promotion(entity("\"PromotionName\":\"" + name + "\"")).kind == CallResult::Kind::Ok);
}

TEST_CASE("a date before 1970 is a date") {
  ScriptedServer server(
      [](const std::string&) { return answer(200, entity(R"("ValidityStartDate":"\/Date(-86400000)\/")")); });
  Caller erp(server.url());
  CHECK(has(shown(erp, erp.sample.types.promotion, erp.promotion()), "1969-12-31"));
}

TEST_CASE("a quantity accepts the unit's other names and no other unit") {
  auto stock = [](const char* unit) {
    ScriptedServer server([&](const std::string&) {
      return answer(
          200, std::string(
                   R"({"d":{"Plant":"1001","Material":"AC-100","AvailableQuantity":"12.000","BaseUnit":")") +
                   unit + "\"}}");
    });
    Caller erp(server.url());
    return erp.operate(kStockOf, erp.sample.pack(erp.sample.types.stock_key, {"1001", "AC-100"}));
  };
  CHECK(stock("EA").kind == CallResult::Kind::Ok);
  CHECK(stock("C62").kind == CallResult::Kind::Ok);
  auto pallets = stock("PAL");
  CHECK(pallets.kind == CallResult::Kind::Invalid);
  CHECK(has(pallets.message, "AvailableQuantity is in unit \"PAL\", and EA was expected"));
}

TEST_CASE("a zone that nobody knows is refused") {
  ScriptedServer server([](const std::string&) {
    return answer(200, R"({"d":{"results":[{"Plant":"1001","TimeZone":"Mars/Olympus"}]}})");
  });
  auto result = Caller(server.url()).stores();
  CHECK(name(result.kind) == "Invalid");
  CHECK(has(result.message, "TimeZone \"Mars/Olympus\""));
}

TEST_CASE("a navigation follows its pages to the end, and not to another host") {
  std::string host;
  ScriptedServer server([&](const std::string& request) {
    if (has(request, "skiptoken"))
      return answer(200, R"({"d":{"results":[{"Plant":"1002","TimeZone":"Australia/Perth"}]}})");
    return answer(200, R"({"d":{"results":[{"Plant":"1001","TimeZone":"Australia/Perth"}],"__next":")" +
                           host + R"(/A_RetailPromotion('P-1')/to_Stores?$skiptoken=1"}})");
  });
  Caller erp(server.url());
  host = server.url();
  TypeId list = 0;
  auto& types = erp.sample.program->types;
  abi::Type stores;
  stores.kind = Kind::List;
  stores.element = erp.sample.types.store;
  types.push_back(stores);
  list = static_cast<TypeId>(types.size() - 1);
  std::string json = shown(erp, list, erp.stores());
  CHECK(has(json, "1001"));
  CHECK(has(json, "1002"));
  host = "http://127.0.0.1:9/erp";
  CHECK(name(erp.stores().kind) == "Invalid");
  host = "http://127.0.0.1.evil.example/erp";
  CHECK(name(erp.stores().kind) == "Invalid");
}

TEST_CASE("a navigation to one is absent where it leads nowhere, unless it always leads somewhere") {
  std::string answered;
  long status = 200;
  ScriptedServer server([&](const std::string&) { return answer(status, answered); });
  Caller erp(server.url());
  auto& navigation = erp.sample.program->navigations.at(0);
  navigation.many = false;
  abi::Type perhaps;
  perhaps.kind = Kind::Optional;
  perhaps.element = erp.sample.types.store;
  erp.sample.program->types.push_back(perhaps);
  const auto optional = static_cast<TypeId>(erp.sample.program->types.size() - 1);
  answered = R"({"d":{"Plant":"1001","TimeZone":"Australia/Perth"}})";
  CHECK(has(shown(erp, optional, erp.stores()), "1001"));
  status = 404, answered = "{}";
  CHECK(shown(erp, optional, erp.stores()) == "null");
  status = 204, answered = "";
  CHECK(shown(erp, optional, erp.stores()) == "null");
  navigation.required = true;
  CHECK(name(erp.stores().kind) == "Invalid");
  status = 404;
  CHECK(name(erp.stores().kind) == "Invalid");
}

TEST_CASE("an empty list is a list") {
  ScriptedServer server([](const std::string&) { return answer(200, R"({"d":{"results":[]}})"); });
  CHECK(name(Caller(server.url()).stores().kind) == "Ok");
}

TEST_CASE("keys are quoted and encoded: no value can leave its place in the address") {
  ScriptedServer server([](const std::string&) { return answer(404, "{}"); });
  Caller erp(server.url());
  erp.promotion("O'NEIL/?#&");
  CHECK(has(server.requests()[0], "GET /erp/A_RetailPromotion('O''NEIL%2F%3F%23%26')?$select="));
}

TEST_CASE("a create carries payload, currency and key; a call its parameters; a query its filter") {
  ScriptedServer server([](const std::string& request) {
    return answer(200, has(request, "Fetch")
                           ? "{}"
                           : R"({"d":{"results":[]}})");  // no token: a service without CSRF protection
  });
  Caller erp(server.url());
  CHECK(erp.activate("1001", "key-7").kind == CallResult::Kind::Ok);
  std::string create = server.requests()[1];
  CHECK(has(create, "POST /erp/A_PriceCondition HTTP/1.1"));
  CHECK(has(create, R"("ConditionRateValue":"1299.00")"));
  CHECK(has(create, R"("ConditionCurrency":"AUD")"));
  CHECK(has(create, R"("ConditionReference":"key-7")"));
  CHECK(has(create, "Idempotency-Key: key-7"));

  CHECK(erp.operate(kWithdraw, erp.sample.pack(erp.sample.types.withdraw, {"P-1", "1001"})).kind ==
        CallResult::Kind::Ok);
  CHECK(has(server.requests()[2], "POST /erp/WithdrawPrice?RetailPromotion='P-1'&Plant='1001' HTTP/1.1"));

  CHECK(erp.operate(kStoresOf, erp.sample.pack(erp.sample.types.by_region, {"WA"})).kind ==
        CallResult::Kind::Ok);
  CHECK(has(server.requests()[3],
            "GET /erp/A_Store?$filter=Region%20eq%20'WA'&$select=Plant,TimeZone HTTP/1.1"));
}

TEST_CASE("an amount with more places than the property has is not sent") {
  ScriptedServer server([](const std::string&) { return answer(200, "{}"); });
  Caller erp(server.url());
  erp.sample.program->operations[kActivate].fields[3].scale = 0;
  auto result = erp.operate(kActivate, erp.sample.condition_of("1001", 129950));
  CHECK(name(result.kind) == "Invalid");
  CHECK(has(result.message, "ConditionRateValue: 1299.50 has more than the 0 decimal places"));
  CHECK(server.requests().empty());
}

TEST_CASE("version 4: an entity stands in the body as it is, its decimal as a number") {
  ScriptedServer server([](const std::string& request) {
    if (has(request, "GET /shop/Listings(")) {
      return answer(
          200,
          R"({"@odata.context":"x","@odata.etag":"W/\"5\"","sku":"AC-100","price":1499.10,"currency":"AUD","status":"live"})",
          "ETag: W/\"5\"\r\n");
    }
    return answer(204, "");
  });
  Caller shop("http://127.0.0.1:1/erp", server.url("/shop"));
  auto listing = shop.call(CallRequest::What::View, kListing, shop.sample.key({"AC-100"}));
  CHECK(has(shown(shop, shop.sample.types.listing, listing), "1499.10"));
}

TEST_CASE("an action of version 4 is posted with its parameters as JSON") {
  ScriptedServer server([](const std::string&) { return answer(204, ""); });
  Caller shop("http://127.0.0.1:1/erp", server.url("/shop"));
  CHECK(name(shop.operate(kRecount, shop.sample.pack(shop.sample.types.by_region, {"WA"})).kind) == "Ok");
  CHECK(has(server.requests()[1], "POST /shop/Recount HTTP/1.1"));
  CHECK(has(server.requests()[1], R"({"Region":"WA"})"));
}
