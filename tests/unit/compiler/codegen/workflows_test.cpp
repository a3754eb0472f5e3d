// The shipped workflows, from their text to native code, against the interpreter.
#include <doctest/doctest.h>

#include "tests/unit/compiler/codegen/differential.h"
#include "tests/unit/compiler/ir/text_flow.h"

using namespace endcap;
using namespace endcap::codegen::testing;

TEST_CASE("the shipped workflows run natively as they do interpreted") {
  Differential both(ir::testing::compile(""));
  CHECK(both.statistics.compiled == both.statistics.modules);
  both.run(7, 60);
  CHECK(both.exits[abi::Exit::Park] > 100);
  CHECK(both.exits[abi::Exit::Faulted] > 10);
}
