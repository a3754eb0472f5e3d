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
