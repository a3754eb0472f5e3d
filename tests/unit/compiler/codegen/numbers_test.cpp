// Bounds, identifiers and shares, from text to native code.
#include <doctest/doctest.h>

#include "tests/unit/compiler/codegen/pure_calls.h"
#include "tests/unit/compiler/ir/text_flow.h"

using namespace endcap;
using namespace endcap::codegen::testing;

namespace {

const char* const kNumbers = R"(module retail.trial
use retail.estate

type Share = Percent(5, 2) where 0% <= it <= 100%
record Area { store: StoreId, size: Int }

function twice(share: Percent(5, 2)) -> Share = share + share
function split(budget: Money<AUD>, a: Int, b: Int, c: Int) -> Money<AUD> =
  sum of part.amount for each part in
    allocate budget over [Area(store: "1001", size: a), Area(store: "1002", size: b), Area(store: "1003", size: c)]
    by it.size
function least(budget: Money<AUD>, a: Int, b: Int, c: Int) -> Money<AUD> =
  minimum of part.amount for each part in (allocate budget over [a, b, c] by it) or else AUD 0.00
function larger(budget: Money<AUD>, a: Int, b: Int, c: Int) -> Int =
  count of n for each n in [a, b, c] where n > 2
function multiple(budget: Money<AUD>, a: Int, b: Int, c: Int) -> Int =
  (first of n * 10 for each n in [a, b, c] where n > 2) or else (first of [a, b, c]) or else 0
function third(budget: Money<AUD>, a: Int, b: Int, c: Int) -> Bool =
  any of part.element == c and part.amount > budget for each part in (allocate budget over [a, b, c] by it)
)";

}  // namespace

TEST_CASE("a computed value out of bounds is a fault at its place in the text") {
  Differential both(ir::testing::compile(kNumbers));
  CHECK((ask(*both.native, "twice", {5000}).bits == 10000));
  CHECK(ask(*both.native, "twice", {5000}).fault == 0);
  const Answer over = ask(*both.native, "twice", {5001});
  CHECK(over.fault == static_cast<uint32_t>(FaultKind::OutOfBounds));
  // The whole sum, which ends with the line.
  CHECK(over.place.line == 7);
  CHECK(abi::position_text(over.place) == "7:49-61");
  CHECK(over.text == "100.02% is no Share, which is at least 0.00% and at most 100.00%");
  CHECK(ask(*both.native, "twice", {-1}).fault == static_cast<uint32_t>(FaultKind::OutOfBounds));
}

TEST_CASE("shares add up natively, and bad weights are faults") {
  Differential both(ir::testing::compile(kNumbers));
  CHECK((ask(*both.native, "split", {1000, 1, 1, 1}).bits == 1000));
  CHECK((ask(*both.native, "least", {1000, 1, 1, 1}).bits == 333));
  CHECK((ask(*both.native, "least", {100, 1, 2, 3}).bits == 17));
  CHECK((ask(*both.native, "third", {100, 1, 2, 3}).bits == 0));
  CHECK((ask(*both.native, "larger", {0, 1, 2, 3}).bits == 1));
  CHECK((ask(*both.native, "larger", {0, 3, 4, 5}).bits == 3));
  CHECK((ask(*both.native, "multiple", {0, 1, 4, 3}).bits == 40));
  CHECK((ask(*both.native, "multiple", {0, 2, 1, 0}).bits == 2));
  CHECK(ask(*both.native, "split", {1000, 0, 0, 0}).fault ==
        static_cast<uint32_t>(FaultKind::DivisionByZero));
  CHECK(ask(*both.native, "split", {1000, 1, -1, 1}).fault == static_cast<uint32_t>(FaultKind::InvalidValue));
  both.run(3, 50);
  CHECK(both.returns > 20);
  CHECK(both.faults > 20);
}
