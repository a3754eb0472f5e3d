// Flow IR: a workflow as machines. A machine is a graph of basic blocks over typed, mutable registers; a park is a terminator with a
// state number, its operands, and (after liveness) the registers that live across it. Between two parks code is pure.
// Functions and policies are `pure` graphs that return a value. Everything is explicit: what the verifier accepts, interpreter and
// code generator run without further checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/ids.h"
#include "compiler/base/source.h"
#include "runtime/abi/program.h"

namespace endcap::ir {

struct RegisterTag; using RegisterId = Id<RegisterTag>;
struct BlockTag;    using BlockId = Id<BlockTag>;
struct GraphTag;    using GraphId = Id<GraphTag>;

struct Register {
  std::string name;                     // of the source; empty for a temporary
  abi::TypeId type = abi::kNoType;
  abi::Trust trust = abi::Trust::Trusted;
  abi::Parts advised = {};              // of advice: which parts; empty: not told apart
};

enum class Op : uint8_t {
  Constant,        // result = `constant`
  Move,            // a
  Add, Subtract,   // a, b: checked 128-bit; Overflow faults
  Negate,          // a: checked
  Compare,         // a, b signed 128-bit with `predicate` -> Bool
  Not, And, Or,    // Bool cells
  LoadField,       // record a, field `index`
  LoadFrame,       // live slot `index` of the frame: only at the head of a state's entry block
  LoadInput,       // the input cell
  LoadDetail,      // input_detail as Int
  LoadNow,         // journalled time
  Call,            // builtin with arguments and `immediate`; a fault code faults the machine
  CallGraph,       // pure graph with arguments; its fault faults this graph too
  TryGraph,        // the same, but a fault gives `constant` (policies: what can't be computed is -1)
  IsPresent,       // optional a -> Bool
};
enum class Predicate : uint8_t { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };

struct Instruction {
  Op op;
  RegisterId result;
  RegisterId a, b;
  std::vector<RegisterId> arguments;    // Call, CallGraph, TryGraph
  abi::Cell constant;
  uint32_t index = 0;
  uint64_t immediate = 0;
  abi::Builtin builtin{};
  GraphId graph;
  Predicate predicate = Predicate::Equal;
  abi::SourcePlace place;               // for faults
};

struct Jump { BlockId to; };
struct Branch { RegisterId condition; BlockId then, otherwise; };
// By the tag the machine was resumed with; `fallback` for any other (a Defect fault in practice).
struct SwitchTag { std::vector<std::pair<uint32_t, BlockId>> cases; BlockId fallback; };
struct SwitchInt { RegisterId value; std::vector<std::pair<int64_t, BlockId>> cases; BlockId fallback; };
struct Park { uint32_t state = 0; std::vector<RegisterId> operands; };
struct Finish { uint32_t outcome; RegisterId record; };
struct Fail { uint32_t outcome; RegisterId record; bool compensate; };
struct Yield { RegisterId value; std::vector<RegisterId> more = {}; };  // more: of a delivery, the rows of its policies
struct SkipElement {};
struct Done {};
struct FaultOut { FaultKind kind; };
struct GuardResult { RegisterId value; };
struct Return { RegisterId value; };    // pure graphs
using Terminator = std::variant<Jump, Branch, SwitchTag, SwitchInt, Park, Finish, Fail, Yield, SkipElement, Done, FaultOut, GuardResult, Return>;

struct Block {
  std::vector<Instruction> instructions;
  Terminator terminator = Done{};
  abi::SourcePlace place;
  std::vector<uint32_t> marks;          // Program::marks that are reached with it
  std::optional<BlockId> behind;        // of what begins the next round of a loop: where it leads after the last one
};

// A place in the source that a test should have been to. Only the interpreter looks at marks, and only when asked to.
struct Mark {
  enum class Kind : uint8_t { Step, Wait, Branch, Deadline, PolicyRow } kind;
  std::string text;                     // "gate", "on expired", "row 2 of MarginGate"
  std::string source_path;
  uint32_t line = 0;
  auto operator<=>(const Mark&) const = default;
};

// Entry of one state: its block begins by loading its live slots.
struct State {
  BlockId entry;
  std::vector<RegisterId> live;         // frame slots, in order of register number; a guard state has its wait point's
  Span span;                            // of the statement that waits
};

struct Graph {
  std::string name;
  bool pure = false;
  std::vector<RegisterId> parameters;   // pure: arguments; machines: live slots of state 0
  abi::TypeId result = abi::kNoType;    // pure
  std::vector<Register> registers;
  std::vector<Block> blocks;            // pure graphs start at block 0
  std::vector<State> states;            // machines
};

struct Program {
  abi::Program abi;                     // machines[i] describes graph machines[i]; advance is filled by the JIT or the interpreter
  std::vector<Graph> graphs;
  std::vector<GraphId> machines;
  std::vector<Mark> marks;              // each is in some block
};

}  // namespace endcap::ir
