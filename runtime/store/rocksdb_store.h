// The store on another file system than the machine's: for tests of what becomes of it when that one fails.
#pragma once

#include <rocksdb/env.h>

#include <expected>
#include <filesystem>
#include <memory>

#include "runtime/store/store.h"

namespace endcap {

// `env` must outlive the store.
std::expected<std::unique_ptr<Store>, StoreError> open_rocksdb_store(const std::filesystem::path& folder,
                                                                     const StoreOptions& options,
                                                                     rocksdb::Env& env);

}  // namespace endcap
