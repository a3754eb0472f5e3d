// The reference semantics of Flow IR.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "compiler/ir/flow.h"

namespace endcap::ir {

// Which marks of a program were reached, by any thread.
class Reached {
 public:
  explicit Reached(size_t marks) : reached_(marks) {}
  void reach(uint32_t mark) { reached_[mark].store(true, std::memory_order_relaxed); }
  bool operator[](size_t mark) const { return reached_[mark].load(std::memory_order_relaxed); }

 private:
  std::vector<std::atomic<bool>> reached_;
};

// An abi::Program whose machines are run by the interpreter: every `advance` is one function that finds its graph through
// Context::program (whose `code` owns the IR) and Context::machine. `reached` hears of the program's marks; it may be null.
std::shared_ptr<abi::Program> interpret(Program program, std::shared_ptr<Reached> reached = nullptr);

// Runs one pure graph (functions, policies): Returned fault code 0 and `result`, for the constant folder, tests and the bench.
uint32_t evaluate(const Program& program, GraphId graph, abi::Context& context, std::span<const abi::Cell> arguments, abi::Cell& result);

}  // namespace endcap::ir
