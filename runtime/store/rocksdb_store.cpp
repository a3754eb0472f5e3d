// The store on RocksDB: two column families a partition, no write-ahead log of its own.
//
// The journal is the log. All column families are flushed atomically, so that what a crash leaves is the
// state after some position and the history that belongs to it. What was flushed is asked of RocksDB itself:
// the position row as it stands in the table files.
#include "runtime/store/rocksdb_store.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <atomic>

#include "runtime/store/deleted_runs.h"
#include "runtime/store/rocksdb_image.h"
#include "runtime/store/rocksdb_log.h"
#include "runtime/store/rocksdb_watch.h"
#include "runtime/store/row_prefixes.h"
#include "runtime/store/store.h"
#include "runtime/value/check.h"

namespace endcap {
namespace {

// From one prefix to the next; looking for it costs more than walking there.
constexpr size_t kRowsWalkedOver = 16;
constexpr uint64_t kDeletedWalkedOver = 256;

// Table byte 0 is the store's own, so that no scan of a table meets this row.
const std::string kAppliedKey{"\0applied_pos", 12};

std::string encode_position(Position position) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(position >> (8 * i));
  return bytes;
}

std::optional<Position> decode_position(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  Position position = 0;
  for (int i = 7; i >= 0; --i) position = position << 8 | static_cast<uint8_t>(bytes[i]);
  return position;
}

void append_row_key(std::string& out, Table table, std::string_view key) {
  out.push_back(static_cast<char>(table));
  out.append(key);
}

std::string row_key(Table table, std::string_view key) {
  std::string out;
  out.reserve(key.size() + 1);
  append_row_key(out, table, key);
  return out;
}

// Such a row and its end go together as soon as they meet: the end is not kept until it has reached the last
// level, in case an older value stands there.
bool is_written_once_only(Table table) { return table == Table::History; }

StoreError explain(const rocksdb::Status& status, const std::filesystem::path& folder,
                   std::string_view doing) {
  const std::string path = folder.string();
  if (status.IsNoSpace()) {
    return {fmt::format("The disk that holds {} is full ({}). Nothing acknowledged is lost: free some space, "
                        "then start again.",
                        path, doing),
            true};
  }
  if (status.IsCorruption()) {
    return {
        fmt::format("The store in {} is damaged ({}: {}). Restore the data folder from a backup; do not "
                    "delete single files.",
                    path, doing, status.ToString())};
  }
  if (status.ToString().find("lock") != std::string::npos) {
    return {fmt::format(
        "The store in {} is in use by another process ({}). Stop that daemon, or choose another data folder.",
        path, status.ToString())};
  }
  return {fmt::format(
      "The store in {} failed ({}: {}). Nothing acknowledged is lost: mend the cause, then start again.",
      path, doing, status.ToString())};
}

rocksdb::ColumnFamilyOptions family_options(const StoreOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache, bool history) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 4096;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // In pieces: those of a large file are larger than a part of the cache, which then keeps none of them, and
  // each look into the file would read them anew.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;

  // What is written once and read seldom stands in larger blocks. What has come to rest is packed by what
  // files of its kind have in common: rows of a thousand instances say nearly the same.
  if (history) table.block_size = 16u << 10;
  rocksdb::CompressionOptions packed;
  packed.enabled = true;
  packed.max_dict_bytes = 16u << 10;
  packed.zstd_max_train_bytes = 16 * packed.max_dict_bytes;
  packed.use_zstd_dict_trainer = false;  // training costs a compaction more than all the rest
  packed.max_dict_buffer_bytes = 4u << 20;

  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compression = history ? rocksdb::kZSTD : rocksdb::kLZ4Compression;
  family.bottommost_compression = rocksdb::kZSTD;
  family.bottommost_compression_opts = packed;
  cut_rows(family);
  // Of the node's whole budget, and allocated at once, however little a family holds.
  family.memtable_prefix_bloom_size_ratio = std::min(0.01, 0.04 / options.partitions);
  family.write_buffer_size = options.write_buffer_bytes;  // the node's budget decides, not the family
  family.arena_block_size = 64u << 10;  // small, so that idle families cost none of the budget
  // A batch brings each table's rows in their order: the place of a row is looked for from the one before.
  family.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  set_slowdown(family);
  // Every file of a family's newest level spans its tables: compacting some rewrites the next level as a
  // whole, which costs more than to look into a few more of them.
  family.level0_file_num_compaction_trigger = 8;
  if (!history) family.table_properties_collector_factories = {deleted_runs()};
  return family;
}

class RocksStore final : public Store {
 public:
  RocksStore(std::filesystem::path folder, StoreOptions options, rocksdb::Env& env)
      : folder_(std::move(folder)), options_(options), env_(env) {}

  ~RocksStore() override {
    if (!db_) return;
    for (rocksdb::ColumnFamilyHandle* handle : handles_)
      db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    db_->Close().PermitUncheckedError();  // flushes; what it can't flush is in the journal
  }

  std::expected<void, StoreError> open() {
    auto cache = rocksdb::NewLRUCache(options_.block_cache_bytes);
    rocksdb::Options db;
    db.env = &env_;
    db.create_if_missing = true;
    db.create_missing_column_families = true;
    db.atomic_flush = true;
    db.write_buffer_manager = buffers_;
    db.max_background_jobs = 2;
    db.max_open_files = 512;
    db.info_log = make_rocksdb_log(folder_);
    db.listeners = {watch_};

    std::vector<rocksdb::ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, {}}};
    for (uint16_t i = 0; i < options_.partitions; ++i) {
      families.emplace_back(fmt::format("state.{}", i), family_options(options_, cache, false));
      families.emplace_back(fmt::format("history.{}", i), family_options(options_, cache, true));
    }
    if (auto same = same_partitions(db, families.size()); !same) return same;

    rocksdb::DB* raw = nullptr;
    auto status = rocksdb::DB::Open(db, folder_.string(), families, &handles_, &raw);
    if (!status.ok()) return std::unexpected(explain(status, folder_, "opening it"));
    db_.reset(raw);

    applied_ = std::vector<std::atomic<Position>>(options_.partitions);
    flushed_.resize(options_.partitions);
    for (uint16_t i = 0; i < options_.partitions; ++i) {
      auto position = read_position(i, {});
      if (!position) return std::unexpected(position.error());
      applied_[i] = *position;
    }
    return {};
  }

  std::expected<void, StoreError> apply(PartitionId partition, Position position,
                                        const std::vector<RowOperation>& operations) override {
    CHECK(partition < applied_.size());
    const Position last = applied_[partition];
    if (position <= last) return {};
    if (position != last + 1) {
      return std::unexpected(StoreError{fmt::format(
          "partition {}: record {} can't follow record {}: one is missing", partition, position, last)});
    }
    rocksdb::WriteBatch batch;
    std::string key;
    for (const RowOperation& operation : operations) {
      key.clear();
      append_row_key(key, operation.table, operation.key);
      rocksdb::ColumnFamilyHandle* into = family(partition, operation.table);
      auto status = operation.value                         ? batch.Put(into, key, *operation.value)
                    : is_written_once_only(operation.table) ? batch.SingleDelete(into, key)
                                                            : batch.Delete(into, key);
      if (!status.ok()) return std::unexpected(explain(status, folder_, "collecting a record's rows"));
    }
    auto status = batch.Put(family(partition, Table::Meta), kAppliedKey, encode_position(position));
    if (!status.ok()) return std::unexpected(explain(status, folder_, "collecting a record's rows"));
    rocksdb::WriteOptions write;
    write.disableWAL = true;
    status = db_->Write(write, &batch);
    if (!status.ok())
      return std::unexpected(explain(status, folder_, fmt::format("applying record {}", position)));
    applied_[partition] = position;
    return {};
  }

  Position applied(PartitionId partition) override { return applied_.at(partition); }

  // Asked after every round, and answered by a read only when something was flushed since.
  Position flushed(PartitionId partition) override {
    const uint64_t flushes = watch_->flushes();
    Flushed& known = flushed_.at(partition);
    if (known.after != flushes) {
      rocksdb::ReadOptions options;
      options.read_tier = rocksdb::kPersistedTier;  // table files only
      known = {flushes, read_position(partition, options).value_or(known.position)};
    }
    return known.position;
  }

  std::expected<void, StoreError> flush(PartitionId partition) override {
    auto status = db_->Flush({}, {family(partition, Table::Meta), family(partition, Table::History)});
    if (!status.ok()) return std::unexpected(explain(status, folder_, "flushing"));
    watch_->look_again();
    return {};
  }

  StorePressure pressure() override {
    return watch_->pressure(*db_, handles_, buffers_->memory_usage(), options_.write_buffer_bytes);
  }

  bool go_on() override { return watch_->go_on(*db_); }

  std::expected<std::optional<std::string>, StoreError> get(PartitionId partition, Table table,
                                                            std::string_view key) override {
    std::string value;
    auto status = db_->Get({}, family(partition, table), row_key(table, key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return std::unexpected(explain(status, folder_, "reading a row"));
    return value;
  }

  std::expected<std::vector<std::optional<std::string>>, StoreError> multi_get(
      PartitionId partition, Table table, const std::vector<std::string>& keys) override {
    std::vector<std::string> row_keys;
    row_keys.reserve(keys.size());
    for (const std::string& key : keys) row_keys.push_back(row_key(table, key));
    std::vector<rocksdb::Slice> slices(row_keys.begin(), row_keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet({}, family(partition, table), keys.size(), slices.data(), values.data(), statuses.data());
    std::vector<std::optional<std::string>> rows(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].ok()) {
        rows[i] = values[i].ToString();
      } else if (!statuses[i].IsNotFound()) {
        return std::unexpected(explain(statuses[i], folder_, "reading rows"));
      }
    }
    return rows;
  }

  std::expected<void, StoreError> scan(
      PartitionId partition, Table table, std::string_view from, std::string_view to,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) override {
    const std::string first = row_key(table, from);
    const std::string last =
        to.empty() ? std::string(1, static_cast<char>(static_cast<uint8_t>(table) + 1)) : row_key(table, to);
    const rocksdb::Slice upper = last;
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper;
    options.total_order_seek = !is_within_prefix(first, last);
    std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options, family(partition, table)));
    for (row->Seek(first); row->Valid(); row->Next()) {
      std::string_view key = row->key().ToStringView();
      key.remove_prefix(1);
      if (!visit(key, row->value().ToStringView())) break;
    }
    if (!row->status().ok()) return std::unexpected(explain(row->status(), folder_, "scanning rows"));
    return {};
  }

  std::expected<std::vector<std::optional<Rows>>, StoreError> multi_scan(
      PartitionId partition, Table table, const std::vector<std::string>& prefixes, size_t rows_max,
      Between between) override {
    std::vector<std::optional<Rows>> all;
    if (prefixes.empty()) return all;
    const bool walks = between == Between::Little;
    rocksdb::ReadOptions options;
    options.total_order_seek = walks;
    options.prefix_same_as_start = !walks;  // or what was deleted behind a prefix would be walked over
    if (walks) options.max_skippable_internal_keys = kDeletedWalkedOver;
    std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options, family(partition, table)));
    CHECK(!walks || std::ranges::is_sorted(prefixes, std::ranges::less_equal()));
    size_t bytes = 0;
    for (const std::string& prefix : prefixes) {
      if (bytes > kScannedAtOnce) {
        all.emplace_back();
        continue;
      }
      const std::string first = row_key(table, prefix);
      CHECK(is_prefix_of_rows(first));
      for (size_t steps = 0;
           walks && steps < kRowsWalkedOver && row->Valid() && row->key().compare(first) < 0; ++steps)
        row->Next();
      if (!walks || !row->Valid() || row->key().compare(first) < 0) row->Seek(first);
      Rows rows;
      for (; row->Valid() && row->key().starts_with(first) && rows.size() <= rows_max; row->Next()) {
        rows.emplace_back(row->key().ToStringView().substr(1), row->value().ToStringView());
        bytes += row->key().size() + row->value().size();
      }
      if (row->status().IsIncomplete())  // much was deleted between them
        return multi_scan(partition, table, prefixes, rows_max, Between::Much);
      if (!row->status().ok()) return std::unexpected(explain(row->status(), folder_, "scanning rows"));
      all.push_back(rows.size() <= rows_max ? std::optional(std::move(rows)) : std::nullopt);
    }
    return all;
  }

  std::expected<std::unique_ptr<StoreImage>, StoreError> image() override { return image_of(*db_, folder_); }

 private:
  // The number of partitions is fixed when the data is made; opening with another would split keys from their
  // rows.
  std::expected<void, StoreError> same_partitions(const rocksdb::Options& db, size_t wanted) {
    std::vector<std::string> present;
    auto status = rocksdb::DB::ListColumnFamilies(db, folder_.string(), &present);
    if (!status.ok() || present.size() <= 1 || present.size() == wanted)
      return {};  // absent or unreadable: Open says so
    return std::unexpected(StoreError{fmt::format(
        "The store in {} was made with {} partitions and is opened with {}. The number is fixed when the "
        "data is made: use {}.",
        folder_.string(), (present.size() - 1) / 2, options_.partitions, (present.size() - 1) / 2)});
  }

  std::expected<Position, StoreError> read_position(PartitionId partition,
                                                    const rocksdb::ReadOptions& options) {
    std::string value;
    auto status = db_->Get(options, family(partition, Table::Meta), kAppliedKey, &value);
    if (status.IsNotFound()) return Position{0};
    if (!status.ok()) return std::unexpected(explain(status, folder_, "reading the applied position"));
    auto position = decode_position(value);
    if (!position) {
      return std::unexpected(
          explain(rocksdb::Status::Corruption("the applied position is not 8 bytes"), folder_, "reading it"));
    }
    return *position;
  }

  rocksdb::ColumnFamilyHandle* family(PartitionId partition, Table table) const {
    CHECK(partition < options_.partitions);
    return handles_[1 + 2 * partition + (table >= Table::History ? 1 : 0)];
  }

  std::filesystem::path folder_;
  StoreOptions options_;
  rocksdb::Env& env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  struct Flushed {
    uint64_t after = 0;  // so many flushes
    Position position = 0;
  };
  std::shared_ptr<RocksWatch> watch_ = std::make_shared<RocksWatch>();
  std::shared_ptr<rocksdb::WriteBufferManager> buffers_ =
      std::make_shared<rocksdb::WriteBufferManager>(options_.write_buffer_bytes);
  std::vector<Flushed> flushed_;
  std::vector<std::atomic<Position>> applied_;
};

}  // namespace

std::expected<std::unique_ptr<Store>, StoreError> open_rocksdb_store(const std::filesystem::path& folder,
                                                                     const StoreOptions& options) {
  return open_rocksdb_store(folder, options, *rocksdb::Env::Default());
}

std::expected<std::unique_ptr<Store>, StoreError> open_rocksdb_store(const std::filesystem::path& folder,
                                                                     const StoreOptions& options,
                                                                     rocksdb::Env& env) {
  CHECK(options.partitions > 0);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return std::unexpected(
        StoreError{fmt::format("The folder {} can't be made: {}. Check the path and its permissions.",
                               folder.string(), error.message())});
  }
  auto store = std::make_unique<RocksStore>(folder, options, env);
  if (auto opened = store->open(); !opened) return std::unexpected(opened.error());
  return store;
}

}  // namespace endcap
