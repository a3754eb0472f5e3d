// The files of a RocksDB that is open.
#pragma once

#include <rocksdb/db.h>

#include <expected>
#include <filesystem>
#include <memory>

#include "runtime/store/store_image.h"

namespace endcap {

// From any thread; `db` must outlive the image.
std::expected<std::unique_ptr<StoreImage>, StoreError> image_of(rocksdb::DB& db,
                                                                const std::filesystem::path& folder);

}  // namespace endcap
