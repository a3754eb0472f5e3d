// Nothing is flushed for an image: it is the tables that are there and the manifest that lists them.
#include "runtime/store/rocksdb_image.h"

#include <fmt/format.h>
#include <rocksdb/metadata.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/unique_id.h>

#include <limits>
#include <utility>

namespace endcap {
namespace {

class RocksImage final : public StoreImage {
 public:
  explicit RocksImage(rocksdb::DB& db) : db_(db) {}
  ~RocksImage() override {
    if (holds_) db_.EnableFileDeletions(false).PermitUncheckedError();
  }

  rocksdb::Status take() {
    auto status = db_.DisableFileDeletions();
    if (!status.ok()) return status;
    holds_ = true;
    rocksdb::LiveFilesStorageInfoOptions options;
    options.wal_size_for_flush = std::numeric_limits<uint64_t>::max();  // never
    std::vector<rocksdb::LiveFileStorageInfo> live;
    status = db_.GetLiveFilesStorageInfo(options, &live);
    if (!status.ok()) return status;
    for (rocksdb::LiveFileStorageInfo& file : live) {
      if (file.file_type == rocksdb::kWalFile) continue;  // nothing is ever written to it
      StoreFile found{file.relative_filename, file.size, file.file_type == rocksdb::kTableFile, {}};
      if (!file.replacement_contents.empty()) found.content = std::move(file.replacement_contents);
      files.push_back(std::move(found));
    }
    return status;
  }

 private:
  rocksdb::DB& db_;
  bool holds_ = false;
};

std::unexpected<StoreError> unreadable_table(const std::filesystem::path& table,
                                             const rocksdb::Status& status) {
  return std::unexpected(StoreError{fmt::format(
      "The table file {} can't be read ({}). Restore the data folder from a backup; do not delete single "
      "files.",
      table.string(), status.ToString())});
}

}  // namespace

std::expected<std::unique_ptr<StoreImage>, StoreError> image_of(rocksdb::DB& db,
                                                                const std::filesystem::path& folder) {
  auto image = std::make_unique<RocksImage>(db);
  image->folder = folder;
  if (auto status = image->take(); !status.ok()) {
    return std::unexpected(StoreError{fmt::format("The files of the store in {} can't be listed ({}).",
                                                  folder.string(), status.ToString())});
  }
  return image;
}

std::expected<std::unique_ptr<StoreImage>, StoreError> Store::image() {
  return std::unexpected(StoreError{"This store has no files that could be copied."});
}

std::expected<std::string, StoreError> table_identity(const std::filesystem::path& table) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  auto status = reader.Open(table.string());
  std::string id;
  if (status.ok())
    status = rocksdb::GetExtendedUniqueIdFromTableProperties(*reader.GetTableProperties(), &id);
  if (!status.ok()) return unreadable_table(table, status);
  return rocksdb::UniqueIdToHumanString(id);
}

std::expected<void, StoreError> verify_table(const std::filesystem::path& table) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  auto status = reader.Open(table.string());
  if (status.ok()) status = reader.VerifyChecksum();
  if (!status.ok()) return unreadable_table(table, status);
  return {};
}

}  // namespace endcap
