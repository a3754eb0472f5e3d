// Objects into memory, by ORC and JITLink; calls out of them go to the builtins and nothing else.
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>

#include <cstring>

#include "compiler/codegen/backend.h"
#include "runtime/abi/context.h"

// Brings the context up to date with its arena: the host may have put values into it since the last advance.
extern "C" void endcap_enter(endcap::abi::Context* context) { context->arena_base = context->arena->base(); }

namespace endcap::codegen {
namespace {

class Linked : public LinkedCode {
 public:
  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::map<std::string, void*> addresses;

  void* address(const std::string& symbol) const override {
    const auto found = addresses.find(symbol);
    return found == addresses.end() ? nullptr : found->second;
  }
};

template <typename Function>
llvm::orc::ExecutorSymbolDef symbol_of(Function* function) {
  return {llvm::orc::ExecutorAddr::fromPtr(function),
          llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
}

llvm::orc::SymbolMap runtime_symbols(llvm::orc::LLJIT& jit) {
  llvm::orc::SymbolMap symbols;
  for (const abi::BuiltinInfo& builtin : abi::all_builtins()) {
    symbols[jit.mangleAndIntern(std::string("endcap_rt_") + builtin.name)] = symbol_of(builtin.function);
  }
  symbols[jit.mangleAndIntern("endcap_enter")] = symbol_of(&endcap_enter);
  // what the code generator may call by itself for copies of many cells
  symbols[jit.mangleAndIntern("memcpy")] =
      symbol_of(static_cast<void* (*)(void*, const void*, size_t)>(&std::memcpy));
  symbols[jit.mangleAndIntern("memset")] =
      symbol_of(static_cast<void* (*)(void*, int, size_t)>(&std::memset));
  return symbols;
}

std::unexpected<std::string> failed(llvm::Error error) {
  return std::unexpected("native code can't be loaded: " + llvm::toString(std::move(error)));
}

llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> make_jit() {
  return llvm::orc::LLJITBuilder()
      .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
      .setObjectLinkingLayerCreator(
          [](llvm::orc::ExecutionSession& session,
             const llvm::Triple&) -> llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>> {
            return std::make_unique<llvm::orc::ObjectLinkingLayer>(session);
          })
      .create();
}

}  // namespace

std::expected<std::unique_ptr<LinkedCode>, std::string> link_objects(
    const std::vector<std::string>& objects, const std::vector<std::string>& symbols) {
  initialise_target();
  auto jit = make_jit();
  if (!jit) return failed(jit.takeError());
  auto linked = std::make_unique<Linked>();
  linked->jit = std::move(*jit);
  llvm::orc::LLJIT& session = *linked->jit;
  if (auto error = session.getMainJITDylib().define(llvm::orc::absoluteSymbols(runtime_symbols(session)))) {
    return failed(std::move(error));
  }
  for (const std::string& object : objects) {
    if (auto error = session.addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object, "endcap"))) {
      return failed(std::move(error));
    }
  }
  for (const std::string& symbol : symbols) {
    auto address = session.lookup(symbol);
    if (!address) return failed(address.takeError());
    linked->addresses[symbol] = address->toPtr<void*>();
  }
  return linked;
}

}  // namespace endcap::codegen
