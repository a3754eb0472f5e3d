// Sizes by key range: a table is the range of keys that begin with its byte.
#include "runtime/store/rocksdb_sizes.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/utilities/options_util.h>
#include <rocksdb/version.h>

#include <memory>
#include <vector>

#include "runtime/store/row_prefixes.h"

namespace endcap {
namespace {

// Opened as it was made: its options are kept beside it.
struct OpenedAgain {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  ~OpenedAgain() {
    for (rocksdb::ColumnFamilyHandle* family : families)
      db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    if (db) db->Close().PermitUncheckedError();
  }

  rocksdb::Status open(const std::string& folder) {
    rocksdb::DBOptions options;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    rocksdb::ConfigOptions config;
    auto status = rocksdb::LoadLatestOptions(config, folder, &options, &descriptors);
    if (!status.ok()) return status;
    options.create_if_missing = false;
    for (auto& family : descriptors) cut_rows(family.options);
    rocksdb::DB* raw = nullptr;
    status = rocksdb::DB::Open(options, folder, descriptors, &families, &raw);
    db.reset(raw);
    return status;
  }
};

rocksdb::Status add_sizes(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, StoreSizes& sizes) {
  rocksdb::CompactRangeOptions compact;
  compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  auto status = db.CompactRange(compact, family, nullptr, nullptr);
  if (!status.ok()) return status;
  rocksdb::SizeApproximationOptions which;
  which.include_files = true;
  which.files_size_error_margin = -1;
  for (uint8_t table = 1; table <= static_cast<uint8_t>(Table::Sealed); ++table) {
    const std::string from(1, static_cast<char>(table)), to(1, static_cast<char>(table + 1));
    const rocksdb::Range range(from, to);
    uint64_t bytes = 0;
    status = db.GetApproximateSizes(which, family, &range, 1, &bytes);
    if (!status.ok()) return status;
    if (bytes > 0) sizes.tables[static_cast<Table>(table)] += bytes;
  }
  return status;
}

}  // namespace

std::expected<StoreSizes, StoreError> compacted_sizes(const std::filesystem::path& folder) {
  OpenedAgain opened;
  StoreSizes sizes;
  auto status = opened.open(folder.string());
  for (rocksdb::ColumnFamilyHandle* family : opened.families)
    if (status.ok()) status = add_sizes(*opened.db, family, sizes);
  if (!status.ok()) {
    return std::unexpected(StoreError{fmt::format("The sizes of the store in {} can't be found out ({}).",
                                                  folder.string(), status.ToString())});
  }
  std::vector<rocksdb::LiveFileMetaData> files;
  opened.db->GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) sizes.files += file.size;
  return sizes;
}

std::string_view table_name(Table table) {
  switch (table) {
    case Table::Meta:
      return "meta";
    case Table::Instance:
      return "instance";
    case Table::Key:
      return "key";
    case Table::Timer:
      return "timer";
    case Table::Pending:
      return "pending";
    case Table::Task:
      return "task";
    case Table::Leaf:
      return "leaf";
    case Table::Subscription:
      return "subscription";
    case Table::Group:
      return "group";
    case Table::Result:
      return "result";
    case Table::Undo:
      return "undo";
    case Table::Blob:
      return "blob";
    case Table::Dedup:
      return "dedup";
    case Table::Message:
      return "message";
    case Table::Account:
      return "account";
    case Table::Schedule:
      return "schedule";
    case Table::Carried:
      return "carried";
    case Table::Sealing:
      return "sealing";
    case Table::History:
      return "history";
    case Table::Sealed:
      return "sealed";
  }
  return "unknown";
}

std::string rocksdb_version() { return rocksdb::GetRocksVersionAsString(true); }

}  // namespace endcap
