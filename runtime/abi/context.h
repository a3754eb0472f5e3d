// What compiled code and the engine share while one machine advances.
//
// Contract: `advance(context, state)` runs straight, pure code from `state` to the next wait point or end. It reads live values from
// `frame` (cells refer into `arena`), what it was resumed with from `input_tag`, `input_detail` and `input`; it never does I/O, reads
// no clock but `now`, and keeps no state of its own. The interpreter has the same contract.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/abi/frame.h"
#include "runtime/abi/place.h"
#include "runtime/value/time.h"

namespace endcap::abi {

struct Program;

enum class Exit : uint32_t {
  Park = 0,        // next_state, frame (live cells), operands
  Finish = 1,      // outcome, operands[0] = its record
  Fail = 2,        // outcome, operands[0] = its record, compensate
  Done = 3,        // an element, branch or handler reached its end
  Skip = 4,        // an element was skipped
  Yield = 5,       // an element ended with operands[0]; a delivery: see Delivery in program.h
  Faulted = 6,     // fault, fault_place
  GuardTrue = 7,
  GuardFalse = 8,
};

struct Context;
using AdvanceFn = Exit (*)(Context*, uint32_t state);

// Layout is part of the ABI: compiled code reads the fields up to `fault_place` by offset (codegen asserts them).
struct Context {
  Cell* frame = nullptr;          // room for kSlotsMax cells
  Cell* operands = nullptr;       // room for kSlotsMax cells
  uint8_t* arena_base = nullptr;  // re-read after every call: allocation may move it
  uint64_t reserved = 0;
  Cell input;
  uint32_t input_tag = 0;
  uint32_t input_detail = 0;      // Rejected: index of the rejection
  Instant now = 0;                // journalled time
  uint32_t next_state = 0;
  uint32_t outcome = 0;
  uint32_t compensate = 0;
  uint32_t frame_count = 0;
  uint32_t operand_count = 0;
  uint32_t fault = 0;             // FaultKind
  SourcePlace fault_place;

  // host side, not touched by compiled code directly
  Arena* arena = nullptr;
  const Program* program = nullptr;
  uint32_t machine = 0;           // index of the machine that runs; the host sets it before each advance
  BlobSource* blobs = nullptr;
  TypeId refused_type = kNoType;  // OutOfBounds: whose bounds
  Cell refused;                   // and what is not within them
};

inline constexpr uint32_t kSlotsMax = 4096;

// Owns the storage behind a Context; one a partition, reused.
class Workspace {
 public:
  explicit Workspace(const Program& program, BlobSource* blobs);
  Context& context() { return context_; }
  Arena& arena() { return arena_; }
  void reset();                    // before each advance

 private:
  Arena arena_;
  std::vector<Cell> frame_, operands_;
  Context context_;
};

// ---------------------------------------------------------------- builtins: one C++ function for interpreter, JIT and folder

// Gives FaultKind (0 is none). `immediate` is known when compiling: a type, a scale, a field, packed as the table in builtins.def says.
using BuiltinFn = uint32_t (*)(Context*, Cell* result, const Cell* arguments, uint64_t immediate);

enum class Builtin : uint16_t {
#define BUILTIN(name, arity, text) name,
#include "runtime/abi/builtins.def"
#undef BUILTIN
};

struct BuiltinInfo { const char* name; uint8_t arity; BuiltinFn function; };  // symbol for the JIT: "endcap_rt_" + name
const BuiltinInfo& builtin(Builtin b);
const std::vector<BuiltinInfo>& all_builtins();

}  // namespace endcap::abi
