// The folder a daemon keeps its data in: one owner at a time, one format.
#pragma once

#include <expected>
#include <filesystem>

#include "runtime/journal/journal.h"

namespace endcap {

// Of everything in the folder. The one before is read, too.
//   2: rows of families, instances and tasks do not say again what their keys say
inline constexpr uint32_t kDataFormat = 2;

inline constexpr const char* kDataFormatFile = "endcap-data";
std::string data_format_note(uint32_t format = kDataFormat);  // what stands in that file

class DataFolder {
 public:
  // Makes the folder when it is absent or empty. The error is one paragraph: in use (by which process), made
  // by another version, not a data folder at all, disk full, no permission; and what to do.
  static std::expected<DataFolder, JournalError> open(const std::filesystem::path& folder);
  ~DataFolder();
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;

  // Of this release or of the one before.
  uint32_t format() const { return format_; }
  // Of this release from now on: what it writes, the one before would misread.
  std::expected<void, JournalError> take_over();
  std::filesystem::path store() const { return folder_ / "store"; }
  std::filesystem::path journal() const { return folder_ / "journal"; }

 private:
  DataFolder(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::filesystem::path folder_;
  uint32_t format_ = kDataFormat;
  int lock_ = -1;  // held as long as the object lives; the system lets go of it when the process dies
};

}  // namespace endcap
