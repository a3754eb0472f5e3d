// What a look into a large file costs: a few blocks, however small the cache is beside the file's filter.
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "runtime/store/rocksdb_sizes.h"
#include "runtime/store/store.h"

using namespace endcap;

namespace {

constexpr uint64_t kRows = 400'000;  // whose filter is 500 KB
constexpr size_t kCache = 256u << 10;
constexpr uint64_t kLooks = 200;
constexpr uint64_t kBytesALook = 64u << 10;

struct LargeFolder {
  std::string name = (std::filesystem::temp_directory_path() / "endcap-large-XXXXXX").string();
  LargeFolder() { REQUIRE(::mkdtemp(name.data()) != nullptr); }
  ~LargeFolder() { std::filesystem::remove_all(name); }
};

std::string numbered_key(uint64_t number) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8) key[static_cast<size_t>(i)] = static_cast<char>(number);
  return key;
}

// Bytes that this process has read from files, whether they were in the page cache or not (proc(5)).
uint64_t bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string name;
  uint64_t bytes = 0;
  io >> name >> bytes;
  REQUIRE(name == "rchar:");
  return bytes;
}

void fill_large(const std::string& folder) {
  auto store = open_rocksdb_store(folder, {.partitions = 1});
  REQUIRE(store.has_value());
  std::vector<RowOperation> rows;
  for (uint64_t number = 0; number < kRows; ++number)
    rows.push_back({Table::Task, numbered_key(2 * number), "row"});
  REQUIRE((*store)->apply(0, 1, rows).has_value());
}

}  // namespace

TEST_CASE("looking into a file whose filter is larger than the cache reads a few blocks") {
  LargeFolder folder;
  fill_large(folder.name);
  REQUIRE(compacted_sizes(folder.name).has_value());
  auto store = open_rocksdb_store(folder.name, {.partitions = 1, .block_cache_bytes = kCache});
  REQUIRE(store.has_value());
  std::mt19937_64 dice(3);
  const uint64_t before = bytes_read();
  for (uint64_t look = 0; look < kLooks; ++look) {
    const uint64_t number = dice() % (2 * kRows);
    const auto row = (*store)->get(0, Table::Task, numbered_key(number));
    REQUIRE(row.has_value());
    CHECK(row->has_value() == (number % 2 == 0));
  }
  CHECK((bytes_read() - before) / kLooks < kBytesALook);
}

// A filter in pieces is asked by piece: what stands at the end of one begins the next. Every family is looked
// for, so that each of those places is.
TEST_CASE("every family of a large file is found by its prefix, and none that was deleted or never was") {
  LargeFolder folder;
  constexpr uint64_t kFamilies = 60'000;
  const auto rows_of = [](uint64_t family) { return family % 7 == 0 ? 0 : 1 + family % 3; };
  const auto is_deleted = [](uint64_t family) { return family % 11 == 0; };
  const auto changes = [&](auto is_of_them, std::optional<std::string> value) {
    std::vector<RowOperation> rows;
    for (uint64_t family = 0; family < kFamilies; ++family) {
      for (uint64_t row = 0; row < rows_of(family) && is_of_them(family); ++row)
        rows.push_back({Table::Instance, numbered_key(family) + numbered_key(row), value});
    }
    return rows;
  };
  {
    auto store = open_rocksdb_store(folder.name, {.partitions = 1});
    REQUIRE(store.has_value());
    REQUIRE((*store)->apply(0, 1, changes([](uint64_t) { return true; }, "row")).has_value());
  }
  REQUIRE(compacted_sizes(folder.name).has_value());
  auto store = open_rocksdb_store(folder.name, {.partitions = 1});
  REQUIRE(store.has_value());
  REQUIRE((*store)->apply(0, 2, changes(is_deleted, std::nullopt)).has_value());
  REQUIRE((*store)->flush(0).has_value());
  for (const auto between : {Store::Between::Much, Store::Between::Little}) {
    for (uint64_t family = 0; family < kFamilies;) {
      std::vector<std::string> prefixes;
      for (uint64_t i = 0; i < 100; ++i) prefixes.push_back(numbered_key(family + i));
      const auto found = (*store)->multi_scan(0, Table::Instance, prefixes, 16, between);
      REQUIRE(found.has_value());
      REQUIRE(found->size() == prefixes.size());
      for (const auto& rows : *found) {
        REQUIRE(rows.has_value());
        REQUIRE(rows->size() == (is_deleted(family) ? 0 : rows_of(family)));
        ++family;
      }
    }
  }
}
