// Values as JSON and from JSON.
#include "runtime/abi/value_json.h"

#include <doctest/doctest.h>

#include "tests/unit/runtime/abi/values.h"

using namespace endcap;
using namespace endcap::abi;

namespace {

enum : TypeId {
  kAmount,
  kUnits,
  kShortText,
  kLaunchDay,
  kUrgency,
  kNote,
  kStore,
  kStores,
  kPromotion,
  kWhole,
  kMargin,
  kAfter
};

Types promotion_types() {
  Types types(12);
  types[kAmount] = {.kind = Kind::Money, .scale = 2, .name = "AUD"};
  types[kUnits] = {.kind = Kind::Quantity, .scale = 3, .precision = 6, .name = "ea"};
  types[kShortText] = {.kind = Kind::Text, .max_length = 4};
  types[kLaunchDay] = {.kind = Kind::Date};
  types[kUrgency] = {.kind = Kind::Enum, .values = {"low", "high"}};
  types[kNote] = {.kind = Kind::Optional, .element = kShortText};
  types[kStore] = {
      .kind = Kind::Record, .name = "Store", .fields = {{"id", kShortText, true}, {"note", kNote}}};
  types[kStores] = {.kind = Kind::List, .element = kStore};
  types[kPromotion] = {
      .kind = Kind::Record,
      .name = "Promotion",
      .fields = {{"price", kAmount}, {"launch", kLaunchDay}, {"urgency", kUrgency}, {"stores", kStores}}};
  types[kWhole] = {.kind = Kind::Int};
  types[kMargin] = {.kind = Kind::Percent, .scale = 1};
  types[kAfter] = {.kind = Kind::BusinessDuration};
  return types;
}

constexpr const char* kDocument =
    R"({"price":{"amount":"129.00","currency":"AUD"},"launch":"2026-12-01","urgency":"high",)"
    R"("stores":[{"id":"1001","note":null},{"id":"1002","note":"late"}]})";

std::string there_and_back(TypeId type, const char* json) {
  Arena arena;
  const auto cell = value_from_json(promotion_types(), type, json, arena);
  return cell ? value_to_json(promotion_types(), type, arena, *cell) : cell.error().detail;
}

}  // namespace

TEST_CASE("a record reads as its fields, in their order, and back") {
  CHECK(there_and_back(kPromotion, kDocument) == kDocument);
}

TEST_CASE("numbers stay exact: as text, or as whole JSON numbers") {
  CHECK(there_and_back(kAmount, R"({"amount": 129, "currency": "AUD"})") ==
        R"({"amount":"129.00","currency":"AUD"})");
  CHECK(there_and_back(kUnits, R"({"amount": "40", "unit": "ea"})") == R"({"amount":"40.000","unit":"ea"})");
  CHECK(there_and_back(kMargin, R"("12.5")") == R"("12.5")");
  CHECK(there_and_back(kWhole, "-7") == "-7");
  CHECK(there_and_back(kWhole, R"("123456789012345678901234567890")") ==
        R"("123456789012345678901234567890")");
  CHECK(there_and_back(kAfter, R"({"businessDays":2})") == R"({"businessDays":2})");
  CHECK(there_and_back(kAfter, R"({"businessTime":"PT4H"})") == R"({"businessTime":"PT4H"})");
}

TEST_CASE("bounds and check digits are kept where people send values") {
  Types types = promotion_types();
  types[kMargin].refinement = "Share";
  types[kMargin].least = 0;
  types[kMargin].most = 1000;
  types[kShortText].identifier = Identifier::Gtin;
  types[kShortText].max_length = 14;
  const auto read = [&](TypeId type, const char* json) {
    Arena arena;
    const auto cell = value_from_json(types, type, json, arena);
    return cell ? "" : cell.error().detail;
  };
  CHECK(read(kMargin, R"("100.0")") == "");
  CHECK(read(kMargin, R"("0")") == "");
  CHECK(read(kMargin, R"("100.1")") == "the value: not a Share, which is at least 0.0% and at most 100.0%");
  CHECK(read(kMargin, R"("-0.1")") == "the value: not a Share, which is at least 0.0% and at most 100.0%");
  CHECK(read(kStore, R"({"id":"96385074"})") == "");
  CHECK(read(kStore, R"({"id":"96385075"})") == "id: no Gtin: it has check digit 5, and 4 is right");
}

TEST_CASE("an absent optional may be left out") {
  CHECK(there_and_back(kStore, R"({"id":"1001"})") == R"({"id":"1001","note":null})");
}

TEST_CASE("what does not fit is named by its path") {
  CHECK(there_and_back(kStores, R"([{"id":"1001"},{"id":"10022"}])") == "[1].id: text longer than 4");
  CHECK(there_and_back(kPromotion, R"({"price":{"amount":"1","currency":"EUR"}})") ==
        "price.currency: expected AUD");
  CHECK(there_and_back(kPromotion, R"({"prize":1})") == "prize: there is no such field in Promotion");
  CHECK(there_and_back(kPromotion, R"({})") == "price: is missing");
  CHECK(there_and_back(kUrgency, R"("urgent")") == "the value: expected one of low, high");
  CHECK(there_and_back(kLaunchDay, R"("2026-02-30")") == "the value: '2026-02-30' is not a day of the calendar");
  CHECK(there_and_back(kUnits, R"({"amount":"1234.5","unit":"ea"})") == "amount: more than 6 digits");
  CHECK(there_and_back(kAmount, R"({"amount":1.5,"currency":"AUD"})") ==
        "amount: write a number with decimal places as text, so that it stays exact");
  CHECK(there_and_back(kAmount, R"({"amount":"1.005","currency":"AUD"})") ==
        "amount: '1.005' has more than 2 decimal places");
  CHECK(there_and_back(kWhole, "{") == "the document is not JSON");
  CHECK(there_and_back(kWhole, std::string(100000, '[').c_str()) == "the document is not JSON");
}

TEST_CASE("a value of any type reads back from its JSON") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    RandomValues random(seed);
    Types types;
    for (int i = 0; i < 12; ++i) random.add_type(types);
    for (TypeId type = 0; type < types.size(); ++type) {
      // an optional of an optional is the one type whose JSON is ambiguous
      const bool ambiguous = [&] {
        for (const Type& t : types) {
          if (t.kind == Kind::Optional && types[t.element].kind == Kind::Optional) return true;
        }
        return false;
      }();
      if (ambiguous) continue;
      Arena arena, loaded;
      const Cell cell = random.make(types, type, arena);
      const std::string json = value_to_json(types, type, arena, cell);
      const auto back = value_from_json(types, type, json, loaded);
      REQUIRE_MESSAGE(back.has_value(), back.error().detail, " in ", json);
      CAPTURE(json);
      CHECK(abi::hex(pack_value(types, type, loaded, *back, nullptr)) ==
            abi::hex(pack_value(types, type, arena, cell, nullptr)));
      CHECK(packed_to_json(types, type, pack_value(types, type, arena, cell, nullptr)) == json);
    }
  }
}
