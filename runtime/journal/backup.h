// A folder of backups of one data folder. A file's content is kept once, under its SHA-256, whichever backups
// it belongs to; a backup is a list of files, written last.
//
//   endcap-backups     says what this folder is
//   files/SHA256       contents
//   backup-00000003    the list of the third backup, with a checksum of its own
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/journal/data_folder.h"
#include "runtime/journal/hashed_file.h"
#include "runtime/journal/journal.h"

namespace endcap {

struct BackupFile {
  std::string name;  // in the data folder: "store/000123.sst"
  HashedFile content;
  std::string identity;  // of a table, by which the next backup knows it again; else empty
};

struct Backup {
  uint64_t id = 0;
  std::string taken;  // RFC 3339, by the machine's clock
  std::string as_of;  // ..., journal time: all that was acknowledged until then is in it
  uint16_t partitions = 0;
  uint64_t copied_files = 0, copied_bytes = 0;  // that earlier backups had not got
  std::vector<BackupFile> files;
  uint64_t bytes() const;
};

struct ListedBackup {
  uint64_t id = 0;
  std::expected<Backup, JournalError> backup;
};

struct BackupSource {
  Store& store;
  Journal& journal;
  uint16_t partitions = 0;
  std::string taken, as_of;
  uint32_t format = kDataFormat;
};

class BackupFolder {
 public:
  enum class For : uint8_t { Writing, Reading };
  // For writing it is made when it is absent or empty; one that holds anything else is refused, and so is one
  // that somebody writes to.
  static std::expected<BackupFolder, JournalError> open(const std::filesystem::path& folder, For what);
  ~BackupFolder();
  BackupFolder(BackupFolder&& other) noexcept;
  BackupFolder& operator=(BackupFolder&&) = delete;

  std::expected<std::vector<ListedBackup>, JournalError> list() const;  // oldest first
  std::expected<Backup, JournalError> find(uint64_t id) const;          // 0: the newest
  // Takes store and log at one moment and copies what is not there yet, while both go on; from any thread.
  // What is damaged is not backed up: each table is checked block by block, the log record by record.
  std::expected<Backup, JournalError> take(const BackupSource& source, const GoOn& go_on);
  // Reads every file of it. The error names the first one that is not as it was written.
  std::expected<void, JournalError> verify(const Backup& backup, const GoOn& go_on) const;
  // Removes all but the newest so many that can be read, and the contents that no other needs. Gives how many
  // were removed.
  std::expected<size_t, JournalError> keep(size_t newest);
  // The files of it, each checked while it is copied, in a folder that exists.
  std::expected<void, JournalError> copy_to(const Backup& backup, const std::filesystem::path& to,
                                            const GoOn& go_on) const;

  const std::filesystem::path& path() const { return folder_; }

 private:
  BackupFolder(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  class Taking;
  std::filesystem::path content(const std::string& sha256) const { return folder_ / "files" / sha256; }
  std::expected<void, JournalError> remove_unused();

  std::filesystem::path folder_;
  int lock_ = -1;
};

// The list of a backup as text, and back. What is not exactly as it was written is refused.
std::string backup_list(const Backup& backup);
std::expected<Backup, std::string> read_backup_list(std::string_view text);

}  // namespace endcap
