// What a partition has decided and the store does not have yet; and what it wrote a moment ago, which is
// asked for again before long. The engine reads through it; others read the store alone. Thrown away as a
// whole when the journal fails.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/engine/row_keys.h"
#include "runtime/store/store.h"

namespace endcap {

class Overlay {
 public:
  using Operations = std::shared_ptr<const std::vector<RowOperation>>;

  // `history_rows_read` counts what is read of Table::History: the engine writes it, and never goes by it.
  // What is in the store already stays here for the next `recent_bytes_max` bytes.
  Overlay(Store& store, PartitionId partition, uint64_t& history_rows_read, size_t recent_bytes_max)
      : store_(store),
        partition_(partition),
        history_rows_read_(history_rows_read),
        recent_bytes_max_(recent_bytes_max) {}

  std::optional<std::string> get(Table table, std::string_view key);
  // Reads rows that `get` will be asked for soon, in one go; until `forget_read_ahead`, which must come
  // before `applied`: what is on its way to the store is in the overlay, and not asked of what was read
  // ahead.
  void read_ahead(Table table, std::vector<std::string> keys);
  // The same for prefixes that `collect` will be asked for, unless more than `rows_max` are under one or
  // there is very much of it: gives the values of the rows, until the next call.
  std::vector<std::string_view> read_ahead_under(Table table, std::vector<std::string> prefixes,
                                                 size_t rows_max,
                                                 Store::Between between = Store::Between::Much);
  void forget_read_ahead() { ahead_.clear(), ahead_under_.clear(); }
  void put(Table table, std::string key, std::string value);
  void erase(Table table, std::string key);
  // The same for a row that was new when it was put: what no record has yet never gets into one.
  void forget(Table table, const std::string& key);
  // Rows whose keys begin with `prefix`, from `from` on when it is not empty; at most `limit`.
  Rows collect(Table table, std::string_view prefix, size_t limit = SIZE_MAX, std::string_view from = {});

  // What stands now where `collect` found `value` in this drain.
  std::optional<std::string> now(Table table, std::string_view key, std::string_view value) const;

  // The same as `collect` of entries that are sealed: that is no reading to go on, and does not count.
  Rows collect_to_seal(std::string_view prefix, size_t limit, std::string_view from);

  // Makes a record necessary although no row changed.
  void touch() { touched_ = true; }
  bool dirty() const { return touched_ || dirty_rows_ > 0; }
  // The record is as large as one should be: the rest goes into the next. What one input does stays together.
  bool full() const { return dirty_bytes_ >= kRecordBytesWanted; }
  // What changed since the last call, one operation a row, in key order: it becomes the record at `position`.
  Operations take(Position position);
  // The store holds the record at `position` now.
  void applied(Position position);
  // Why the store could not be read; everything read since is worth nothing.
  const std::string& failure() const { return failure_; }

 private:
  static constexpr size_t kRecordBytesWanted = 4u << 20;

  // The first bytes of a key stand beside it as numbers, which order as they do: most comparisons end there,
  // and need not go where the key is.
  template <typename Text>
  struct KeyOf {
    Table table;
    uint64_t first, second;
    Text key;
    KeyOf(Table of, Text text)
        : table(of),
          first(rows::leading_number(text)),
          second(rows::leading_number(std::string_view(text).substr(std::min<size_t>(text.size(), 8)))),
          key(std::move(text)) {}
  };
  using Key = KeyOf<std::string>;
  using View = KeyOf<std::string_view>;
  struct Less {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const {
      if (a.table != b.table) return a.table < b.table;
      if (a.first != b.first) return a.first < b.first;
      if (a.second != b.second) return a.second < b.second;
      return std::string_view(a.key) < std::string_view(b.key);
    }
  };
  struct Change {
    std::optional<std::string> value;     // until it is taken
    const RowOperation* taken = nullptr;  // has it from then on
    Position position = 0;                // of its record; 0: not taken yet
    uint32_t records = 0;                 // of `taken_` and `recent_`, that name it
    bool is_dirty = false;                // the next record has it
    const std::optional<std::string>& now() const { return taken != nullptr ? taken->value : value; }
  };
  using Changes = std::map<Key, Change, Less>;
  struct Record {  // that was taken
    Position position = 0;
    Operations operations;
    std::vector<Changes::iterator> rows;
    size_t bytes = 0;
  };

  void set(Table table, std::string key, std::optional<std::string> value);
  void forget_recent();
  void release(Changes::iterator row);

  Store& store_;
  PartitionId partition_;
  uint64_t& history_rows_read_;
  const size_t recent_bytes_max_;
  Changes changes_;
  std::vector<Changes::iterator> dirty_;  // in the order of their change; with some that were forgotten since
  size_t dirty_rows_ = 0;
  size_t dirty_bytes_ = 0;  // written since the last `take`; a row that is written twice counts twice
  bool touched_ = false;
  std::deque<Record> taken_;   // on their way to the store
  std::deque<Record> recent_;  // in the store; `rows` are those that are read again
  size_t recent_bytes_ = 0;
  std::map<Key, std::optional<std::string>, Less> ahead_;  // as the store has them
  std::map<Key, Rows, Less> ahead_under_;                  // by their prefixes
  std::string failure_;
};

}  // namespace endcap
