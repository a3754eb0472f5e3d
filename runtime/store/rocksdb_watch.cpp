// Readings of RocksDB and their limits: see rocksdb_watch.h.
#include "runtime/store/rocksdb_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace endcap {
namespace {

// Of a column family. RocksDB slows writes down beyond the second, and stops them beyond the third.
constexpr int kLevel0Behind = 24, kLevel0Slow = 32, kLevel0Stop = 48;
constexpr uint64_t kDebtBehind = 16ull << 30, kDebtSlow = 64ull << 30, kDebtStop = 256ull << 30;
constexpr int kSealedBehind = 3, kSealedStop = 6;  // slow is one less than stop
constexpr uint64_t kUnflushedBehind = 3;           // times what should be unflushed at most
static_assert(kLevel0Behind < kLevel0Slow && kDebtBehind < kDebtSlow && kSealedBehind < kSealedStop - 1);

constexpr std::chrono::milliseconds kTryAgain{500};

uint64_t number_of(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, const std::string& property) {
  std::string text;
  uint64_t number = 0;
  if (db.GetProperty(family, property, &text))
    std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Once it is behind, it is until it has caught up a good part.
std::string why_behind(const StorePressure& now, uint64_t unflushed_bytes_wanted) {
  const uint64_t parts = now.behind.empty() ? 4 : 3;
  const auto above = [&](uint64_t value, uint64_t limit) { return value * 4 >= limit * parts; };
  if (above(now.level0_files, kLevel0Behind))
    return fmt::format("{} files are not compacted", now.level0_files);
  if (above(now.compaction_bytes, kDebtBehind))
    return fmt::format("{} bytes are to be compacted", now.compaction_bytes);
  if (above(now.sealed_buffers, kSealedBehind))
    return fmt::format("{} write buffers are not flushed", now.sealed_buffers);
  if (above(now.unflushed_bytes, kUnflushedBehind * unflushed_bytes_wanted))
    return fmt::format("{} bytes are not flushed", now.unflushed_bytes);
  return {};
}

}  // namespace

void set_slowdown(rocksdb::ColumnFamilyOptions& family) {
  family.level0_slowdown_writes_trigger = kLevel0Slow;
  family.level0_stop_writes_trigger = kLevel0Stop;
  family.soft_pending_compaction_bytes_limit = kDebtSlow;
  family.hard_pending_compaction_bytes_limit = kDebtStop;
  family.max_write_buffer_number = kSealedStop;
}

// Families are asked only when something about them has changed.
StorePressure RocksWatch::pressure(rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                                   uint64_t unflushed_bytes, uint64_t unflushed_bytes_wanted) {
  const uint64_t changes = changes_.load();
  if (seen_ != changes) {
    seen_ = changes;
    last_.level0_files = last_.sealed_buffers = last_.compaction_bytes = 0;
    for (rocksdb::ColumnFamilyHandle* family : families) {
      last_.level0_files = std::max(
          last_.level0_files, number_of(db, family, rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0"));
      last_.sealed_buffers = std::max(last_.sealed_buffers,
                                      number_of(db, family, rocksdb::DB::Properties::kNumImmutableMemTable));
      last_.compaction_bytes +=
          number_of(db, family, rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
    }
  }
  last_.unflushed_bytes = unflushed_bytes;
  last_.full = is_full();
  last_.behind = why_behind(last_, unflushed_bytes_wanted);
  return last_;
}

bool RocksWatch::go_on(rocksdb::DB& db) {
  if (!is_full()) return true;
  const auto now = std::chrono::steady_clock::now();
  if (now < try_again_) return false;
  try_again_ = now + kTryAgain;
  full_ = false;  // what finds no room sets it again
  const auto status = db.Resume();
  look_again();
  if (!status.ok() && (status.IsNoSpace() || status.IsBusy())) full_ = true;
  return !is_full();
}

}  // namespace endcap
