// Random pure graphs over the types of a program made by hand: straight code, branches, bounded loops, calls
// and tries.
#pragma once

#include <random>

#include "tests/unit/compiler/ir/fixture.h"

namespace endcap::codegen::testing {

class RandomGraphs {
 public:
  explicit RandomGraphs(uint64_t seed) : random_(seed) {}

  // Adds one graph of two integers; it may call those added before.
  void add(ir::testing::Hand& hand) {
    const size_t callees = hand.program.graphs.size();
    hand.pure({ir::testing::kInt, ir::testing::kInt}, ir::testing::kInt,
              [&](ir::GraphBuilder& b, const std::vector<ir::RegisterId>& parameters) {
                integers_ = parameters;
                booleans_ = {b.boolean(below(2) == 1)};
                callees_.clear();
                for (size_t i = 0; i < callees; ++i) {
                  if (hand.program.graphs[i].pure && hand.program.graphs[i].parameters.size() == 2)
                    callees_.emplace_back(i);
                }
                statements(b, 3);
                b.end(ir::Return{any(integers_)});
              });
  }

 private:
  using Op = ir::Op;

  uint64_t below(uint64_t limit) { return random_() % limit; }
  ir::RegisterId any(const std::vector<ir::RegisterId>& registers) {
    return registers[below(registers.size())];
  }

  void statements(ir::GraphBuilder& b, int depth) {
    for (uint64_t count = 2 + below(6); count > 0; --count) {
      b.place({.line = static_cast<uint32_t>(below(500))});
      const uint64_t what = below(depth > 0 ? 14 : 11);
      if (what < 8) {
        integers_.push_back(integer(b, what));
      } else if (what < 11) {
        booleans_.push_back(boolean(b));
      } else if (what < 13) {
        branch(b, depth - 1);
      } else {
        loop(b, depth - 1);
      }
    }
  }

  Int128 number() {
    if (below(4) == 0) return static_cast<Int128>((Uint128{1} << 127) - below(3));
    const int64_t small = static_cast<int64_t>(below(2001)) - 1000;
    return below(3) == 0 ? static_cast<Int128>(small) << below(110) : small;
  }

  ir::RegisterId integer(ir::GraphBuilder& b, uint64_t what) {
    using namespace ir::testing;
    switch (what) {
      case 0:
        return b.constant(kInt, number());
      case 1:
        return b.binary(Op::Add, kInt, any(integers_), any(integers_));
      case 2:
        return b.binary(Op::Subtract, kInt, any(integers_), any(integers_));
      case 3:
        return b.unary(Op::Negate, kInt, any(integers_));
      case 4:
        return b.call(abi::Builtin::DecimalRescale, kInt, {any(integers_)},
                      below(6) | below(6) << 8 | below(4) << 16);
      case 5: {
        const ir::RegisterId pair =
            b.call(abi::Builtin::RecordMake, kPair, {any(integers_), any(integers_)}, 2);
        return b.field(pair, kInt, static_cast<uint32_t>(below(2)));
      }
      case 6:
        if (!callees_.empty()) return b.call_graph(callee(), kInt, {any(integers_), any(integers_)});
        return b.move(any(integers_));
      default:
        if (!callees_.empty()) return b.try_graph(callee(), kInt, {any(integers_), any(integers_)}, number());
        return b.call(abi::Builtin::DecimalMultiply, kInt, {any(integers_), any(integers_)}, 0);
    }
  }
  ir::GraphId callee() { return callees_[below(callees_.size())]; }

  ir::RegisterId boolean(ir::GraphBuilder& b) {
    using ir::testing::kBool;
    switch (below(5)) {
      case 0:
        return b.unary(Op::Not, kBool, any(booleans_));
      case 1:
        return b.binary(Op::And, kBool, any(booleans_), any(booleans_));
      case 2:
        return b.binary(Op::Or, kBool, any(booleans_), any(booleans_));
      default:
        return b.compare(static_cast<ir::Predicate>(below(6)), any(integers_), any(integers_));
    }
  }

  // What is made inside is forgotten after: it is not assigned on every path.
  template <typename Body>
  void scoped(Body body) {
    const auto integers = integers_, booleans = booleans_;
    body();
    integers_ = integers;
    booleans_ = booleans;
  }

  void branch(ir::GraphBuilder& b, int depth) {
    const ir::RegisterId joined = b.make_register(ir::testing::kInt);
    const ir::BlockId yes = b.make_block(), no = b.make_block(), after = b.make_block();
    if (below(2) == 0) {
      b.branch(any(booleans_), yes, no);
    } else {
      const int64_t value = static_cast<int64_t>(below(5));
      b.end(ir::SwitchInt{any(integers_), {{value, yes}, {value, no}, {value + 1, yes}}, no});
    }
    for (const ir::BlockId side : {yes, no}) {
      b.at(side);
      scoped([&] {
        statements(b, depth);
        b.assign(joined, any(integers_));
      });
      b.jump(after);
    }
    b.at(after);
    integers_.push_back(joined);
  }

  void loop(ir::GraphBuilder& b, int depth) {
    const ir::RegisterId counter = b.make_register(ir::testing::kInt),
                         result = b.make_register(ir::testing::kInt);
    b.set_constant(counter, 0);
    b.assign(result, any(integers_));
    const ir::BlockId head = b.make_block(), body = b.make_block(), after = b.make_block();
    const ir::RegisterId limit = b.integer(static_cast<Int128>(1 + below(4)));
    b.jump(head);
    b.at(head);
    b.branch(b.compare(ir::Predicate::Less, counter, limit), body, after);
    b.at(body);
    scoped([&] {
      integers_.push_back(result);
      statements(b, depth);
      b.assign(result, any(integers_));
    });
    b.assign(counter, b.binary(Op::Add, ir::testing::kInt, counter, b.integer(1)));
    b.jump(head);
    b.at(after);
    integers_.push_back(result);
  }

  std::mt19937_64 random_;
  std::vector<ir::RegisterId> integers_, booleans_;
  std::vector<ir::GraphId> callees_;
};

}  // namespace endcap::codegen::testing
