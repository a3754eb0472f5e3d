// The table of builtins.
#include "runtime/abi/builtins.h"

namespace endcap::abi {

const std::vector<BuiltinInfo>& all_builtins() {
  static const std::vector<BuiltinInfo> kBuiltins{
#define BUILTIN(name, arity, text) {#name, arity, endcap_rt_##name},
#include "runtime/abi/builtins.def"
#undef BUILTIN
  };
  return kBuiltins;
}

const BuiltinInfo& builtin(Builtin b) { return all_builtins()[static_cast<size_t>(b)]; }

}  // namespace endcap::abi
