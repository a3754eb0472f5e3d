// No text makes the parser recurse without bound or take its time.
#include <ctime>

#include "tests/unit/compiler/syntax/fixture.h"

using namespace endcap;

namespace {

std::string times(size_t count, const std::string& text) {
  std::string result;
  for (size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string wrapped(size_t count, const std::string& open, const std::string& inner,
                    const std::string& close) {
  return times(count, open) + inner + times(count, close);
}

bool too_deep(const std::string& text) {
  const Parsed parsed(text + "\nrecord Neighbour { }");
  CHECK(parsed.tree().find("(record Neighbour)") != std::string::npos);
  return parsed.said().find("EC0005") != std::string::npos;
}

const std::string kFunction = "function f(x: T) -> T = ";

}  // namespace

TEST_CASE("nesting up to the limit is read") {
  CHECK_FALSE(too_deep(kFunction + wrapped(190, "(", "1", ")")));
  CHECK_FALSE(too_deep("workflow W(p: P) " + wrapped(190, "{ when a ", "{ }", "}")));
  CHECK_FALSE(too_deep(kFunction + "1" + times(190, " + 1")));
}

TEST_CASE("anything nested without end is refused, not recursed into, and its neighbours live") {
  constexpr size_t kMany = 100'000;
  CHECK(too_deep(kFunction + wrapped(kMany, "(", "1", ")")));
  CHECK(too_deep(kFunction + times(kMany, "(")));
  CHECK(too_deep(kFunction + wrapped(kMany, "[", "1", "]")));
  CHECK(too_deep(kFunction + wrapped(kMany, "f(", "1", ")")));
  CHECK(too_deep("workflow W(p: P) " + wrapped(kMany, "{ step a ", "{ }", "}")));
  CHECK(too_deep(kFunction + times(kMany, "not ") + "a"));
  CHECK(too_deep(kFunction + times(kMany, "-") + "a"));
  CHECK(too_deep(kFunction + times(kMany, "when a then ") + "a"));
  CHECK(too_deep(kFunction + times(kMany, "when a then b otherwise ") + "a"));
  CHECK(too_deep(kFunction + times(kMany, "count of ") + "a"));
  CHECK(too_deep(kFunction + times(kMany, "round ") + "a"));
  CHECK(too_deep("type A = " + times(kMany, "list of ") + "A"));
  CHECK(too_deep("type A = " + times(kMany, "optional ") + "A"));
  CHECK(too_deep(kFunction + "a" + times(kMany, " or a")));
  CHECK(too_deep(kFunction + "a" + times(kMany, " or else a")));
  CHECK(too_deep(kFunction + "a" + times(kMany, ".b")));
  CHECK(too_deep(kFunction + "a" + times(kMany, " < a")));
  CHECK(too_deep(kFunction + wrapped(120, "(1 + ", "1", ")")));
}

TEST_CASE("chains that are lists and not depth have no such limit") {
  CHECK(Parsed("role A" + times(5000, ", A")).errors() == 0);
  CHECK(Parsed(kFunction + "f(1" + times(5000, ", a.b") + ")").errors() == 0);
  CHECK(Parsed("workflow W(p: P) { when a { skip } " + times(2000, "otherwise when a.b { skip } ") + "}")
            .errors() == 0);
  CHECK(Parsed("workflow W(p: P) { " + times(2000, "notify A.b(c.d)\n write g for c.d\n read a.b\n") + "}")
            .errors() == 0);
  CHECK(Parsed(kFunction + "f" + times(5000, "(a)")).errors() == 1);
}

TEST_CASE("a file of five megabytes is read in seconds") {
  const std::string one =
      "function margin(promo: Promotion) -> Ratio = (promo.price - promo.landedCost) / promo.price\n"
      "record Plan { store: Store, available: Qty<ea>, gap: Qty<ea> }\n";
  const size_t count = 5'000'000 / one.size() + 1;
  const std::clock_t start = std::clock();  // our own time: a busy machine is not a slow parser
  const Parsed parsed(times(count, one));
  CHECK(parsed.errors() == 0);
  CHECK(parsed.module.declarations.size() == 2 * count);
  CHECK((std::clock() - start) / CLOCKS_PER_SEC < 60);
}
