// Ratios that are compared need no object: native code gives what the interpreter gives, up to the ends of
// what numbers hold, whether they stay in registers or not.
#include "compiler/codegen/ratios.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "compiler/codegen/jit.h"
#include "compiler/ir/interpreter.h"
#include "runtime/abi/builtins.h"
#include "tests/unit/compiler/ir/fixture.h"

using namespace endcap;
using namespace endcap::ir::testing;
using abi::Builtin;
using ir::GraphBuilder;
using ir::RegisterId;

namespace {

using Registers = std::vector<RegisterId>;

constexpr Int128 kMost = ~(Int128{1} << 127);
const Int128 kExtremes[] = {0,
                            1,
                            -1,
                            3,
                            -7,
                            12,
                            100,
                            999'999'999,
                            INT64_MAX,
                            INT64_MIN,
                            Int128{INT64_MAX} + 1,
                            kMost / 100,
                            kMost / 10,
                            kMost,
                            -kMost,
                            -kMost - 1};

// Of (a, b, c, d): a / b against c / d, with so many places each.
ir::GraphId quotients_of(Hand& hand, uint64_t first_places, uint64_t second_places) {
  return hand.pure({kInt, kInt, kInt, kInt}, kInt, [&](GraphBuilder& b, Registers& p) {
    const RegisterId first = b.call(Builtin::RatioMake, kRatio, {p[0], p[1]}, first_places);
    const RegisterId second = b.call(Builtin::RatioMake, kRatio, {p[2], p[3]}, second_places);
    b.end(ir::Return{b.call(Builtin::RatioCompare, kInt, {first, second})});
  });
}

// a / b + c % against d %: the sum is an object.
ir::GraphId sum_of(Hand& hand) {
  return hand.pure({kInt, kInt, kInt, kInt}, kInt, [&](GraphBuilder& b, Registers& p) {
    const RegisterId first = b.call(Builtin::RatioMake, kRatio, {p[0], p[1]}, 2 | 2 << 8);
    const RegisterId more = b.call(Builtin::RatioOfDecimal, kRatio, {p[2]}, 1 << 8);
    const RegisterId all = b.call(Builtin::RatioAdd, kRatio, {first, more});
    const RegisterId limit = b.call(Builtin::RatioOfDecimal, kRatio, {p[3]}, 2 | 1 << 8);
    b.end(ir::Return{b.call(Builtin::RatioCompare, kInt, {all, limit})});
  });
}

void check_same(const Hand& hand, ir::GraphId graph) {
  const auto native = codegen::compile(hand.program, {}).value();
  const codegen::PureFn function = codegen::find_pure(*native, hand.program.graphs[graph.index].name);
  REQUIRE((function != nullptr));
  abi::Workspace here(*native, nullptr), there(hand.program.abi, nullptr);
  size_t faults = 0, less = 0, more = 0;
  for (const Int128 a : kExtremes) {
    for (const Int128 b : kExtremes) {
      for (const Int128 c : kExtremes) {
        for (const Int128 d : {Int128{1}, Int128{-9}, Int128{100}, Int128{INT64_MIN}, kMost}) {
          here.arena().reset();
          there.arena().reset();
          const abi::Cell arguments[] = {{a}, {b}, {c}, {d}};
          abi::Cell result, expected;
          const uint32_t code = function(&here.context(), &result, arguments);
          REQUIRE(code == ir::evaluate(hand.program, graph, there.context(), arguments, expected));
          if (code != 0) {
            ++faults;
            continue;
          }
          REQUIRE(result.bits == expected.bits);
          ++(result.bits < 0 ? less : more);
        }
      }
    }
  }
  CHECK(faults > 1'000);
  CHECK(less > 1'000);
  CHECK(more > 1'000);
}

}  // namespace

TEST_CASE("quotients are compared as the interpreter compares them") {
  for (const auto& [first, second] :
       {std::pair{0, 0}, std::pair{2 | 2 << 8, 2 | 2 << 8}, std::pair{0 | 6 << 8, 4 | 0 << 8},
        std::pair{0 | 30 << 8, 38 | 0 << 8}}) {
    CAPTURE(first);
    CAPTURE(second);
    Hand hand;
    const ir::GraphId graph = quotients_of(hand, first, second);
    CHECK(codegen::ratios_in_registers(hand.program.graphs[graph.index]).size() == 2);
    check_same(hand, graph);
  }
}

TEST_CASE("so are those of which one is an object") {
  Hand hand;
  const ir::GraphId graph = sum_of(hand);
  // What is added to something is asked for as an object.
  CHECK(codegen::ratios_in_registers(hand.program.graphs[graph.index]).size() == 1);
  check_same(hand, graph);
}
