// A function of a program, called natively with plain numbers.
#pragma once

#include <string>
#include <vector>

#include "runtime/abi/shape.h"
#include "tests/unit/compiler/codegen/differential.h"

namespace endcap::codegen::testing {

struct Answer {
  uint32_t fault;
  Int128 bits;
  abi::SourcePlace place;
  std::string text;  // OutOfBounds: what is wrong
};
inline Answer ask(const abi::Program& program, const std::string& name,
                  const std::vector<Int128>& arguments) {
  abi::Workspace workspace(program, nullptr);
  workspace.context().arena_base = workspace.arena().base();
  std::vector<abi::Cell> cells;
  for (const Int128 bits : arguments) cells.push_back({bits});
  abi::Cell result;
  const codegen::PureFn function = codegen::find_pure(program, "function " + name);
  REQUIRE((function != nullptr));
  const uint32_t fault = function(&workspace.context(), &result, cells.data());
  const abi::Context& context = workspace.context();
  std::string text;
  if (fault == static_cast<uint32_t>(FaultKind::OutOfBounds))
    text = abi::out_of_bounds_text(program.types[context.refused_type], context.refused);
  return {fault, result.bits, context.fault_place, text};
}

}  // namespace endcap::codegen::testing
