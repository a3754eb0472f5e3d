// Totals and outliers over the lines of an approval.
#include "runtime/engine/totals.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/value/decimal.h"

using namespace endcap;
using Json = nlohmann::ordered_json;

namespace {

// Lines of {store: Text, price: Money<AUD>, units: optional Qty<ea>, discount: Percent(5, 2)}.
struct Lines {
  Lines() {
    const auto type = [&](abi::Kind kind, uint8_t scale, std::string name, abi::TypeId element) {
      abi::Type made;
      made.kind = kind;
      made.scale = scale;
      made.name = std::move(name);
      made.element = element;
      types.push_back(std::move(made));
      return static_cast<abi::TypeId>(types.size() - 1);
    };
    const auto text = type(abi::Kind::Text, 0, "", abi::kNoType);
    const auto money = type(abi::Kind::Money, 2, "AUD", abi::kNoType);
    const auto pieces = type(abi::Kind::Quantity, 0, "ea", abi::kNoType);
    const auto maybe = type(abi::Kind::Optional, 0, "", pieces);
    const auto percent = type(abi::Kind::Percent, 2, "", abi::kNoType);
    payload = type(abi::Kind::Record, 0, "payload", abi::kNoType);
    types[payload].fields = {{"store", text}, {"price", money}, {"units", maybe}, {"discount", percent}};
  }
  void add(Totals& totals, const std::string& target, Int128 cents, std::optional<Int128> units = {},
           Int128 discount = 1000) {
    abi::Arena arena;
    const abi::Cell name{static_cast<Int128>(arena.put_text(target))};
    abi::Cell some{0};
    if (units) {
      const abi::Reference held = arena.allocate(sizeof(abi::Cell));
      *arena.cells(held) = abi::Cell{*units};
      some = abi::Cell{static_cast<Int128>(held)};
    }
    const abi::Reference record = arena.allocate(4 * sizeof(abi::Cell));
    arena.cells(record)[0] = name;
    arena.cells(record)[1] = abi::Cell{cents};
    arena.cells(record)[2] = some;
    arena.cells(record)[3] = abi::Cell{discount};
    totals.add(target,
               abi::pack_value(types, payload, arena, abi::Cell{static_cast<Int128>(record)}, nullptr));
  }

  abi::Types types;
  abi::TypeId payload = abi::kNoType;
};

std::vector<std::string> outliers(const Json& field) {
  std::vector<std::string> targets;
  for (const Json& each : field["outliers"]) targets.push_back(each["target"]);
  return targets;
}

}  // namespace

TEST_CASE("amounts are summed exactly, and their lowest, middle and highest are values of lines") {
  Lines lines;
  Totals totals(lines.types, lines.payload);
  lines.add(totals, "1001", 1010, 5);
  lines.add(totals, "1002", 2020);
  lines.add(totals, "1003", 8'999'999'999'999'999'999, 7);
  lines.add(totals, "1004", 1030, 6);
  CHECK(totals.count() == 4);
  const Json fields = totals.fields();
  REQUIRE(fields.size() == 3);
  CHECK(fields[0]["name"] == "price");
  CHECK(fields[0]["sum"] == Json{{"amount", "90000000000000040.59"}, {"currency", "AUD"}});
  CHECK(fields[0]["lowest"]["amount"] == "10.10");
  CHECK(fields[0]["median"]["amount"] == "10.30");  // the lower of the two in the middle
  CHECK(fields[0]["highest"]["amount"] == "89999999999999999.99");
  CHECK(fields[1]["name"] == "units");
  CHECK(fields[1]["count"] == 3);  // one line has none
  CHECK(fields[1]["sum"]["amount"] == "18");
}

TEST_CASE("a sum of percentages means nothing, and one that no number holds is not shown") {
  Lines lines;
  Totals totals(lines.types, lines.payload);
  const Int128 most = std::numeric_limits<Int128>::max() - 1;
  lines.add(totals, "1001", most);
  lines.add(totals, "1002", most);
  lines.add(totals, "1003", 0);
  const Json fields = totals.fields();
  CHECK_FALSE(fields[0].contains("sum"));
  CHECK(fields[0]["outliers"].size() == 1);
  CHECK_FALSE(fields[2].contains("sum"));
  CHECK(fields[2]["outliers"].empty());       // all are alike
  CHECK_FALSE(fields[1].contains("lowest"));  // no line has one
}

TEST_CASE("the five lines farthest from the middle stand out, the farthest first") {
  Lines lines;
  Totals totals(lines.types, lines.payload);
  for (int i = 0; i < 600; ++i) lines.add(totals, "S" + std::to_string(i), 5000);
  for (const auto& [target, cents] : std::initializer_list<std::pair<const char*, int>>{
           {"A", 5001}, {"B", 100}, {"C", 9900}, {"D", 5002}, {"E", 5003}, {"F", 50000}})
    lines.add(totals, target, cents);
  const Json price = totals.fields()[0];
  CHECK(outliers(price) == std::vector<std::string>{"F", "B", "C", "E", "D"});
  CHECK(price["outliers"][0]["value"]["amount"] == "500.00");
}
