// What a frame holds: exactly what the rest of the machine can still need.
#include "tests/unit/compiler/ir/fixture.h"

namespace endcap::ir::testing {

using abi::Builtin;
using abi::WaitKind;

namespace {

std::vector<std::string> names(const std::vector<abi::Slot>& slots) {
  std::vector<std::string> result;
  for (const abi::Slot& slot : slots) result.push_back(slot.name);
  return result;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a frame holds what is used after the wait, in the order of registers") {
  Hand hand;
  hand.main([&](GraphBuilder& b) {
    RegisterId dead = b.add_parameter(kInt, "dead");
    RegisterId late = b.add_parameter(kInt, "late");
    RegisterId early = b.make_register(kInt, "early");
    b.assign(early, dead);
    uint32_t first = hand.wait(b, WaitKind::Until, "first", {kInstant});
    b.park(first, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(first));
    RegisterId sum = b.binary(Op::Add, kInt, early, late);
    uint32_t second = hand.wait(b, WaitKind::Until, "second", {kInstant});
    b.park(second, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(second));
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {late, sum}, 2)});
  });
  fill_liveness(hand.program);
  CHECK(verify(hand.program) == Names{});
  const auto& states = hand.program.abi.machines[0].states;
  CHECK(names(states[0].live) == Names{"dead", "late"});  // the parameters, used or not
  CHECK(names(states[1].live) == Names{"late", "early"});
  CHECK(names(states[2].live) == Names{"late", ""});
  CHECK(names(hand.program.abi.machines[0].parameters) == Names{"dead", "late"});
}

TEST_CASE("a loop keeps alive what its next round needs") {
  Hand hand;
  hand.main([&](GraphBuilder& b) {
    RegisterId limit = b.add_parameter(kInt, "limit");
    RegisterId count = b.make_register(kInt, "count");
    b.set_constant(count, 0);
    BlockId head = b.make_block(), again = b.make_block(), exit = b.make_block();
    b.jump(head);
    b.at(head);
    b.branch(b.compare(Predicate::Less, count, limit), again, exit);
    b.at(again);
    uint32_t pause = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(pause, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(pause));
    b.assign(count, b.binary(Op::Add, kInt, count, b.integer(1)));
    b.jump(head);
    b.at(exit);
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {count, count}, 2)});
  });
  fill_liveness(hand.program);
  CHECK(verify(hand.program) == Names{});
  CHECK(names(hand.program.abi.machines[0].states[1].live) == Names{"limit", "count"});
}

TEST_CASE("a guard sees the frame of its wait, and what only the guard needs is in it") {
  Hand hand;
  hand.program.abi.events.push_back({.name = "Sold", .record = kPair});
  hand.main([&](GraphBuilder& b) {
    RegisterId wanted = b.add_parameter(kInt, "wanted");
    RegisterId price = b.add_parameter(kInt, "price");
    uint32_t pause = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(pause, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(pause));
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {price, price}, 2)});
    uint32_t guard = hand.wait(b, WaitKind::Until, "", {});
    hand.point(pause).events = {{.event = 0, .guard_state = guard}};
    b.at(b.entry(guard));
    RegisterId sold = b.field(b.load(Op::LoadInput, kPair), kInt, 0);
    b.end(GuardResult{b.compare(Predicate::Equal, sold, wanted)});
  });
  fill_liveness(hand.program);
  CHECK(verify(hand.program) == Names{});
  const auto& states = hand.program.abi.machines[0].states;
  CHECK(names(states[1].live) == Names{"wanted", "price"});
  CHECK(names(states[2].live) == names(states[1].live));
}

TEST_CASE("trust travels from registers to slots") {
  Hand hand;
  hand.main([&](GraphBuilder& b) {
    RegisterId forecast = b.add_parameter(kInt, "forecast", abi::Trust::Advice);
    uint32_t pause = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(pause, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(pause));
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {forecast, forecast}, 2)});
  });
  fill_liveness(hand.program);
  REQUIRE(hand.program.abi.machines[0].states[1].live.size() == 1);
  CHECK(hand.program.abi.machines[0].states[1].live[0].trust == abi::Trust::Advice);
}

}  // namespace endcap::ir::testing
