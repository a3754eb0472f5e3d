// Maps, from text to native code: what is found under a key, and two values under one.
#include <doctest/doctest.h>

#include "tests/unit/compiler/codegen/pure_calls.h"
#include "tests/unit/compiler/ir/text_flow.h"

using namespace endcap;
using namespace endcap::codegen::testing;

namespace {

const char* const kMaps = R"(module retail.trial
use retail.estate

record Held { store: StoreId, units: Int }

function found(key: Int, a: Int, b: Int, c: Int) -> Int =
  (map of n to n * 10 for each n in [a, b, c] where n > 0)[key] or else -1
function named(a: Int, b: Int, c: Int) -> Int =
  (map of one.store to one.units for each one in
    [Held(store: "1003", units: a), Held(store: "1001", units: b), Held(store: "1002", units: c)])["1001"] or else 0
function first(a: Int, b: Int, c: Int) -> Int =
  (first of entry.key for each entry in (map of n to n for each n in [a, b, c])) or else 0
function many(a: Int, b: Int, c: Int) -> Int = count of (map of n to yes for each n in [a, b, c] where n > 0)
)";

}  // namespace

TEST_CASE("a map finds what is under a key, and nothing under another one") {
  Differential both(ir::testing::compile(kMaps));
  CHECK((ask(*both.native, "found", {3, 1, 2, 3}).bits == 30));
  CHECK((ask(*both.native, "found", {1, 3, 2, 1}).bits == 10));
  CHECK((ask(*both.native, "found", {4, 1, 2, 3}).bits == -1));
  CHECK((ask(*both.native, "found", {-1, -1, 0, -3}).bits == -1));
  CHECK((ask(*both.native, "named", {7, 8, 9}).bits == 8));
  CHECK((ask(*both.native, "many", {0, 0, 0}).bits == 0));
  CHECK((ask(*both.native, "many", {5, 0, 4}).bits == 2));
  both.run(3, 50);
  CHECK(both.returns > 20);
}

TEST_CASE("a map goes by its keys in their order, below nothing too") {
  Differential both(ir::testing::compile(kMaps));
  CHECK((ask(*both.native, "first", {3, -2, 1}).bits == -2));
}

TEST_CASE("two values under one key are a fault where the map is made") {
  Differential both(ir::testing::compile(kMaps));
  const Answer twice = ask(*both.native, "found", {1, 2, 3, 2});
  CHECK(twice.fault == static_cast<uint32_t>(FaultKind::KeyTwice));
  CHECK((twice.place.line == 7));
  CHECK(ask(*both.native, "found", {1, -2, 3, -2}).fault == 0);  // those are left out
}
