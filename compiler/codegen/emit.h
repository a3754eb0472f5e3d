// Flow IR to LLVM IR: one function a graph.
#pragma once

#include <memory>

#include "compiler/codegen/module_plan.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace endcap::codegen {

std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& llvm_context, const ir::Program& program,
                                          const ModulePlan& plan);

}  // namespace endcap::codegen
