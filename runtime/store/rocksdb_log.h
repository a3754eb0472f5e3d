// RocksDB's warnings, in two files beside its tables. Its own logger does not outlive a disk that is full:
// built with assertions, as distributions do, it ends the process with the second line that finds no room.
#pragma once

#include <filesystem>
#include <memory>

#include <rocksdb/env.h>

namespace endcap {

// Lines that can't be written are lost, and nothing else.
std::shared_ptr<rocksdb::Logger> make_rocksdb_log(const std::filesystem::path& folder);

}  // namespace endcap
