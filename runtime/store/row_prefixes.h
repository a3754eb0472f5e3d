// Rows that are looked for together, for RocksDB's filters: those of a family, those that hear the same
// event.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace rocksdb {
class SliceTransform;
struct ColumnFamilyOptions;
}  // namespace rocksdb

namespace endcap {

// Of a row's key with its table byte: how long the part is by which such rows are looked for; 0: they are
// not.
size_t row_prefix_size(std::string_view key);

// Whether it is a part by which rows are looked for.
inline bool is_prefix_of_rows(std::string_view key) {
  return row_prefix_size(key) == key.size() && !key.empty();
}

// Rows of [first, last) all begin with the prefix of `first`: a filter may say that there are none.
bool is_within_prefix(std::string_view first, std::string_view last);

std::shared_ptr<const rocksdb::SliceTransform> row_prefixes();

// Filters by these prefixes, which RocksDB does not keep among the options of a store, and files of one table
// each where rows come to rest: a file is packed by what its rows have in common.
void cut_rows(rocksdb::ColumnFamilyOptions& family);

}  // namespace endcap
