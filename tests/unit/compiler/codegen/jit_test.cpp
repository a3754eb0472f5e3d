// Native code does what the interpreter does: graphs by hand and random graphs.
#include "compiler/codegen/jit.h"

#include <doctest/doctest.h>

#include "tests/unit/compiler/codegen/differential.h"
#include "tests/unit/compiler/codegen/random_graphs.h"
#include "tests/unit/compiler/ir/fixture.h"

using namespace endcap;
using namespace endcap::codegen;
using namespace endcap::codegen::testing;
using namespace endcap::ir::testing;
using abi::Builtin;
using ir::GraphBuilder;
using ir::Op;
using ir::RegisterId;

namespace {

using Registers = std::vector<RegisterId>;

// The result of a native pure graph, or its fault.
std::pair<uint32_t, Int128> call(const abi::Program& program, const std::string& graph,
                                 std::vector<Int128> arguments) {
  abi::Workspace workspace(program, nullptr);
  std::vector<abi::Cell> cells;
  for (const Int128 bits : arguments) cells.push_back({bits});
  abi::Cell result;
  const uint32_t code = find_pure(program, graph)(&workspace.context(), &result, cells.data());
  return {code, result.bits};
}

// A machine with a wait, a switch on the tag, a loop over a list, an event-like guard and every way to end.
Hand machine_with_everything() {
  Hand hand;
  const ir::GraphId risky = hand.pure({kInt, kInt}, kInt, [](GraphBuilder& b, Registers& p) {
    b.place({.line = 11, .column = 3, .end_column = 9});
    b.end(ir::Return{b.binary(Op::Add, kInt, p[0], p[1])});
  });
  hand.main([&](GraphBuilder& b) {
    const RegisterId first = b.load(Op::LoadNow, kInt);
    const RegisterId pair = b.call(Builtin::RecordMake, kPair, {first, b.integer(7)}, 2);
    const RegisterId list = b.call(Builtin::ListMake, kInts, {first, first, first}, 3);
    const uint32_t wait = hand.wait(b, abi::WaitKind::Notify, "w", {kPair, kInt});
    b.place({.line = 20, .column = 3, .end_column = 9});
    b.park(wait, {pair, first});
    b.at(b.entry(wait));
    const ir::BlockId ok = b.make_block(), rejected = b.make_block(), other = b.make_block(),
                      expired = b.make_block();
    b.end(ir::SwitchTag{{{abi::Tag::Ok, ok}, {abi::Tag::Rejected, rejected}, {abi::Tag::Expired, expired}},
                        other});
    b.at(other);
    b.place({.line = 30, .column = 3, .end_column = 9});
    b.end(ir::FaultOut{FaultKind::Unhandled});
    b.at(expired);
    const RegisterId count = b.call(Builtin::ListCount, kInt, {list});
    const RegisterId sum = b.try_graph(risky, kInt, {b.field(pair, kInt, 0), count}, -1);
    b.end(ir::Fail{1, b.call(Builtin::RecordMake, kPair, {sum, count}, 2), true});
    b.at(rejected);
    b.place({.line = 40, .column = 3, .end_column = 9});
    const RegisterId detail = b.load(Op::LoadDetail, kInt);
    const RegisterId chosen = b.call(Builtin::ListGet, kInt, {list, detail}, kInts);
    const RegisterId total = b.call_graph(risky, kInt, {chosen, b.field(pair, kInt, 1)});
    b.park(wait, {b.call(Builtin::RecordMake, kPair, {total, detail}, 2), total});
    b.at(ok);
    b.end(ir::Finish{0, pair});
  });
  ir::fill_liveness(hand.program);
  return hand;
}

}  // namespace

TEST_CASE("checked arithmetic overflows where 128 bits end") {
  Hand hand;
  hand.pure({kInt, kInt}, kInt, [](GraphBuilder& b, Registers& p) {
    b.place({.line = 3, .column = 3, .end_column = 9});
    b.end(ir::Return{b.binary(Op::Add, kInt, p[0], p[1])});
  });
  hand.pure({kInt, kInt}, kInt, [](GraphBuilder& b, Registers& p) {
    b.end(ir::Return{b.binary(Op::Subtract, kInt, p[0], p[1])});
  });
  hand.pure({kInt}, kInt,
            [](GraphBuilder& b, Registers& p) { b.end(ir::Return{b.unary(Op::Negate, kInt, p[0])}); });
  const auto program = compile(hand.program, {}).value();
  const Int128 max = int128_max(), min = -max - 1;
  constexpr uint32_t kOverflow = static_cast<uint32_t>(FaultKind::Overflow);
  CHECK(call(*program, "function f0", {max - 1, 1}) == std::pair{0U, max});
  CHECK(call(*program, "function f0", {max, 1}).first == kOverflow);
  CHECK(call(*program, "function f0", {min, -1}).first == kOverflow);
  CHECK(call(*program, "function f1", {min, 1}).first == kOverflow);
  CHECK(call(*program, "function f1", {0, max}) == std::pair{0U, -max});
  CHECK(call(*program, "function f2", {min}).first == kOverflow);
  CHECK(call(*program, "function f2", {max}) == std::pair{0U, -max});
}

TEST_CASE("a machine parks, resumes, loops, faults and ends as it does interpreted") {
  Differential both(machine_with_everything().program);
  both.run(1, 3000);
  CHECK(both.exits[abi::Exit::Park] > 100);
  CHECK(both.exits[abi::Exit::Finish] > 100);
  CHECK(both.exits[abi::Exit::Fail] > 100);
  CHECK(both.exits[abi::Exit::Faulted] > 100);
}

TEST_CASE("an unknown state is a defect, not a crash") {
  Hand hand = machine_with_everything();
  const auto program = compile(hand.program, {}).value();
  abi::Workspace workspace(*program, nullptr);
  CHECK(program->machines[0].advance(&workspace.context(), 99) == abi::Exit::Faulted);
  CHECK(workspace.context().fault == static_cast<uint32_t>(FaultKind::Defect));
}

TEST_CASE("random graphs give the same values and the same faults at the same places") {
  int returns = 0, faults = 0;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    Hand hand;
    RandomGraphs random(seed);
    for (int graph = 0; graph < 8; ++graph) random.add(hand);
    REQUIRE(ir::verify(hand.program) == std::vector<std::string>{});
    Differential both(hand.program);
    both.run(seed * 1000, 60);
    returns += both.returns;
    faults += both.faults;
  }
  CHECK(returns > 1000);
  CHECK(faults > 100);
}

TEST_CASE("however much effort goes into it, it gives the same bytes") {
  for (const Effort effort : {Effort::ByUse, Effort::Quick, Effort::Thorough}) {
    CAPTURE(static_cast<int>(effort));
    Hand hand = machine_with_everything();
    RandomGraphs random(99);
    for (int graph = 0; graph < 4; ++graph) random.add(hand);
    Differential both(hand.program, {.cache = {}, .effort = effort});
    both.run(5, 200);
  }
}

TEST_CASE("an interpreted program has no native functions") {
  Hand hand = machine_with_everything();
  const auto interpreted = ir::interpret(hand.program);
  CHECK((find_pure(*interpreted, "function f0") == nullptr));
  const auto program = compile(hand.program, {}).value();
  CHECK((find_pure(*program, "function f0") != nullptr));
  CHECK((find_pure(*program, "function f99") == nullptr));
}
