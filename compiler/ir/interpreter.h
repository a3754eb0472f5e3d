// The reference semantics of Flow IR.
#pragma once

#include <memory>
#include <span>

#include "compiler/ir/flow.h"

namespace endcap::ir {

// An abi::Program whose machines are run by the interpreter: every `advance` is one function that finds its graph through
// Context::program (whose `code` owns the IR) and Context::machine.
std::shared_ptr<abi::Program> interpret(Program program);

// Runs one pure graph (functions, policies): Returned fault code 0 and `result`, for the constant folder, tests and the bench.
uint32_t evaluate(const Program& program, GraphId graph, abi::Context& context, std::span<const abi::Cell> arguments, abi::Cell& result);

}  // namespace endcap::ir
