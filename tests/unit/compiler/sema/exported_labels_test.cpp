// What the rest of a project is told of advice in functions and workflows.
#include "compiler/sema/exported_labels.h"

#include "checked.h"

namespace endcap::sema {
namespace {

const char* const kFunctions = R"(
use calendar office
record Plan { units: Qty<ea>, spare: Qty<ea> }
function wanted(units: Qty<ea>) -> Bool = when units > 5 ea then yes otherwise no
function plan(stock: Stock, spare: Qty<ea>) -> Plan =
    when wanted(stock.available) then Plan(units: stock.forecast, spare: spare) otherwise Plan(units: 1 ea, spare: spare)
function all(plans: list of Plan) -> Qty<ea> = sum of plan.units for each plan in plans
function few(plans: list of Plan) -> Int = count of plans
function same(plans: list of Plan) -> list of Plan = plans
function none() -> Qty<ea> = 5 ea
)";

std::string shown(const Checked& checked, std::string_view name) {
  const ExportedLabels labels = exported_labels(checked.program, {});
  const auto found = std::ranges::find(labels.functions, name, &FunctionLabels::name);
  REQUIRE(found != labels.functions.end());
  return text_of(*found);
}

}  // namespace

TEST_CASE("a function is as trusted as those of its arguments that go into what it gives") {
  const Checked checked(kFunctions);
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  CHECK(shown(checked, "wanted") == "wanted(units: Qty<ea>) -> Bool, advice where units is");
  CHECK(shown(checked, "plan") ==
        "plan(stock: Stock, spare: Qty<ea>) -> Plan, advice in .spare where spare is; advice in .units where "
        "stock.forecast is; advice where stock.available is");
  CHECK(shown(checked, "all") ==
        "all(plans: list of Plan) -> Qty<ea>, advice where plans or plans[].units is");
  CHECK(shown(checked, "few") == "few(plans: list of Plan) -> Int, advice where plans is");
  CHECK(shown(checked, "same") ==
        "same(plans: list of Plan) -> list of Plan, advice in [].spare where plans[].spare is; advice in "
        "[].units where plans[].units is; advice where plans is");
  CHECK(shown(checked, "none") == "none() -> Qty<ea>, trusted");
  const ExportedLabels labels = exported_labels(checked.program, {});
  const auto wanted = std::ranges::find(labels.functions, "wanted", &FunctionLabels::name);
  CHECK(wanted->users == std::vector<std::string>{"plan"});
}

TEST_CASE("one function, given what can be trusted and what can't") {
  const Checked checked(std::string(kFunctions) + R"(
workflow Look(promo: Promotion) key promo.id version 1 {
  let stock = read StockOf("0001", promo.article)
  let sure = wanted(stock.available)
  let guess = wanted(stock.forecast)
  when guess { fail Guessed(sure: sure, guess: guess) and keep }
  finish Looked(sure: sure, guess: guess)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const auto label = [&](std::string_view name) {
    return std::ranges::find(checked.program.workflows.back().locals, name, &Local::name)->advised;
  };
  CHECK(label("sure").empty());
  CHECK(label("guess") == abi::Parts{"itself"});
  CHECK(label("stock") == abi::Parts{".forecast"});
  const ExportedLabels labels = exported_labels(checked.program, {});
  REQUIRE(labels.workflows.size() == 1);
  CHECK(text_of(labels.workflows[0]) ==
        "subject.Look(promo: trusted)\n  Guessed: advice in .guess, control\n  Looked: advice in .guess\n");
}

}  // namespace endcap::sema
