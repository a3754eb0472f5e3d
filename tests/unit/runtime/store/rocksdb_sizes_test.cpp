// What a store takes on the disk, by table.
#include "runtime/store/rocksdb_sizes.h"

#include <doctest/doctest.h>
#include <unistd.h>

using namespace endcap;

namespace {

struct SizesFolder {
  std::string name = (std::filesystem::temp_directory_path() / "endcap-sizes-XXXXXX").string();
  SizesFolder() { REQUIRE(::mkdtemp(name.data()) != nullptr); }
  ~SizesFolder() { std::filesystem::remove_all(name); }
};

}  // namespace

TEST_CASE("rows that were deleted take nothing, and the others count for their own table") {
  SizesFolder folder;
  {
    auto store = open_rocksdb_store(folder.name, {.partitions = 2});
    REQUIRE(store.has_value());
    std::vector<RowOperation> rows, gone;
    for (int i = 0; i < 1000; ++i) {
      const std::string key = std::to_string(i * 7919);
      rows.push_back({Table::Instance, key, key + key + key});
      rows.push_back({Table::History, key, key});
      rows.push_back({Table::Timer, key, key});
      gone.push_back({Table::Timer, key, {}});
    }
    REQUIRE((*store)->apply(1, 1, rows).has_value());
    REQUIRE((*store)->flush(1).has_value());
    REQUIRE((*store)->apply(1, 2, gone).has_value());
  }
  const auto sizes = compacted_sizes(folder.name);
  REQUIRE(sizes.has_value());
  CHECK(sizes->tables.contains(Table::Instance));
  CHECK(sizes->tables.contains(Table::History));
  CHECK(!sizes->tables.contains(Table::Timer));
  CHECK(sizes->files > sizes->tables.at(Table::Instance));
}

TEST_CASE("the sizes of a folder without a store can't be told") {
  SizesFolder folder;
  const auto sizes = compacted_sizes(folder.name);
  REQUIRE(!sizes.has_value());
  CHECK(sizes.error().message.find(folder.name) != std::string::npos);
}
