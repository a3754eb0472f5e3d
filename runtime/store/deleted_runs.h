// Which table files RocksDB should compact early: those in which a scan would walk over many rows that are
// deleted.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace rocksdb {
class TablePropertiesCollectorFactory;
}

namespace endcap {

inline constexpr size_t kDeletedInARow = 256;  // more than the rows between them

// Of a row's key with its table byte: how long the part is that those share which are walked over together;
// 0: nobody walks there. Queues whose scans begin behind what was taken from them, and tables that are
// scanned once a start, are no reason to rewrite what lies beside them.
size_t walked_over_size(std::string_view key);

std::shared_ptr<rocksdb::TablePropertiesCollectorFactory> deleted_runs();

}  // namespace endcap
