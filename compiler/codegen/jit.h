// Flow IR to native code: LLVM ORC with JITLink, one module a workflow, objects cached by content hash.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "compiler/ir/flow.h"

namespace endcap::codegen {

struct Statistics { uint32_t modules = 0, compiled = 0, from_cache = 0; double milliseconds = 0; };

enum class Effort : uint8_t { ByUse, Quick, Thorough };  // ByUse: thorough for what runs once an element

struct Options {
  std::optional<std::filesystem::path> cache;  // folder of compiled objects; none: always compile
  Effort effort = Effort::ByUse;
  bool functions = true;                       // can be called by themselves: find_pure
};

// An abi::Program whose machines are native code, kept alive by Program::code. A damaged cache entry is compiled anew. The error is one
// sentence for people.
std::expected<std::shared_ptr<abi::Program>, std::string> compile(ir::Program program, const Options& options, Statistics* statistics = nullptr);

// Address of a pure graph's native code, for tests and bench: uint32_t fn(Context*, Cell* result, const Cell* arguments).
using PureFn = uint32_t (*)(abi::Context*, abi::Cell*, const abi::Cell*);
PureFn find_pure(const abi::Program& program, std::string_view graph_name);

}  // namespace endcap::codegen
