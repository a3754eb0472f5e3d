// Texts that are short and would take long: what is refused by its size, and what is made small instead.
#include <fmt/format.h>

#include "checked.h"

namespace endcap::sema {
namespace {

size_t depth_of(const Expr& expression) {
  size_t depth = 0;
  if (const auto* operation = std::get_if<Operation>(&expression.node)) {
    for (const ExprPtr& operand : operation->operands) depth = std::max(depth, depth_of(*operand));
  }
  return depth + 1;
}

const Local& local(const Checked& checked, std::string_view name) {
  const auto& locals = checked.program.workflows.at(0).locals;
  const auto found = std::ranges::find(locals, name, &Local::name);
  REQUIRE(found != locals.end());
  return *found;
}

}  // namespace

TEST_CASE("the largest of hundreds of values is found by a flat expression") {
  std::string values = "1";
  for (int i = 2; i <= 499; ++i) values += fmt::format(", {}", i);
  Checked checked("workflow Flow(n: Int) key n { let largest = max(" + values +
                  ", 2.50)\n finish Done(largest) }");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  const Let* let = checked.find<Let>();
  REQUIRE(let);
  CHECK(depth_of(*let->value) <= 12);
  CHECK(checked.program.abi.types[let->value->type].scale == 2);
}

TEST_CASE("more values than a list should have are refused") {
  std::string values = "1";
  for (int i = 2; i <= 501; ++i) values += fmt::format(", {}", i);
  const Checked checked("workflow Flow(n: Int) key n { finish Done(largest: max(" + values + ")) }");
  INFO(checked.rendered());
  CHECK(checked.says(DiagnosticKind::TooManyArguments));
}

TEST_CASE("an optional is what it is: with another kind of number inside it is another optional") {
  const Checked checked(R"(
workflow Flow(n: Int) key n {
  let a: optional Int = n
  let b: optional Decimal(9, 0) = a
  finish Done(b)
}
)");
  INFO(checked.rendered());
  CHECK(checked.says(DiagnosticKind::TypeMismatch));
}

TEST_CASE("functions that call functions in a chain are limited, in whatever order they stand") {
  std::string forward = "function f0(a: Int) -> Int = a\n", backward;
  for (int i = 1; i <= 101; ++i) {
    const std::string one = fmt::format("function f{}(a: Int) -> Int = f{}(a)\n", i, i - 1);
    forward += one;
    backward = one + backward;
  }
  backward += "function f0(a: Int) -> Int = a\n";
  for (const std::string& text : {forward, backward}) {
    const Checked checked(text);
    INFO(checked.rendered());
    CHECK(checked.says(DiagnosticKind::NestedTooDeep));
  }
}

TEST_CASE("records that hold records in a chain are limited") {
  std::string text = "record R0 { a: Int }\n";
  for (int i = 1; i <= 101; ++i) text += fmt::format("record R{} {{ a: optional R{} }}\n", i, i - 1);
  const Checked checked(text);
  INFO(checked.rendered());
  CHECK(checked.says(DiagnosticKind::NestedTooDeep));
  CHECK(std::ranges::count(checked.diagnostics.all(), DiagnosticKind::NestedTooDeep, &Diagnostic::kind) == 1);
}

TEST_CASE("a function is labelled by what each call gives it, not by what another gave") {
  Checked checked(R"(
function twice(units: Qty<ea>) -> Qty<ea> = units + units
function both(units: Qty<ea>) -> Qty<ea> = twice(units) + twice(units)
workflow Flow(promo: Promotion) key promo.id {
  let stock = read Stock("1001", promo.article)
  let guess = both(stock.forecast)
  let known = both(stock.available)
  let third = both(stock.forecast)
  finish Done(guess, known, third)
}
)");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  CHECK(local(checked, "guess").trust == Trust::Advice);
  CHECK(local(checked, "known").trust == Trust::Trusted);
  CHECK(local(checked, "third").trust == Trust::Advice);
  CHECK(local(checked, "third").advice_path.find("forecast") != std::string::npos);
  // Some call gives it advice, whichever came last.
  const auto twice = std::ranges::find(checked.program.functions, "twice", [](const Function& each) {
    return each.name.substr(each.name.rfind('.') + 1);
  });
  REQUIRE(twice != checked.program.functions.end());
  CHECK(twice->body->trust == Trust::Advice);
}

TEST_CASE(
    "of a function that is given a thousand different labels, all that goes in counts for what comes out") {
  std::string body = "let stock = read Stock(\"1001\", promo.article)\nlet store = read Store(\"1001\")\n";
  for (int i = 0; i < 1000; ++i)
    body +=
        fmt::format("let plan{0} = Plan(store: store, gap: stock.forecast)\nlet a{0} = name(plan{0})\n", i);
  const auto check_last = [&](const std::string& gap, Trust expected) {
    Checked checked(
        "function name(plan: Plan) -> Text(40) = plan.store.name\n"
        "workflow Flow(promo: Promotion) key promo.id {\n" +
        body + "let last = Plan(store: store, gap: " + gap +
        ")\nlet result = name(last)\nfinish Done(result) }");
    INFO(checked.rendered());
    REQUIRE_FALSE(checked.diagnostics.has_errors());
    CHECK(local(checked, "a0").trust == Trust::Trusted);
    CHECK(local(checked, "result").trust == expected);
  };
  check_last("stock.available", Trust::Trusted);
  check_last("stock.forecast", Trust::Advice);
}

}  // namespace endcap::sema
