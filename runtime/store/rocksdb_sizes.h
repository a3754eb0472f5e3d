// What a store takes on the disk, table by table.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "runtime/store/store.h"

namespace endcap {

struct StoreSizes {
  uint64_t files = 0;                // bytes of all table files
  std::map<Table, uint64_t> tables;  // of these, by table; tables without rows are left out
};

// Of a RocksDB store that nobody has open, after compacting all of it: what was overwritten or deleted counts
// no more. Errors name the folder.
std::expected<StoreSizes, StoreError> compacted_sizes(const std::filesystem::path& folder);

std::string_view table_name(Table table);  // "instance"
std::string rocksdb_version();             // "7.8.3", of the library that runs

}  // namespace endcap
