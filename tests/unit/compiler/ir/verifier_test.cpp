// What the verifier refuses: one broken graph a case, made from a good one.
#include "tests/unit/compiler/ir/fixture.h"

namespace endcap::ir::testing {

using abi::Builtin;
using abi::WaitKind;

namespace {

bool says(const Program& program, std::string_view part) {
  for (const std::string& finding : verify(program)) {
    if (finding.find(part) != std::string::npos) return true;
  }
  std::string all;
  for (const std::string& finding : verify(program)) all += finding + "\n";
  INFO("the verifier says: ", all);
  CHECK_MESSAGE(false, "not said: ", std::string(part));
  return false;
}

// A machine that waits once with `limit` live and then sells (limit, limit).
Hand waiting_machine() {
  Hand hand;
  hand.main([&](GraphBuilder& b) {
    RegisterId limit = b.add_parameter(kInt, "limit");
    uint32_t until = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(until, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(until));
    BlockId ok = b.make_block(), other = b.make_block();
    b.end(SwitchTag{{{abi::Tag::Ok, ok}}, other});
    b.at(ok);
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {limit, limit}, 2)});
    b.at(other);
    b.end(FaultOut{FaultKind::Unhandled});
  });
  fill_liveness(hand.program);
  return hand;
}

Block& block(Program& program, size_t index) { return program.graphs[0].blocks[index]; }

}  // namespace

TEST_CASE("a good machine passes") { CHECK(verify(waiting_machine().program) == std::vector<std::string>{}); }

TEST_CASE("ids must name something") {
  Hand hand = waiting_machine();
  SUBCASE("a register") { block(hand.program, 0).instructions[1].result = RegisterId(99); }
  SUBCASE("a block") { std::get<SwitchTag>(block(hand.program, 1).terminator).fallback = BlockId(99); }
  SUBCASE("a state") { std::get<Park>(block(hand.program, 0).terminator).state = 9; }
  CHECK(says(hand.program, "does not exist"));
}

TEST_CASE("a state begins with its frame and nothing else loads it") {
  Hand hand = waiting_machine();
  auto& loads = block(hand.program, 1).instructions;
  SUBCASE("missing") {
    loads.clear();
    CHECK(says(hand.program, "does not begin by loading its frame"));
  }
  SUBCASE("another slot") {
    loads[0].index = 1;
    CHECK(says(hand.program, "does not begin by loading its frame"));
  }
  SUBCASE("elsewhere") {
    auto& other = block(hand.program, 2).instructions;
    other.insert(other.begin(), loads[0]);
    CHECK(says(hand.program, "away from the head of a state"));
  }
}

TEST_CASE("the description of a wait point says what the graph does") {
  Hand hand = waiting_machine();
  abi::WaitPoint& point = hand.program.abi.machines[0].states[1];
  SUBCASE("trust of a live slot") {
    point.live[0].trust = abi::Trust::Advice;
    CHECK(says(hand.program, "other live slots"));
  }
  SUBCASE("type of a live slot") {
    point.live[0].type = kText;
    CHECK(says(hand.program, "other live slots"));
  }
  SUBCASE("type of an operand") {
    point.operands[0] = kDuration;
    CHECK(says(hand.program, "operand 0 has the wrong type"));
  }
  SUBCASE("number of operands") {
    point.operands.push_back(kInstant);
    CHECK(says(hand.program, "parks with 1 operands, not 2"));
  }
  SUBCASE("an approval without a policy") {
    point.kind = WaitKind::Approve;
    CHECK(says(hand.program, "under no policy"));
  }
  SUBCASE("a deadline that is none") {
    point.kind = WaitKind::AwaitEvent;
    CHECK(says(hand.program, "has no deadline"));
  }
}

TEST_CASE("a register is assigned on every path before it is used") {
  Hand hand;
  hand.pure({kBool}, kInt, [](GraphBuilder& b, auto& x) {
    RegisterId maybe = b.make_register(kInt, "maybe");
    BlockId then = b.make_block(), join = b.make_block();
    b.branch(x[0], then, join);
    b.at(then);
    b.set_constant(maybe, 1);
    b.jump(join);
    b.at(join);
    b.end(Return{maybe});
  });
  CHECK(says(hand.program, "register 1 (maybe) may be used before it is assigned"));
}

TEST_CASE("a live register is assigned on every path to the park") {
  Hand hand;
  hand.main([&](GraphBuilder& b) {
    RegisterId given = b.add_parameter(kBool, "given");
    RegisterId maybe = b.make_register(kInt, "maybe");
    BlockId then = b.make_block(), join = b.make_block();
    b.branch(given, then, join);
    b.at(then);
    b.set_constant(maybe, 1);
    b.jump(join);
    b.at(join);
    uint32_t until = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(until, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(until));
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {maybe, maybe}, 2)});
  });
  fill_liveness(hand.program);
  CHECK(says(hand.program, "may be used before it is assigned"));
}

TEST_CASE("a ratio behind `optional` does not live across a wait either") {
  Hand hand;
  hand.main([&](GraphBuilder& b) {
    RegisterId ratio = b.call(Builtin::RatioMake, kRatio, {b.integer(1), b.integer(3)});
    RegisterId maybe = b.call(Builtin::OptionalMake, kMaybeRatio, {ratio});
    uint32_t until = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(until, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(until));
    RegisterId known = b.call(Builtin::OptionalGet, kRatio, {maybe});
    RegisterId sign = b.call(Builtin::RatioCompare, kInt, {known, known});
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {sign, sign}, 2)});
  });
  fill_liveness(hand.program);
  CHECK(says(hand.program, "a ratio would live across a wait"));
}

TEST_CASE("a ratio does not live across a wait") {
  Hand hand;
  hand.main([&](GraphBuilder& b) {
    RegisterId ratio = b.call(Builtin::RatioMake, kRatio, {b.integer(1), b.integer(3)});
    uint32_t until = hand.wait(b, WaitKind::Until, "pause", {kInstant});
    b.park(until, {b.load(Op::LoadNow, kInstant)});
    b.at(b.entry(until));
    RegisterId sign = b.call(Builtin::RatioCompare, kInt, {ratio, ratio});
    b.end(Finish{0, b.call(Builtin::RecordMake, kPair, {sign, sign}, 2)});
  });
  fill_liveness(hand.program);
  CHECK(says(hand.program, "a ratio would live across a wait"));
}

TEST_CASE("operands have the types that their op takes") {
  Hand hand;
  auto pure = [&](abi::TypeId result, auto make) {
    hand.pure({kInt, kText, kAud, kInts}, result,
              [&](GraphBuilder& b, auto& x) { b.end(Return{make(b, x)}); });
  };
  SUBCASE("money and a number are not added") {
    pure(kInt, [](GraphBuilder& b, auto& x) { return b.binary(Op::Add, kInt, x[0], x[2]); });
    CHECK(says(hand.program, "a sum between registers"));
  }
  SUBCASE("texts are not compared as numbers") {
    pure(kBool, [](GraphBuilder& b, auto& x) { return b.compare(Predicate::Less, x[1], x[1]); });
    CHECK(says(hand.program, "two scalars of one type"));
  }
  SUBCASE("a record gets its own fields") {
    pure(kPair, [](GraphBuilder& b, auto& x) { return b.call(Builtin::RecordMake, kPair, {x[0], x[1]}, 2); });
    CHECK(says(hand.program, "field second of Pair gets the wrong type"));
  }
  SUBCASE("a field exists") {
    pure(kInt, [](GraphBuilder& b, auto& x) {
      return b.field(b.call(Builtin::RecordMake, kPair, {x[0], x[0]}, 2), kInt, 2);
    });
    CHECK(says(hand.program, "has no field 2"));
  }
  SUBCASE("a list takes its elements") {
    pure(kInts, [](GraphBuilder& b, auto& x) { return b.call(Builtin::ListAppend, kInts, {x[3], x[1]}); });
    CHECK(says(hand.program, "an element has the wrong type"));
  }
  SUBCASE("a builtin takes its number of arguments") {
    pure(kInt, [](GraphBuilder& b, auto& x) { return b.call(Builtin::ListCount, kInt, {x[3], x[3]}); });
    CHECK(says(hand.program, "takes 1 arguments, not 2"));
  }
  SUBCASE("a result is what the graph says") {
    pure(kText, [](GraphBuilder&, auto& x) { return x[0]; });
    CHECK(says(hand.program, "returns another type"));
  }
  SUBCASE("a literal exists") {
    pure(kText, [](GraphBuilder& b, auto&) { return b.call(Builtin::TextLiteral, kText, {}, 7); });
    CHECK(says(hand.program, "a text literal that the program does not have"));
  }
}

TEST_CASE("a terminator stands where it belongs") {
  Hand hand;
  SUBCASE("a pure graph does not wait") {
    hand.pure({}, kInt, [](GraphBuilder& b, auto&) { b.end(Done{}); });
    CHECK(says(hand.program, "a pure graph ends only in a return or a fault"));
  }
  SUBCASE("a machine does not return") {
    hand.main([](GraphBuilder& b) { b.end(Return{b.integer(1)}); });
    fill_liveness(hand.program);
    CHECK(says(hand.program, "a machine does not return"));
  }
  SUBCASE("only an element yields") {
    hand.main([](GraphBuilder& b) { b.end(Yield{b.integer(1)}); }, abi::MachineKind::Branch);
    fill_liveness(hand.program);
    CHECK(says(hand.program, "only an element yields"));
  }
  SUBCASE("the main machine has an outcome") {
    hand.main([](GraphBuilder& b) { b.end(Done{}); });
    fill_liveness(hand.program);
    CHECK(says(hand.program, "ends without an outcome"));
  }
  SUBCASE("a failure is not finished with") {
    hand.main([](GraphBuilder& b) {
      b.end(Finish{1, b.call(Builtin::RecordMake, kPair, {b.integer(1), b.integer(1)}, 2)});
    });
    fill_liveness(hand.program);
    CHECK(says(hand.program, "an outcome that the workflow does not have"));
  }
  SUBCASE("a guard only answers") {
    hand.main(
        [&](GraphBuilder& b) {
          b.end(Done{});
          hand.wait(b, WaitKind::Until, "", {});
          b.at(b.entry(1));
          b.end(Done{});
        },
        abi::MachineKind::Handler);
    fill_liveness(hand.program);
    CHECK(says(hand.program, "a guard only says yes or no"));
  }
}

TEST_CASE("what is never reached does not stay") {
  Hand hand = waiting_machine();
  SUBCASE("a block") {
    hand.program.graphs[0].blocks.push_back({{}, FaultOut{FaultKind::Defect}, 0});
    CHECK(says(hand.program, "is never reached"));
    remove_unreachable(hand.program.graphs[0]);
    CHECK(verify(hand.program) == std::vector<std::string>{});
  }
  SUBCASE("a state") {
    Graph& graph = hand.program.graphs[0];
    graph.blocks.push_back({{}, FaultOut{FaultKind::Defect}, 0});
    graph.states.push_back({BlockId(graph.blocks.size() - 1), {}});
    hand.program.abi.machines[0].states.push_back({.path = "nowhere", .operands = {kInstant}});
    CHECK(says(hand.program, "is never parked at"));
  }
}

TEST_CASE("no graph calls itself") {
  Hand hand;
  GraphId self(0);
  hand.pure({}, kInt, [&](GraphBuilder& b, auto&) { b.end(Return{b.call_graph(self, kInt, {})}); });
  CHECK(says(hand.program, "calls itself"));
}

TEST_CASE("a single leaf is written once, unless the grant was given anew") {
  Hand hand;
  bool asks_again = false;
  SUBCASE("written again") {}
  SUBCASE("granted again in between") { asks_again = true; }
  hand.main([&](GraphBuilder& b) {
    RegisterId grant = b.add_parameter(kGrant, "grant");
    RegisterId target = b.constant(kText, 0);
    BlockId writes = b.make_block();
    b.jump(writes);
    b.at(writes);
    uint32_t write = hand.wait(b, WaitKind::Write, "write", {kGrant, kText});
    b.park(write, {grant, target});
    b.at(b.entry(write));
    BlockId ok = b.make_block(), other = b.make_block();
    b.end(SwitchTag{{{abi::Tag::Ok, ok}}, other});
    b.at(ok);
    if (asks_again) b.set_constant(grant, 2);
    b.jump(writes);
    b.at(other);
    b.end(FaultOut{FaultKind::Unhandled});
  });
  fill_liveness(hand.program);
  if (asks_again) {
    CHECK(verify(hand.program) == std::vector<std::string>{});
  } else {
    CHECK(says(hand.program, "may write a leaf again"));
  }
}

}  // namespace endcap::ir::testing
