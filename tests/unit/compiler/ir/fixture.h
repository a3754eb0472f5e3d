// Small programs by hand: a type of each sort, one workflow, graphs made with GraphBuilder.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/ir/interpreter.h"
#include "compiler/ir/liveness.h"
#include "compiler/ir/lower.h"

namespace endcap::ir::testing {

// Types of every hand-made program, by number.
enum : abi::TypeId {
  kBool,
  kInt,
  kText,
  kInstant,
  kInts,
  kRatio,
  kPair,
  kMaybe,
  kAud,
  kDuration,
  kGrant,
  kNothing,
  kMaybeRatio
};

inline abi::Types hand_types() {
  using abi::Kind;
  abi::Types types(13);
  types[kBool] = {.kind = Kind::Bool};
  types[kInt] = {.kind = Kind::Int};
  types[kText] = {.kind = Kind::Text};
  types[kInstant] = {.kind = Kind::Instant};
  types[kInts] = {.kind = Kind::List, .element = kInt};
  types[kRatio] = {.kind = Kind::Ratio};
  types[kPair] = {.kind = Kind::Record, .name = "Pair", .fields = {{"first", kInt}, {"second", kInt}}};
  types[kMaybe] = {.kind = Kind::Optional, .element = kInt};
  types[kAud] = {.kind = Kind::Money, .scale = 2, .name = "AUD"};
  types[kDuration] = {.kind = Kind::Duration};
  types[kGrant] = {.kind = Kind::Grant};
  types[kNothing] = {.kind = Kind::Record, .name = "Nothing"};
  types[kMaybeRatio] = {.kind = Kind::Optional, .element = kRatio};
  return types;
}

// A program with one workflow, whose main machine (state 0) is being built.
struct Hand {
  Program program;
  KnownTypes types;

  Hand() {
    program.abi.types = hand_types();
    program.abi.workflows.push_back(
        {.name = "test.Flow", .outcomes = {{"Sold", kPair, false}, {"Lost", kPair, true}}});
    program.abi.texts = {"flow.endcap"};
    types = known_types(program.abi.types);
  }

  // Adds a pure graph that `build` fills from block 0; gives its id.
  template <typename Build>
  GraphId pure(std::vector<abi::TypeId> parameters, abi::TypeId result, Build build) {
    Graph graph;
    graph.name = "function f" + std::to_string(program.graphs.size());
    graph.pure = true;
    graph.result = result;
    GraphBuilder b(graph, types);
    b.at(b.make_block());
    std::vector<RegisterId> arguments;
    for (abi::TypeId type : parameters) arguments.push_back(b.add_parameter(type));
    build(b, arguments);
    program.graphs.push_back(std::move(graph));
    return GraphId(program.graphs.size() - 1);
  }

  // Adds the main machine; `build` starts in the entry of state 0 and may describe further states with
  // `wait`.
  template <typename Build>
  void main(Build build, abi::MachineKind kind = abi::MachineKind::Main) {
    Graph graph;
    graph.name = "Flow";
    abi::Machine machine;
    machine.name = "Flow";
    machine.kind = kind;
    machine.states.emplace_back();
    building_ = &machine;
    GraphBuilder b(graph, types);
    b.at(b.entry(b.add_state()));
    build(b);
    program.graphs.push_back(std::move(graph));
    program.machines.push_back(GraphId(program.graphs.size() - 1));
    program.abi.machines.push_back(std::move(machine));
    building_ = nullptr;
  }
  uint32_t wait(GraphBuilder& b, abi::WaitKind kind, std::string path, std::vector<abi::TypeId> operands) {
    abi::WaitPoint& point = building_->states.emplace_back();
    point.kind = kind;
    point.path = std::move(path);
    point.operands = std::move(operands);
    return b.add_state();
  }
  abi::WaitPoint& point(uint32_t state) { return building_->states[state]; }

 private:
  abi::Machine* building_ = nullptr;
};

// Runs a pure graph of the program; the fault code and the result.
struct Evaluated {
  uint32_t fault = 0;
  abi::Cell cell;
};
class Evaluator {
 public:
  explicit Evaluator(const Program& program) : program_(program), workspace_(program.abi, nullptr) {}
  abi::Arena& arena() { return workspace_.arena(); }
  abi::Context& context() { return workspace_.context(); }
  Evaluated run(GraphId graph, std::vector<abi::Cell> arguments) {
    Evaluated result;
    result.fault = evaluate(program_, graph, workspace_.context(), arguments, result.cell);
    return result;
  }
  Int128 value(GraphId graph, std::initializer_list<Int128> arguments) {
    std::vector<abi::Cell> cells;
    for (Int128 bits : arguments) cells.push_back({bits});
    Evaluated result = run(graph, cells);
    CHECK(result.fault == 0);
    return result.cell.bits;
  }
  FaultKind fault(GraphId graph, std::initializer_list<Int128> arguments) {
    std::vector<abi::Cell> cells;
    for (Int128 bits : arguments) cells.push_back({bits});
    return static_cast<FaultKind>(run(graph, cells).fault);
  }

 private:
  const Program& program_;
  abi::Workspace workspace_;
};

inline Int128 int128_max() { return static_cast<Int128>(~Uint128{0} >> 1); }

}  // namespace endcap::ir::testing
