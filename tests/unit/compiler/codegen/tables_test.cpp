// Random tables as native code answer what brute force answers, row for row.
#include <doctest/doctest.h>

#include "tests/unit/compiler/codegen/differential.h"
#include "tests/unit/compiler/ir/text_flow.h"
#include "tests/unit/compiler/sema/random_tables.h"

using namespace endcap;
using namespace endcap::codegen::testing;
using Kind = sema::RandomColumn::Kind;

TEST_CASE("the native code of a random table gives the row that brute force finds, for every value") {
  std::mt19937 random(7);
  std::vector<sema::RandomTable> tables;
  std::string text = "module retail.trial\nuse retail.estate\nenum Size { small, middle, large }\n";
  while (tables.size() < 40) {
    const sema::RandomTable table =
        sema::random_table(random, {Kind::Int, Kind::Percent, Kind::Enum, Kind::Bool});
    const auto verdict = table.brute_force();
    if (verdict.gap || verdict.overlap || verdict.never()) continue;
    text += table.table("T" + std::to_string(tables.size()));
    tables.push_back(table);
  }
  Differential both(ir::testing::compile(text));
  size_t asked = 0;
  for (size_t i = 0; i < tables.size(); ++i) {
    const codegen::PureFn function = codegen::find_pure(*both.native, "function T" + std::to_string(i));
    REQUIRE((function != nullptr));
    abi::Workspace workspace(*both.native, nullptr);
    workspace.context().arena_base = workspace.arena().base();
    tables[i].each_point([&](const std::vector<int>& point) {
      std::vector<abi::Cell> cells;
      for (size_t at = 0; at < point.size(); ++at) {
        const bool number =
            tables[i].columns[at].kind == Kind::Int || tables[i].columns[at].kind == Kind::Percent;
        cells.push_back({point[at] - (number ? 1 : 0)});
      }
      abi::Cell result;
      ++asked;
      if (function(&workspace.context(), &result, cells.data()) != 0 ||
          result.bits != static_cast<Int128>(*tables[i].answer(point)))
        FAIL_CHECK(tables[i].table("T" + std::to_string(i)));
    });
  }
  CHECK(asked > 2'000);
  both.run(11, 20);
  CHECK(both.faults == 0);
}
