// Two guards as lowering makes them: a stock event's (subtract, compare) and a margin policy's (ratio against
// two thresholds).
#include "tests/bench/guard.h"

#include <functional>

#include "compiler/codegen/jit.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/interpreter.h"
#include "runtime/value/check.h"
#include "runtime/value/ratio.h"

namespace endcap::bench {
namespace {

using abi::Builtin;
using abi::Cell;
using ir::Op;
using ir::RegisterId;

constexpr uint32_t kBatch = 4096;
constexpr int kRounds = 200;

enum : abi::TypeId { kBool, kInt, kText, kInstant, kInts, kRatio, kFacts, kTypes };

abi::Types bench_types() {
  abi::Types types(kTypes);
  types[kBool].kind = abi::Kind::Bool;
  types[kInt].kind = abi::Kind::Int;
  types[kText].kind = abi::Kind::Text;
  types[kInstant].kind = abi::Kind::Instant;
  types[kInts].kind = abi::Kind::List;
  types[kInts].element = kInt;
  types[kRatio].kind = abi::Kind::Ratio;
  types[kFacts].kind = abi::Kind::Record;
  types[kFacts].fields = {{"first", kInt}, {"second", kInt}};
  return types;
}

template <typename Build>
void add_guard(ir::Program& program, const char* name, Build build) {
  ir::Graph graph;
  graph.name = name;
  graph.pure = true;
  graph.result = kInt;
  ir::GraphBuilder b(graph, ir::known_types(program.abi.types));
  b.at(b.make_block());
  build(b, b.add_parameter(kFacts));
  program.graphs.push_back(std::move(graph));
}

// forecast - available > 12.000
void stock_guard(ir::GraphBuilder& b, RegisterId facts) {
  const RegisterId gap = b.binary(Op::Subtract, kInt, b.field(facts, kInt, 0), b.field(facts, kInt, 1));
  b.end(ir::Return{b.compare(ir::Predicate::Greater, gap, b.integer(12000))});
}

// The row of a policy: 0 when (price - cost) / price >= 12 %, 1 when >= 8 %, else 2.
void margin_guard(ir::GraphBuilder& b, RegisterId facts) {
  const RegisterId price = b.field(facts, kInt, 0);
  const RegisterId gain = b.binary(Op::Subtract, kInt, price, b.field(facts, kInt, 1));
  const RegisterId margin = b.call(Builtin::RatioMake, kRatio, {gain, price}, 2 | 2 << 8);
  for (const int64_t threshold : {12, 8}) {
    const RegisterId limit = b.call(Builtin::RatioOfDecimal, kRatio, {b.integer(threshold)}, 1 << 8);
    const RegisterId order = b.call(Builtin::RatioCompare, kInt, {margin, limit});
    const ir::BlockId yes = b.make_block(), no = b.make_block();
    b.branch(b.compare(ir::Predicate::GreaterEqual, order, b.integer(0)), yes, no);
    b.at(yes);
    b.end(ir::Return{b.integer(threshold == 12 ? 0 : 1)});
    b.at(no);
  }
  b.end(ir::Return{b.integer(2)});
}

// The same by hand, on the same records.
uint32_t stock_by_hand(abi::Context* context, Cell* result, const Cell* arguments) {
  const Cell* facts =
      reinterpret_cast<const Cell*>(context->arena_base + static_cast<uint32_t>(arguments[0].bits));
  Int128 gap;
  if (__builtin_sub_overflow(facts[0].bits, facts[1].bits, &gap))
    return static_cast<uint32_t>(FaultKind::Overflow);
  result->bits = gap > 12000;
  return 0;
}

uint32_t margin_by_hand(abi::Context* context, Cell* result, const Cell* arguments) {
  const Cell* facts =
      reinterpret_cast<const Cell*>(context->arena_base + static_cast<uint32_t>(arguments[0].bits));
  Int128 gain;
  if (__builtin_sub_overflow(facts[0].bits, facts[1].bits, &gain))
    return static_cast<uint32_t>(FaultKind::Overflow);
  const auto margin = ratio_of_decimals(gain, 2, facts[0].bits, 2);
  if (!margin) return static_cast<uint32_t>(margin.error().kind);
  result->bits = compare(*margin, Ratio{12, 100}) >= 0 ? 0 : compare(*margin, Ratio{8, 100}) >= 0 ? 1 : 2;
  return 0;
}

using Call = std::function<Int128(abi::Workspace&, const std::vector<Cell>&, uint32_t count)>;

// ns a call. Records are made anew in each round, outside of what is timed.
double nanoseconds(const abi::Program& program, const Call& call, uint32_t batch) {
  std::vector<double> samples;
  for (int round = 0; round < kRounds; ++round) {
    abi::Workspace workspace(program, nullptr);
    std::vector<Cell> records;
    for (uint32_t i = 0; i < batch; ++i) {
      const abi::Reference record = workspace.arena().allocate(2 * sizeof(Cell));
      workspace.arena().cells(record)[0].bits = 10000 + i * 37 % 5000;
      workspace.arena().cells(record)[1].bits = 9000 + i * 61 % 3000;
      records.push_back({record});
    }
    workspace.context().arena_base = workspace.arena().base();
    const double start = seconds_now();
    const Int128 sum = call(workspace, records, kBatch);
    samples.push_back((seconds_now() - start) * 1e9 / kBatch);
    CHECK(sum >= 0);
  }
  return percentile(samples, 0.5);
}

Call native(codegen::PureFn function) {
  return [function](abi::Workspace& workspace, const std::vector<Cell>& records, uint32_t count) {
    Int128 sum = 0;
    Cell result;
    const uint32_t mask = static_cast<uint32_t>(records.size()) - 1;
    for (uint32_t i = 0; i < count; ++i) {
      if (function(&workspace.context(), &result, &records[i & mask]) == 0) sum += result.bits;
    }
    return sum;
  };
}

Call interpreted(const ir::Program& program, ir::GraphId graph) {
  return [&program, graph](abi::Workspace& workspace, const std::vector<Cell>& records, uint32_t count) {
    Int128 sum = 0;
    Cell result;
    const uint32_t mask = static_cast<uint32_t>(records.size()) - 1;
    for (uint32_t i = 0; i < count; ++i) {
      if (ir::evaluate(program, graph, workspace.context(), {&records[i & mask], 1}, result) == 0)
        sum += result.bits;
    }
    return sum;
  };
}

}  // namespace

std::vector<Figure> bench_guard() {
  ir::Program program;
  program.abi.types = bench_types();
  program.abi.texts = {"bench"};
  add_guard(program, "stock", stock_guard);
  add_guard(program, "margin", margin_guard);
  const auto compiled = codegen::compile(program, {});
  CHECK(compiled.has_value());

  std::vector<Figure> figures;
  const struct {
    const char* name;
    codegen::PureFn by_hand;
  } guards[] = {{"stock", stock_by_hand}, {"margin", margin_by_hand}};
  for (uint32_t i = 0; i < std::size(guards); ++i) {
    for (const uint32_t batch : {1U, kBatch}) {
      const std::string name = std::string("guard/") + guards[i].name + (batch == 1 ? "/one" : "/batch");
      const std::string over = batch == 1 ? ", one record" : ", " + std::to_string(batch) + " records";
      const double hand = nanoseconds(program.abi, native(guards[i].by_hand), batch);
      const double jit =
          nanoseconds(program.abi, native(codegen::find_pure(**compiled, guards[i].name)), batch);
      const double slow = nanoseconds(program.abi, interpreted(program, ir::GraphId(i)), batch);
      figures.push_back({name + "/native", jit, "ns", hand, "native code against C++ by hand" + over});
      figures.push_back(
          {name + "/interpreted", slow, "ns", hand, "the interpreter against C++ by hand" + over});
    }
  }
  return figures;
}

}  // namespace endcap::bench
