// The overlay: see overlay.h.
#include "runtime/engine/overlay.h"

#include <algorithm>

#include "runtime/engine/rows.h"

namespace endcap {

namespace {

// Whoever waits for a call is read again when its answer comes.
bool is_read_again(const RowOperation& operation) {
  return operation.value && (operation.table == Table::Instance || operation.table == Table::Pending);
}

}  // namespace

std::optional<std::string> Overlay::get(Table table, std::string_view key) {
  if (table == Table::History) ++history_rows_read_;
  const View wanted(table, key);
  if (const auto change = changes_.find(wanted); change != changes_.end()) return change->second.now();
  if (const auto ahead = ahead_.find(wanted); ahead != ahead_.end()) return ahead->second;
  auto row = store_.get(partition_, table, key);
  if (!row) {
    failure_ = row.error().message;
    return std::nullopt;
  }
  return std::move(*row);
}

void Overlay::read_ahead(Table table, std::vector<std::string> keys) {
  std::erase_if(keys, [&](const std::string& key) { return changes_.contains(View(table, key)); });
  if (keys.empty()) return;
  auto rows = store_.multi_get(partition_, table, keys);
  if (!rows) return;  // whoever asks for the row is told
  for (size_t i = 0; i < keys.size(); ++i) ahead_[Key(table, std::move(keys[i]))] = std::move((*rows)[i]);
}

std::vector<std::string_view> Overlay::read_ahead_under(Table table, std::vector<std::string> prefixes,
                                                        size_t rows_max, Store::Between between) {
  std::ranges::sort(prefixes);  // the store goes through them in one direction
  const auto again = std::ranges::unique(prefixes);
  prefixes.erase(again.begin(), again.end());
  auto found = store_.multi_scan(partition_, table, prefixes, rows_max, between);
  if (!found) return {};  // whoever asks for the rows is told
  std::vector<std::string_view> values;
  for (size_t i = 0; i < prefixes.size(); ++i) {
    if (!(*found)[i]) continue;
    Rows& rows = ahead_under_[Key(table, std::move(prefixes[i]))];
    rows = std::move(*(*found)[i]);
    for (const auto& [key, value] : rows) values.emplace_back(value);
  }
  return values;
}

void Overlay::set(Table table, std::string key, std::optional<std::string> value) {
  dirty_bytes_ += key.size() + (value ? value->size() : 0);
  const auto row = changes_.try_emplace(Key(table, std::move(key))).first;
  Change& change = row->second;
  change.value = std::move(value);
  change.taken = nullptr;
  change.position = 0;
  if (std::exchange(change.is_dirty, true)) return;
  dirty_.push_back(row);
  ++dirty_rows_;
}

void Overlay::put(Table table, std::string key, std::string value) {
  set(table, std::move(key), std::move(value));
}

void Overlay::erase(Table table, std::string key) { set(table, std::move(key), std::nullopt); }

void Overlay::forget(Table table, const std::string& key) {
  const auto row = changes_.find(View(table, key));
  if (row == changes_.end() || !row->second.is_dirty || row->second.records > 0) return erase(table, key);
  row->second.value.reset();
  row->second.is_dirty = false;
  --dirty_rows_;
}

Rows Overlay::collect(Table table, std::string_view prefix, size_t limit, std::string_view from) {
  Rows rows;
  const std::string begin(from.empty() ? prefix : from), end = rows::after_prefix(std::string(prefix));
  auto change = changes_.lower_bound(View(table, begin));
  const auto in_range = [&] {
    return change != changes_.end() && change->first.table == table &&
           (end.empty() || change->first.key < end);
  };
  const auto take_changes_before = [&](std::string_view key, bool all) {
    for (; in_range() && (all || change->first.key < key) && rows.size() < limit; ++change) {
      if (change->second.now()) rows.emplace_back(change->first.key, *change->second.now());
    }
  };
  const auto take = [&](std::string_view key, std::string_view value) {
    take_changes_before(key, false);
    if (rows.size() >= limit) return false;
    if (in_range() && change->first.key == key) {
      if (change->second.now()) rows.emplace_back(change->first.key, *change->second.now());
      ++change;
    } else {
      rows.emplace_back(key, value);
    }
    return rows.size() < limit;
  };
  const auto ahead = from.empty() ? ahead_under_.find(View(table, prefix)) : ahead_under_.end();
  if (ahead != ahead_under_.end()) {
    for (const auto& [key, value] : ahead->second) {
      if (!take(key, value)) break;
    }
  } else if (auto scanned = store_.scan(partition_, table, begin, end, take); !scanned) {
    failure_ = scanned.error().message;
  }
  take_changes_before({}, true);
  if (table == Table::History) history_rows_read_ += rows.size();
  return rows;
}

std::optional<std::string> Overlay::now(Table table, std::string_view key, std::string_view value) const {
  const auto change = changes_.find(View(table, key));
  return change != changes_.end() ? change->second.now() : std::string(value);
}

Rows Overlay::collect_to_seal(std::string_view prefix, size_t limit, std::string_view from) {
  const uint64_t read = history_rows_read_;
  auto rows = collect(Table::History, prefix, limit, from);
  history_rows_read_ = read;
  return rows;
}

Overlay::Operations Overlay::take(Position position) {
  // One that was forgotten and changed again stands there twice.
  std::ranges::sort(dirty_, Less(), [](const auto& row) -> const Key& { return row->first; });
  const auto twice = std::ranges::unique(dirty_);
  dirty_.erase(twice.begin(), twice.end());
  auto operations = std::make_shared<std::vector<RowOperation>>();
  operations->reserve(dirty_rows_);
  Record record{position, operations, {}, dirty_bytes_};
  record.rows.reserve(dirty_rows_);
  for (const auto& row : dirty_) {
    Change& change = row->second;
    if (!change.is_dirty) {  // forgotten
      changes_.erase(row);
      continue;
    }
    operations->push_back({row->first.table, row->first.key, std::move(change.value)});
    change.value.reset();
    change.taken = &operations->back();
    change.position = position;
    change.is_dirty = false;
    ++change.records;
    record.rows.push_back(row);
  }
  taken_.push_back(std::move(record));
  dirty_.clear();
  dirty_rows_ = dirty_bytes_ = 0;
  touched_ = false;
  return operations;
}

void Overlay::applied(Position position) {
  if (taken_.empty() || taken_.front().position != position) return;
  Record record = std::move(taken_.front());
  taken_.pop_front();
  std::erase_if(record.rows, [&](const auto& row) {
    Change& change = row->second;
    if (change.position == position) {
      if (is_read_again(*change.taken)) return false;
      change.taken = nullptr;  // a row that is gone, if it stays: for an older record that names it
    }
    release(row);
    return true;
  });
  if (record.rows.empty()) return;
  recent_bytes_ += record.bytes;
  recent_.push_back(std::move(record));
  forget_recent();
}

void Overlay::forget_recent() {
  while (recent_bytes_ > recent_bytes_max_) {
    const Record& oldest = recent_.front();
    for (const auto& row : oldest.rows) release(row);
    recent_bytes_ -= oldest.bytes;
    recent_.pop_front();
  }
}

// What no record that is held names any more, and no change since, is as the store has it.
void Overlay::release(Changes::iterator row) {
  if (--row->second.records == 0 && !row->second.is_dirty) changes_.erase(row);
}

}  // namespace endcap
