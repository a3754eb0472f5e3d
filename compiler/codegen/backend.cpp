// LLVM IR to an object of this machine: the optimiser, then the target's code generator.
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
#include <llvm/Transforms/IPO/GlobalDCE.h>
#include <llvm/Transforms/IPO/Inliner.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include <mutex>
#include <utility>

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

// What the code generator can't do without, which then does the least itself: registers become values, what
// is asked twice is computed once, small functions go where they are called.
llvm::ModulePassManager quick_pipeline() {
  const auto tidy = [] {
    llvm::FunctionPassManager passes;
    passes.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
    passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
    passes.addPass(llvm::InstCombinePass());
    passes.addPass(llvm::SimplifyCFGPass());
    return llvm::createModuleToFunctionPassAdaptor(std::move(passes));
  };
  llvm::ModulePassManager passes;
  passes.addPass(tidy());
  passes.addPass(llvm::ModuleInlinerWrapperPass(llvm::getInlineParams(2, 0)));
  passes.addPass(llvm::GlobalDCEPass());
  passes.addPass(tidy());
  return passes;
}

void optimise(llvm::Module& module, llvm::TargetMachine& target, bool thorough) {
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
  llvm::ModulePassManager pipeline =
      thorough ? passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2) : quick_pipeline();
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

std::expected<std::string, std::string> compile_object(const ir::Program& program, const ModulePlan& plan) {
  auto builder = host();
  if (!builder) return std::unexpected(builder.error());
  if (!plan.thorough) builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::None);
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
  optimise(*module, **target, plan.thorough);

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
