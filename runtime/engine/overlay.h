// What a partition has decided and the journal has not acknowledged yet, over the store. The engine reads
// through it; others read the store alone. Thrown away as a whole when the journal fails.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/store/store.h"

namespace endcap {

class Overlay {
 public:
  // `history_rows_read` counts what is read of Table::History: the engine writes it, and never goes by it.
  Overlay(Store& store, PartitionId partition, uint64_t& history_rows_read)
      : store_(store), partition_(partition), history_rows_read_(history_rows_read) {}

  std::optional<std::string> get(Table table, std::string_view key);
  // Reads rows that `get` will be asked for soon, in one go; until `forget_read_ahead`, which must come before
  // the store is applied to.
  void read_ahead(Table table, std::vector<std::string> keys);
  void forget_read_ahead() { ahead_.clear(); }
  void put(Table table, std::string key, std::string value);
  void erase(Table table, std::string key);
  // The same for a row that was new when it was put: what no record has yet never gets into one.
  void forget(Table table, const std::string& key);
  // Rows whose keys begin with `prefix`, from `from` on when it is not empty; at most `limit`.
  std::vector<std::pair<std::string, std::string>> collect(Table table, std::string_view prefix,
                                                           size_t limit = SIZE_MAX,
                                                           std::string_view from = {});

  // The same of entries that are sealed: that is no reading to go on, and does not count.
  std::vector<std::pair<std::string, std::string>> collect_to_seal(std::string_view prefix, size_t limit,
                                                                   std::string_view from);

  // Makes a record necessary although no row changed.
  void touch() { touched_ = true; }
  bool dirty() const { return touched_ || !dirty_.empty(); }
  // The record is as large as one should be: the rest goes into the next. What one input does stays together.
  bool full() const { return dirty_bytes_ >= kRecordBytesWanted; }
  // What changed since the last call, one operation a row, in key order: it becomes the record at `position`.
  std::vector<RowOperation> take(Position position);
  // The store holds the record at `position` now.
  void applied(Position position);
  // Why the store could not be read; everything read since is worth nothing.
  const std::string& failure() const { return failure_; }

 private:
  static constexpr size_t kRecordBytesWanted = 4u << 20;
  using Key = std::pair<Table, std::string>;
  struct Change {
    std::optional<std::string> value;
    Position position = 0;  // of its record; 0: not taken yet
  };
  void set(Key key, std::optional<std::string> value);

  Store& store_;
  PartitionId partition_;
  uint64_t& history_rows_read_;
  std::map<Key, Change> changes_;
  std::set<Key> dirty_;
  size_t dirty_bytes_ = 0;  // written since the last `take`; a row that is written twice counts twice
  bool touched_ = false;
  std::map<Position, std::vector<Key>> taken_;
  std::map<Key, std::optional<std::string>> ahead_;  // as the store has them
  std::string failure_;
};

}  // namespace endcap
