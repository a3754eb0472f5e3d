// A store for tests and the simulator: ordered maps, and the image of the last flush that a crash falls back
// to.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "runtime/store/store.h"

namespace endcap {

class SimulatedStore final : public Store {
 public:
  explicit SimulatedStore(uint16_t partitions);

  std::expected<void, StoreError> apply(PartitionId partition, Position position,
                                        const std::vector<RowOperation>& operations) override;
  Position applied(PartitionId partition) override;
  Position flushed(PartitionId partition) override;
  std::expected<void, StoreError> flush(PartitionId partition) override;
  std::expected<std::optional<std::string>, StoreError> get(PartitionId partition, Table table,
                                                            std::string_view key) override;
  std::expected<std::vector<std::optional<std::string>>, StoreError> multi_get(
      PartitionId partition, Table table, const std::vector<std::string>& keys) override;
  std::expected<void, StoreError> scan(
      PartitionId partition, Table table, std::string_view from, std::string_view to,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) override;

  std::expected<std::vector<std::optional<Rows>>, StoreError> multi_scan(
      PartitionId partition, Table table, const std::vector<std::string>& prefixes, size_t rows_max,
      Between between) override;

  // What a lost process leaves: every partition is as it was flushed last.
  void crash();
  // From now on `apply` and `flush` fail with this message (a full disk); empty: they work again.
  void fail(std::string message) { set(failure_, std::move(message)); }
  // From now on rows can't be read, with this message (a damaged block); empty: they can again.
  void fail_reads(std::string message) { set(unreadable_, std::move(message)); }
  // The disk is full: `apply` and `flush` say so, until there is room again.
  void fill_up(bool full = true) { set(pressure_.full, full); }
  // What it falls behind with, in words; empty: nothing.
  void fall_behind(std::string why) { set(pressure_.behind, std::move(why)); }
  StorePressure pressure() override {
    std::scoped_lock lock(mutex_);
    return pressure_;
  }
  bool go_on() override { return !pressure().full; }
  // Flushes a partition by itself after so many applied records, as a real store does when its buffers are
  // full; 0: never.
  void flush_every(uint64_t records) { flush_every_ = records; }

 private:
  using RowKey = std::pair<Table, std::string>;
  struct Image {
    std::map<RowKey, std::string> rows;
    std::set<RowKey> ended;  // entries of the history that were deleted
    Position applied = 0;
  };
  struct Partition {
    Image current, flushed;
    std::vector<RowKey> touched;  // since it was flushed: all in which the two images may differ
  };
  template <typename T>
  void set(T& what, T value) {
    std::scoped_lock lock(mutex_);
    what = std::move(value);
  }
  // Whether an entry of the history is put once, and deleted once.
  static bool once(Image& image, const RowKey& key, bool puts);
  // Makes `to` what `from` is.
  static void follow(Partition& partition, Image& to, const Image& from);
  std::recursive_mutex mutex_;  // of all that follows; a `visit` may read
  std::vector<Partition> partitions_;
  std::string failure_, unreadable_;
  StorePressure pressure_;
  uint64_t flush_every_ = 0;
};

}  // namespace endcap
