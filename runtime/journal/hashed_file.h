// Files that are written, stored and checked as a whole: SHA-256 (FIPS 180-4) of everything that is copied.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/journal/journal.h"

namespace endcap {

struct HashedFile {
  std::string sha256;  // hex
  uint64_t bytes = 0;
};
// Asked between pieces; false: give up.
using GoOn = std::function<bool()>;

// Copies the first `bytes` of `from`, which may grow meanwhile; `to` is on stable storage afterwards, its
// name is not yet. Errors name the file. UINT64_MAX: all of it.
std::expected<HashedFile, JournalError> copy_stored(const std::filesystem::path& from, uint64_t bytes,
                                                    const std::filesystem::path& to, const GoOn& go_on);
std::expected<HashedFile, JournalError> write_stored(const std::filesystem::path& to,
                                                     std::string_view content);
// Of what is on the disk rather than in the page cache, as far as the system lets go of that.
std::expected<HashedFile, JournalError> hash_stored(const std::filesystem::path& file, const GoOn& go_on);
std::expected<std::string, JournalError> read_stored(const std::filesystem::path& file);
std::expected<void, JournalError> sync_stored_folder(const std::filesystem::path& folder);

}  // namespace endcap
