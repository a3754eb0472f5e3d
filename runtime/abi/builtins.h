// What the builtins share: reading arguments and giving results. A builtin gives its result last: result and
// arguments may be the same cells.
#pragma once

#include "runtime/abi/context.h"
#include "runtime/abi/frame.h"
#include "runtime/abi/program.h"
#include "runtime/abi/shape.h"

namespace endcap::abi {

inline constexpr uint32_t kNoFault = 0;

inline uint32_t code(FaultKind kind) { return static_cast<uint32_t>(kind); }

inline uint32_t give(Cell* result, Int128 bits) {
  result->bits = bits;
  return kNoFault;
}
template <typename Value>
uint32_t give(Cell* result, const std::expected<Value, Fault>& value) {
  if (!value) return code(value.error().kind);
  return give(result, Int128{*value});
}

// Room for an object in the arena. False: the step needs too much memory.
inline bool allocate(Context* context, uint64_t bytes, Reference& object) {
  if (bytes > kArenaBytesMax || context->arena->size() + bytes > kArenaBytesMax) return false;
  object = context->arena->allocate(static_cast<uint32_t>(bytes));
  context->arena_base = context->arena->base();
  return true;
}

constexpr uint8_t byte_of(uint64_t immediate, unsigned index) {
  return static_cast<uint8_t>(immediate >> (8 * index));
}

}  // namespace endcap::abi

#define BUILTIN(name, arity, text)                                                               \
  extern "C" uint32_t endcap_rt_##name(endcap::abi::Context* context, endcap::abi::Cell* result, \
                                       const endcap::abi::Cell* arguments, uint64_t immediate);
#include "runtime/abi/builtins.def"
#undef BUILTIN
