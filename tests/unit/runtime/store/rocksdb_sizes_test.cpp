// What a store takes on the disk, by table.
#include "runtime/store/rocksdb_sizes.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <random>

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

namespace {

// Rows that say the same as others of their table, far apart: no block shows it, what is common to the file
// does.
void add_alike(std::vector<RowOperation>& rows, Table table, unsigned seed) {
  std::mt19937 dice(seed);
  std::string common(1500, 0);
  for (char& each : common) each = static_cast<char>(dice());
  for (int i = 0; i < 60'000; ++i)
    rows.push_back({table, fmt::format("{:08}", i), common.substr(dice() % 1400, 100)});
}

uint64_t packed_bytes(std::initializer_list<Table> tables) {
  SizesFolder folder;
  {
    auto store = open_rocksdb_store(folder.name, {.partitions = 1});
    REQUIRE(store.has_value());
    std::vector<RowOperation> rows;
    for (const Table table : tables) add_alike(rows, table, static_cast<unsigned>(table));
    REQUIRE((*store)->apply(0, 1, rows).has_value());
  }
  const auto sizes = compacted_sizes(folder.name);
  REQUIRE(sizes.has_value());
  return sizes->files;
}

}  // namespace

TEST_CASE("tables that have come to rest take no more together than each alone") {
  const uint64_t alone = packed_bytes({Table::Instance}) + packed_bytes({Table::Task});
  CHECK(static_cast<double>(packed_bytes({Table::Instance, Table::Task})) <
        1.05 * static_cast<double>(alone));
}

TEST_CASE("the sizes of a folder without a store can't be told") {
  SizesFolder folder;
  const auto sizes = compacted_sizes(folder.name);
  REQUIRE(!sizes.has_value());
  CHECK(sizes.error().message.find(folder.name) != std::string::npos);
}
