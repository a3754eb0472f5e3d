// The overlay: see overlay.h.
#include "runtime/engine/overlay.h"

#include "runtime/engine/rows.h"

namespace endcap {

std::optional<std::string> Overlay::get(Table table, std::string_view key) {
  if (table == Table::History) ++history_rows_read_;
  const Key wanted(table, std::string(key));
  if (const auto change = changes_.find(wanted); change != changes_.end()) return change->second.value;
  if (const auto ahead = ahead_.find(wanted); ahead != ahead_.end()) return ahead->second;
  auto row = store_.get(partition_, table, key);
  if (!row) {
    failure_ = row.error().message;
    return std::nullopt;
  }
  return std::move(*row);
}

void Overlay::read_ahead(Table table, std::vector<std::string> keys) {
  std::erase_if(keys, [&](const std::string& key) { return changes_.contains(Key(table, key)); });
  if (keys.empty()) return;
  auto rows = store_.multi_get(partition_, table, keys);
  if (!rows) return;  // whoever asks for the row is told
  for (size_t i = 0; i < keys.size(); ++i) ahead_[Key(table, std::move(keys[i]))] = std::move((*rows)[i]);
}

void Overlay::set(Key key, std::optional<std::string> value) {
  dirty_bytes_ += key.second.size() + (value ? value->size() : 0);
  dirty_.insert(key);
  changes_[std::move(key)] = Change{std::move(value), 0};
}

void Overlay::put(Table table, std::string key, std::string value) {
  set({table, std::move(key)}, std::move(value));
}

void Overlay::erase(Table table, std::string key) { set({table, std::move(key)}, std::nullopt); }

void Overlay::forget(Table table, const std::string& key) {
  const auto change = changes_.find(Key(table, key));
  if (change == changes_.end() || change->second.position != 0) return erase(table, key);
  dirty_.erase(change->first);
  changes_.erase(change);
}

std::vector<std::pair<std::string, std::string>> Overlay::collect(Table table, std::string_view prefix,
                                                                  size_t limit, std::string_view from) {
  std::vector<std::pair<std::string, std::string>> rows;
  const std::string begin(from.empty() ? prefix : from), end = rows::after_prefix(std::string(prefix));
  auto change = changes_.lower_bound(Key(table, begin));
  const auto in_range = [&] {
    return change != changes_.end() && change->first.first == table &&
           (end.empty() || change->first.second < end);
  };
  const auto take_changes_before = [&](std::string_view key, bool all) {
    for (; in_range() && (all || change->first.second < key) && rows.size() < limit; ++change) {
      if (change->second.value) rows.emplace_back(change->first.second, *change->second.value);
    }
  };
  auto scanned =
      store_.scan(partition_, table, begin, end, [&](std::string_view key, std::string_view value) {
        take_changes_before(key, false);
        if (rows.size() >= limit) return false;
        if (in_range() && change->first.second == key) {
          if (change->second.value) rows.emplace_back(change->first.second, *change->second.value);
          ++change;
        } else {
          rows.emplace_back(key, value);
        }
        return rows.size() < limit;
      });
  if (!scanned) failure_ = scanned.error().message;
  take_changes_before({}, true);
  if (table == Table::History) history_rows_read_ += rows.size();
  return rows;
}

std::vector<std::pair<std::string, std::string>> Overlay::collect_to_seal(std::string_view prefix,
                                                                          size_t limit,
                                                                          std::string_view from) {
  const uint64_t read = history_rows_read_;
  auto rows = collect(Table::History, prefix, limit, from);
  history_rows_read_ = read;
  return rows;
}

std::vector<RowOperation> Overlay::take(Position position) {
  std::vector<RowOperation> operations;
  operations.reserve(dirty_.size());
  std::vector<Key>& keys = taken_[position];
  for (const Key& key : dirty_) {
    Change& change = changes_.at(key);
    change.position = position;
    operations.push_back({key.first, key.second, change.value});
    keys.push_back(key);
  }
  dirty_.clear();
  dirty_bytes_ = 0;
  touched_ = false;
  return operations;
}

void Overlay::applied(Position position) {
  const auto taken = taken_.find(position);
  if (taken == taken_.end()) return;
  for (const Key& key : taken->second) {
    const auto change = changes_.find(key);
    if (change != changes_.end() && change->second.position == position) changes_.erase(change);
  }
  taken_.erase(taken);
}

}  // namespace endcap
