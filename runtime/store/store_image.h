// The files of a store as they stand at one moment, to be copied while the store goes on; and what is asked
// of the copies.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/store/store.h"

namespace endcap {

struct StoreFile {
  std::string name;                    // in the store's folder
  uint64_t bytes = 0;                  // from the file's beginning: it may grow meanwhile
  bool is_table = false;               // is never changed once it is written
  std::optional<std::string> content;  // instead of the file's
};

// None of the files goes away before this does. What has not been flushed is not in them: it is in the log.
class StoreImage {
 public:
  virtual ~StoreImage() = default;
  std::filesystem::path folder;
  std::vector<StoreFile> files;
};

// Tables of the same identity hold the same bytes, in whichever store they stand. Errors name the file.
std::expected<std::string, StoreError> table_identity(const std::filesystem::path& table);
// Reads all of it and checks each block against its checksum.
std::expected<void, StoreError> verify_table(const std::filesystem::path& table);

}  // namespace endcap
