// What each op means, and what the host sees when a machine leaves.
#include "tests/unit/compiler/ir/fixture.h"

namespace endcap::ir::testing {

using abi::Builtin;
using abi::Exit;
using abi::WaitKind;

namespace {

GraphId binary(Hand& hand, Op op, abi::TypeId type = kInt) {
  return hand.pure({type, type}, type,
                   [&](GraphBuilder& b, auto& x) { b.end(Return{b.binary(op, type, x[0], x[1])}); });
}

}  // namespace

TEST_CASE("sums are exact over 128 bits and fault when they leave them") {
  Hand hand;
  GraphId add = binary(hand, Op::Add), subtract = binary(hand, Op::Subtract);
  GraphId negate = hand.pure(
      {kInt}, kInt, [](GraphBuilder& b, auto& x) { b.end(Return{b.unary(Op::Negate, kInt, x[0])}); });
  Evaluator run(hand.program);
  CHECK(run.value(add, {40, 2}) == 42);
  CHECK(run.value(subtract, {-1, int128_max()}) == -int128_max() - 1);
  CHECK(run.fault(add, {int128_max(), 1}) == FaultKind::Overflow);
  CHECK(run.fault(subtract, {-2, int128_max()}) == FaultKind::Overflow);
  CHECK(run.value(negate, {5}) == -5);
  CHECK(run.fault(negate, {-int128_max() - 1}) == FaultKind::Overflow);
}

TEST_CASE("comparisons are signed") {
  Hand hand;
  auto compare = [&](Predicate predicate) {
    return hand.pure({kInt, kInt}, kBool,
                     [&](GraphBuilder& b, auto& x) { b.end(Return{b.compare(predicate, x[0], x[1])}); });
  };
  GraphId less = compare(Predicate::Less), less_equal = compare(Predicate::LessEqual),
          equal = compare(Predicate::Equal), not_equal = compare(Predicate::NotEqual),
          greater = compare(Predicate::Greater), greater_equal = compare(Predicate::GreaterEqual);
  Evaluator run(hand.program);
  CHECK(run.value(less, {-1, 0}) == 1);
  CHECK(run.value(less, {0, 0}) == 0);
  CHECK(run.value(less_equal, {0, 0}) == 1);
  CHECK(run.value(equal, {7, 7}) == 1);
  CHECK(run.value(not_equal, {7, 7}) == 0);
  CHECK(run.value(greater, {int128_max(), -1}) == 1);
  CHECK(run.value(greater_equal, {-2, -1}) == 0);
}

TEST_CASE("truth values combine as truth values") {
  Hand hand;
  GraphId both = binary(hand, Op::And, kBool), either = binary(hand, Op::Or, kBool);
  GraphId negation = hand.pure(
      {kBool}, kBool, [](GraphBuilder& b, auto& x) { b.end(Return{b.unary(Op::Not, kBool, x[0])}); });
  Evaluator run(hand.program);
  CHECK(run.value(both, {1, 0}) == 0);
  CHECK(run.value(both, {1, 1}) == 1);
  CHECK(run.value(either, {0, 1}) == 1);
  CHECK(run.value(either, {0, 0}) == 0);
  CHECK(run.value(negation, {0}) == 1);
  CHECK(run.value(negation, {1}) == 0);
}

TEST_CASE("a record gives its fields, an optional its presence") {
  Hand hand;
  GraphId second = hand.pure({kInt, kInt}, kInt, [](GraphBuilder& b, auto& x) {
    RegisterId pair = b.call(Builtin::RecordMake, kPair, {x[0], x[1]}, 2);
    b.end(Return{b.field(pair, kInt, 1)});
  });
  GraphId present = hand.pure({kInt}, kBool, [](GraphBuilder& b, auto& x) {
    b.end(Return{b.unary(Op::IsPresent, kBool, b.call(Builtin::OptionalMake, kMaybe, {x[0]}))});
  });
  GraphId absent = hand.pure({}, kBool, [](GraphBuilder& b, auto&) {
    b.end(Return{b.unary(Op::IsPresent, kBool, b.constant(kMaybe, 0))});
  });
  REQUIRE(verify(hand.program).empty());
  Evaluator run(hand.program);
  CHECK(run.value(second, {3, 4}) == 4);
  CHECK(run.value(present, {0}) == 1);
  CHECK(run.value(absent, {}) == 0);
}

TEST_CASE("a loop sums a list") {
  Hand hand;
  GraphId sum = hand.pure({kInts}, kInt, [](GraphBuilder& b, auto& x) {
    RegisterId total = b.make_register(kInt), index = b.make_register(kInt);
    b.set_constant(total, 0);
    b.set_constant(index, 0);
    BlockId head = b.make_block(), body = b.make_block(), exit = b.make_block();
    b.jump(head);
    b.at(head);
    b.branch(b.compare(Predicate::Less, index, b.call(Builtin::ListCount, kInt, {x[0]})), body, exit);
    b.at(body);
    b.assign(total, b.binary(Op::Add, kInt, total, b.call(Builtin::ListGet, kInt, {x[0], index}, kInts)));
    b.assign(index, b.binary(Op::Add, kInt, index, b.integer(1)));
    b.jump(head);
    b.at(exit);
    b.end(Return{total});
  });
  GraphId all = hand.pure({kInt, kInt, kInt}, kInt, [&](GraphBuilder& b, auto& x) {
    b.end(Return{b.call_graph(sum, kInt, {b.call(Builtin::ListMake, kInts, {x[0], x[1], x[2]}, 3)})});
  });
  REQUIRE(verify(hand.program).empty());
  CHECK(Evaluator(hand.program).value(all, {10, 20, 12}) == 42);
}

TEST_CASE("a fault in a callee faults the caller and keeps the place where it happened") {
  Hand hand;
  GraphId add = binary(hand, Op::Add);
  hand.program.graphs[add.index].blocks[0].instructions[0].place = {
      .line = 17, .column = 5, .end_column = 12};
  GraphId caller = hand.pure({kInt, kInt}, kInt, [&](GraphBuilder& b, auto& x) {
    b.place({.line = 99});
    b.end(Return{b.call_graph(add, kInt, {x[0], x[1]})});
  });
  Evaluator run(hand.program);
  CHECK(run.fault(caller, {int128_max(), int128_max()}) == FaultKind::Overflow);
  CHECK(run.context().fault_place == abi::SourcePlace{.line = 17, .column = 5, .end_column = 12});
}

TEST_CASE("a policy that can't be computed gives what its caller says") {
  Hand hand;
  GraphId add = binary(hand, Op::Add);
  GraphId guarded = hand.pure({kInt, kInt}, kInt, [&](GraphBuilder& b, auto& x) {
    b.end(Return{b.try_graph(add, kInt, {x[0], x[1]}, -1)});
  });
  Evaluator run(hand.program);
  CHECK(run.value(guarded, {1, 2}) == 3);
  CHECK(run.value(guarded, {int128_max(), 1}) == -1);
}

TEST_CASE("a switch takes the case of its number, else the fallback") {
  Hand hand;
  GraphId choose = hand.pure({kInt}, kInt, [](GraphBuilder& b, auto& x) {
    BlockId one = b.make_block(), other = b.make_block();
    b.end(SwitchInt{x[0], {{-1, one}}, other});
    b.at(one);
    b.end(Return{b.integer(10)});
    b.at(other);
    b.end(FaultOut{FaultKind::OutOfRange});
  });
  Evaluator run(hand.program);
  CHECK(run.value(choose, {-1}) == 10);
  CHECK(run.fault(choose, {1}) == FaultKind::OutOfRange);
}

namespace {

// waits for `limit`, hears the answer and sells the pair (limit, answer)
void build_wait(Hand& hand) {
  hand.main([&](GraphBuilder& b) {
    RegisterId limit = b.add_parameter(kInt, "limit");
    uint32_t until = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(until, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(until));
    BlockId ok = b.make_block(), lost = b.make_block(), unhandled = b.make_block();
    b.end(SwitchTag{{{abi::Tag::Ok, ok}, {abi::Tag::Rejected, lost}}, unhandled});
    b.at(ok);
    RegisterId answer = b.load(Op::LoadInput, kInt);
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {limit, answer}, 2)});
    b.at(lost);
    RegisterId detail = b.load(Op::LoadDetail, kInt);
    b.end(Fail{1, b.call(Builtin::RecordMake, kPair, {limit, detail}, 2), true});
    b.place({.line = 31});
    b.at(unhandled);
    b.end(FaultOut{FaultKind::Unhandled});
  });
  fill_liveness(hand.program);
}

}  // namespace

TEST_CASE("a machine parks with operands and live values, and goes on with what it is resumed with") {
  Hand hand;
  build_wait(hand);
  REQUIRE(verify(hand.program) == std::vector<std::string>{});
  std::shared_ptr<abi::Program> program = interpret(std::move(hand.program));
  abi::Workspace workspace(*program, nullptr);
  abi::Context& context = workspace.context();
  context.program = program.get();
  auto advance = [&](uint32_t state) { return program->machines[0].advance(&context, state); };

  context.frame[0].bits = 7;
  context.now = 1234;
  REQUIRE(advance(0) == Exit::Park);
  CHECK(context.next_state == 1);
  CHECK(context.operand_count == 1);
  CHECK(context.operands[0].bits == 1234);
  CHECK(context.frame_count == 1);
  CHECK(context.frame[0].bits == 7);

  SUBCASE("the answer finishes it") {
    context.input_tag = abi::Tag::Ok;
    context.input.bits = 35;
    REQUIRE(advance(1) == Exit::Finish);
    CHECK(context.outcome == 0);
    const abi::Cell* record = workspace.arena().cells(static_cast<abi::Reference>(context.operands[0].bits));
    CHECK(record[0].bits == 7);
    CHECK(record[1].bits == 35);
  }
  SUBCASE("a rejection fails it, with its number") {
    context.input_tag = abi::Tag::Rejected;
    context.input_detail = 2;
    REQUIRE(advance(1) == Exit::Fail);
    CHECK(context.outcome == 1);
    CHECK(context.compensate == 1);
    const abi::Cell* record = workspace.arena().cells(static_cast<abi::Reference>(context.operands[0].bits));
    CHECK(record[1].bits == 2);
  }
  SUBCASE("what nobody handles is a fault with its line") {
    context.input_tag = abi::Tag::Unavailable;
    REQUIRE(advance(1) == Exit::Faulted);
    CHECK(context.fault == static_cast<uint32_t>(FaultKind::Unhandled));
    CHECK(context.fault_place.line == 31);
  }
}

TEST_CASE("an element yields, is skipped or is done; a guard says yes or no") {
  Hand hand;
  hand.main(
      [&](GraphBuilder& b) {
        RegisterId element = b.add_parameter(kInt, "element");
        BlockId yields = b.make_block(), others = b.make_block(), skips = b.make_block(),
                done = b.make_block();
        b.branch(b.compare(Predicate::Greater, element, b.integer(0)), yields, others);
        b.at(yields);
        b.end(Yield{element});
        b.at(others);
        b.branch(b.compare(Predicate::Equal, element, b.integer(0)), skips, done);
        b.at(skips);
        b.end(SkipElement{});
        b.at(done);
        b.end(Done{});
        hand.wait(b, WaitKind::Until, "", {});  // the guard
        b.at(b.entry(1));
        b.end(GuardResult{b.compare(Predicate::Less, b.load(Op::LoadInput, kInt), b.integer(10))});
      },
      abi::MachineKind::Element);
  fill_liveness(hand.program);
  std::shared_ptr<abi::Program> program = interpret(std::move(hand.program));
  abi::Workspace workspace(*program, nullptr);
  abi::Context& context = workspace.context();
  context.program = program.get();
  auto exit_of = [&](int element) {
    context.frame[0].bits = element;
    return program->machines[0].advance(&context, 0);
  };
  CHECK(exit_of(5) == Exit::Yield);
  CHECK(context.operands[0].bits == 5);
  CHECK(exit_of(0) == Exit::Skip);
  CHECK(exit_of(-5) == Exit::Done);
  context.input.bits = 9;
  CHECK(program->machines[0].advance(&context, 1) == Exit::GuardTrue);
  context.input.bits = 10;
  CHECK(program->machines[0].advance(&context, 1) == Exit::GuardFalse);
}

}  // namespace endcap::ir::testing
