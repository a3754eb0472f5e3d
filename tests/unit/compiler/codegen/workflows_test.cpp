// The shipped workflows, from their text to native code, against the interpreter.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

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

TEST_CASE("so does the small promotion of the end-to-end tests") {
  std::ifstream file(ENDCAP_SOURCE_DIR "/tests/e2e/small/small.endcap");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(text.find("workflow SmallPromotion") != text.npos);
  Differential both(ir::testing::compile(text));
  both.run(3, 40);
  CHECK(both.exits[abi::Exit::Park] > 50);
}
