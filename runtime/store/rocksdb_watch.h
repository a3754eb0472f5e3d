// How RocksDB does: what its threads report, and what it falls behind with before it slows writes down.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

#include <atomic>
#include <chrono>
#include <vector>

#include "runtime/store/store.h"

namespace endcap {

// When RocksDB slows writes down, and when it stops them. New work is refused long before: `pressure`.
void set_slowdown(rocksdb::ColumnFamilyOptions& family);

// Called by RocksDB's own threads.
class RocksWatch final : public rocksdb::EventListener {
 public:
  uint64_t flushes() const { return flushes_.load(); }  // completed, and one
  // There may be more than the flushes that were told: those that follow a full disk are not always.
  void look_again() { ++flushes_, ++changes_; }
  bool is_full() const { return full_.load(); }  // something in the background found no room

  StorePressure pressure(rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                         uint64_t unflushed_bytes, uint64_t unflushed_bytes_wanted);
  // Has RocksDB go on after a full disk; false: there is still no room. Asked often, tried now and then.
  bool go_on(rocksdb::DB& db);

  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { ++flushes_, ++changes_; }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { ++changes_; }
  void OnMemTableSealed(const rocksdb::MemTableInfo&) override { ++changes_; }
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    if (error->IsNoSpace()) full_ = true;
  }
  // RocksDB would wait for a whole write buffer's room: whether there is enough is tried out instead.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status error,
                            bool* auto_recovery) override {
    if (error.IsNoSpace()) *auto_recovery = false;
  }

 private:
  std::atomic<uint64_t> flushes_{1}, changes_{1};
  std::atomic<bool> full_{false};
  // Of the thread that reads the store.
  uint64_t seen_ = 0;  // of the changes
  StorePressure last_;
  std::chrono::steady_clock::time_point try_again_{};
};

}  // namespace endcap
