// LLVM IR to an object of this machine: the optimiser's default pipeline, then the target's code generator.
#include "compiler/codegen/backend.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <mutex>

#include "compiler/codegen/emit.h"

namespace endcap::codegen {
namespace {

std::expected<llvm::orc::JITTargetMachineBuilder, std::string> host() {
  initialise_target();
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return std::unexpected("the processor is not known to LLVM: " + llvm::toString(builder.takeError()));
  builder->setRelocationModel(llvm::Reloc::PIC_);
  builder->setCodeModel(llvm::CodeModel::Small);
  return std::move(*builder);
}

void optimise(llvm::Module& module, llvm::TargetMachine& target, int level) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder passes(&target);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(components);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, components, modules);
  const llvm::OptimizationLevel levels[] = {llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
                                            llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  const llvm::OptimizationLevel chosen = levels[std::clamp(level, 0, 3)];
  llvm::ModulePassManager pipeline = chosen == llvm::OptimizationLevel::O0
                                         ? passes.buildO0DefaultPipeline(chosen)
                                         : passes.buildPerModuleDefaultPipeline(chosen);
  pipeline.run(module, modules);
}

}  // namespace

void initialise_target() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

std::string target_description() {
  auto builder = host();
  if (!builder) return "unknown";
  return std::string("LLVM ") + LLVM_VERSION_STRING + " " + builder->getTargetTriple().str() + " " +
         builder->getCPU() + " " + builder->getFeatures().getString();
}

std::expected<std::string, std::string> compile_object(const ir::Program& program, const ModulePlan& plan,
                                                       int optimisation) {
  auto builder = host();
  if (!builder) return std::unexpected(builder.error());
  auto target = builder->createTargetMachine();
  if (!target)
    return std::unexpected("no code generator for this processor: " + llvm::toString(target.takeError()));

  llvm::LLVMContext context;
  const std::unique_ptr<llvm::Module> module = emit_module(context, program, plan);
  module->setTargetTriple((*target)->getTargetTriple().str());
  module->setDataLayout((*target)->createDataLayout());
  std::string findings;
  llvm::raw_string_ostream findings_stream(findings);
  if (llvm::verifyModule(*module, &findings_stream)) {
    return std::unexpected("the native code of " + plan.name +
                           " is not well formed: " + findings_stream.str());
  }
  optimise(*module, **target, optimisation);

  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream object_stream(object);
  llvm::legacy::PassManager code_generator;
  if ((*target)->addPassesToEmitFile(code_generator, object_stream, nullptr,
                                     llvm::CodeGenFileType::ObjectFile)) {
    return std::unexpected("this processor's code generator writes no objects");
  }
  code_generator.run(*module);
  return std::string(object.data(), object.size());
}

}  // namespace endcap::codegen
