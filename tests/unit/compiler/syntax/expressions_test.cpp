// Every form of an expression, and how strongly operators bind.
#include "tests/unit/compiler/syntax/fixture.h"

using namespace endcap;

TEST_CASE("literals carry their unit") {
  CHECK(expression("1_299.50") == "1299.50");
  CHECK(expression("12%") == "12%");
  CHECK(expression("AUD 1_299.00") == "(money AUD 1299.00)");
  CHECK(expression("40 ea") == "(quantity 40 ea)");
  CHECK(expression("2.5 kg") == "(quantity 2.5 kg)");
  CHECK(expression("4 business hours") == "(business 4 hour)");
  CHECK(expression("2 business days") == "(business 2 day)");
  CHECK(expression("2 days") == "(duration 2 day)");
  CHECK(expression("30 s") == "(duration 30 s)");
  CHECK(expression("2026-12-01") == "2026-12-01");
  CHECK(expression("06:00") == "06:00");
  CHECK(expression("yes and no") == "(and yes no)");
}

TEST_CASE("text has four escapes and any letter") {
  CHECK(expression(R"("a \"b\" \\ \t gr\u00f6\u00dfe")") != "");
  CHECK(expression("\"say \\\"no\\\" \\\\ \xc3\xb6\"") == "\"say \"no\" \\ \xc3\xb6\"");
  CHECK(expression(R"("\q")") == "1:26: error EC0009: `\\q` is no escape\n");
}

TEST_CASE("a literal that can't be is refused by name") {
  CHECK(expression("2026-02-29") == "1:25: error EC0009: `2026-02-29` is no date\n");
  CHECK(expression("2028-02-29") == "2028-02-29");
  CHECK(expression("25:00") == "1:25: error EC0009: `25:00` is no time of day from 00:00 to 23:59\n");
  CHECK(expression("9:00") == "1:25: error EC0009: `9:00` is no time of day from 00:00 to 23:59\n");
  CHECK(expression("40 eaa") == "1:28: error EC0007: there is no unit `eaa`\n");
  CHECK(expression("2 business weeks") == "1:36: error EC0007: there is no unit `weeks`\n");
  CHECK(expression("aud 5.00") == "1:25: error EC0008: there is no currency `aud`\n");
}

TEST_CASE("operators bind as a planner reads them") {
  CHECK(expression("a + b * c - d") == "(- (+ a (* b c)) d)");
  CHECK(expression("(a + b) / -c") == "(/ (+ a b) (neg c))");
  CHECK(expression("a and not b or c") == "(or (and a (not b)) c)");
  CHECK(expression("8% <= m < 12%") == "(8% <= m < 12%)");
  CHECK(expression("a == b and c != d") == "(and (a == b) (c != d))");
  CHECK(expression("m >= 12%") == "(m >= 12%)");
}

TEST_CASE("fields, calls and records") {
  CHECK(expression("promo.price") == "(. promo price)");
  CHECK(expression("max(0 ea, s.forecast - s.available)") ==
        "(call max (quantity 0 ea) (- (. s forecast) (. s available)))");
  CHECK(expression("Plan(store: s, need: n)") == "(call Plan store:s need:n)");
  CHECK(expression("retail.estate.margin(p).x") == "(. (call retail.estate.margin p) x)");
  CHECK(expression("f(a)(b)").find("is called by its name") != std::string::npos);
}

TEST_CASE("membership, presence and what answers an optional") {
  CHECK(expression("a in p.articles") == "(in a (. p articles))");
  CHECK(expression("a not in [b, c]") == "(not-in a [b c])");
  CHECK(expression("x is present and y is absent") == "(and (present x) (absent y))");
  CHECK(expression("x or else y or else 3") == "(or-else x (or-else y 3))");
  CHECK(expression("x or y") == "(or x y)");
  CHECK(expression("when a then b otherwise when c then d otherwise e") == "(when a b (when c d e))");
}

TEST_CASE("moments and what lies before and after them") {
  CHECK(expression("p.launch at 06:00 zone s.timeZone") == "(at (. p launch) 06:00 (zone (. s timeZone)))");
  CHECK(expression("2 business days before p.launch at 06:00") ==
        "(before (business 2 day) (at (. p launch) 06:00))");
  CHECK(expression("1 week after p.end") == "(after (duration 1 week) (. p end))");
}

TEST_CASE("rounding is written down, aggregates read as a sentence") {
  CHECK(expression("round a / b to 2 places half even") == "(round (/ a b) 2 half-even)");
  CHECK(expression("round a to 0 places up") == "(round a 0 up)");
  CHECK(expression("count of plans > 3") == "((count plans) > 3)");
  CHECK(expression("sum of x.units for each x in xs") == "(sum (. x units) x xs)");
  CHECK(expression("any of x.gap > 0 ea for each x in xs") == "(any ((. x gap) > (quantity 0 ea)) x xs)");
  CHECK(expression("count of x for each x in xs where x.gap > 0 ea") ==
        "(count x x xs (where ((. x gap) > (quantity 0 ea))))");
  CHECK(expression("(first of s for each s in xs where s.id == id) or else other") ==
        "(or-else (first s s xs (where ((. s id) == id))) other)");
  CHECK(expression("first + f(first: count)") == "(+ first (call f first:count))");
  CHECK(expression("allocate b.total - AUD 1.00 over b.stores by it.area * 2") ==
        "(allocate (- (. b total) (money AUD 1.00)) (. b stores) (* (. it area) 2))");
  CHECK(expression("over + f(over: over)") == "(+ over (call f over:over))");
  CHECK(statement("let n = count of plans\nfor each p in plans { skip }") ==
        "(let n (count plans)) (for-each p plans {(skip)})");
}

TEST_CASE(
    "a keyword is a name behind a point, before a colon, in backticks, and where only a name can stand") {
  CHECK(expression("x.step.for") == "(. (. x step) for)");
  CHECK(expression("F(for: 1, to: to)") == "(call F for:1 to:to)");
  CHECK(expression("`for` + `grö ße`") == "(+ for grö ße)");
  CHECK(expression("to + type") == "(+ to type)");
  CHECK(expression("step + 1").find("In backticks") == std::string::npos);
}

TEST_CASE("two hyphens begin a comment only before a space or a line end") {
  CHECK(expression("a--b") == "(- a (neg b))");
  CHECK(expression("a -- b") == "a");
  CHECK(expression("a --\n+ b") == "(+ a b)");
  CHECK(expression("a --") == "a");
}
