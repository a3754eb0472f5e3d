// The simulated store: see simulated_store.h.
#include "runtime/store/simulated_store.h"

#include <fmt/format.h>

#include <utility>

#include "runtime/value/check.h"

namespace endcap {

SimulatedStore::SimulatedStore(uint16_t partitions) : partitions_(partitions) {}

std::unique_ptr<SimulatedStore> make_simulated_store(uint16_t partitions) {
  return std::make_unique<SimulatedStore>(partitions);
}

std::expected<void, StoreError> SimulatedStore::apply(PartitionId partition, Position position,
                                                      const std::vector<RowOperation>& operations) {
  CHECK(partition < partitions_.size());
  std::scoped_lock lock(mutex_);
  if (!failure_.empty()) return std::unexpected(StoreError{failure_});
  if (pressure_.full) return std::unexpected(StoreError{"the simulated disk is full", true});
  Partition& state = partitions_[partition];
  if (position <= state.current.applied) return {};
  if (position != state.current.applied + 1) {
    return std::unexpected(
        StoreError{fmt::format("partition {}: record {} can't follow record {}: one is missing", partition,
                               position, state.current.applied)});
  }
  for (const RowOperation& operation : operations) {
    RowKey key(operation.table, operation.key);
    if (operation.table == Table::History && !once(state.current, key, operation.value.has_value()))
      return std::unexpected(StoreError{"an entry of the history is put or deleted a second time"});
    if (operation.value) {
      state.current.rows[key] = *operation.value;
    } else {
      state.current.rows.erase(key);
    }
    state.touched.push_back(std::move(key));
  }
  state.current.applied = position;
  if (flush_every_ != 0 && position % flush_every_ == 0) follow(state, state.flushed, state.current);
  return {};
}

Position SimulatedStore::applied(PartitionId partition) {
  std::scoped_lock lock(mutex_);
  return partitions_.at(partition).current.applied;
}

Position SimulatedStore::flushed(PartitionId partition) {
  std::scoped_lock lock(mutex_);
  return partitions_.at(partition).flushed.applied;
}

std::expected<void, StoreError> SimulatedStore::flush(PartitionId partition) {
  std::scoped_lock lock(mutex_);
  if (!failure_.empty()) return std::unexpected(StoreError{failure_});
  if (pressure_.full) return std::unexpected(StoreError{"the simulated disk is full", true});
  Partition& state = partitions_.at(partition);
  follow(state, state.flushed, state.current);
  return {};
}

bool SimulatedStore::once(Image& image, const RowKey& key, bool puts) {
  if (puts) return !image.rows.contains(key) && !image.ended.contains(key);
  return image.ended.insert(key).second;
}

void SimulatedStore::follow(Partition& partition, Image& to, const Image& from) {
  for (const RowKey& key : std::exchange(partition.touched, {})) {
    const auto found = from.rows.find(key);
    if (found == from.rows.end()) {
      to.rows.erase(key);
    } else {
      to.rows.insert_or_assign(key, found->second);
    }
    if (from.ended.contains(key)) {
      to.ended.insert(key);
    } else {
      to.ended.erase(key);
    }
  }
  to.applied = from.applied;
}

std::expected<std::optional<std::string>, StoreError> SimulatedStore::get(PartitionId partition, Table table,
                                                                          std::string_view key) {
  std::scoped_lock lock(mutex_);
  if (!unreadable_.empty()) return std::unexpected(StoreError{unreadable_});
  const auto& rows = partitions_.at(partition).current.rows;
  auto found = rows.find(std::pair(table, std::string(key)));
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

std::expected<std::vector<std::optional<std::string>>, StoreError> SimulatedStore::multi_get(
    PartitionId partition, Table table, const std::vector<std::string>& keys) {
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (const std::string& key : keys) {
    auto value = get(partition, table, key);
    if (!value) return std::unexpected(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

std::expected<void, StoreError> SimulatedStore::scan(
    PartitionId partition, Table table, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  std::scoped_lock lock(mutex_);
  if (!unreadable_.empty()) return std::unexpected(StoreError{unreadable_});
  const auto& rows = partitions_.at(partition).current.rows;
  for (auto row = rows.lower_bound(std::pair(table, std::string(from)));
       row != rows.end() && row->first.first == table; ++row) {
    if (!to.empty() && std::string_view(row->first.second) >= to) break;
    if (!visit(row->first.second, row->second)) break;
  }
  return {};
}

std::expected<std::vector<std::optional<Rows>>, StoreError> SimulatedStore::multi_scan(
    PartitionId partition, Table table, const std::vector<std::string>& prefixes, size_t rows_max,
    Between between) {
  std::vector<std::optional<Rows>> all;
  CHECK(between == Between::Much || std::ranges::is_sorted(prefixes, std::ranges::less_equal()));
  size_t bytes = 0;
  for (const std::string& prefix : prefixes) {
    if (bytes > kScannedAtOnce) {
      all.emplace_back();
      continue;
    }
    Rows rows;
    auto scanned = scan(partition, table, prefix, "", [&](std::string_view key, std::string_view value) {
      if (!key.starts_with(prefix)) return false;
      rows.emplace_back(key, value);
      bytes += key.size() + value.size();
      return rows.size() <= rows_max;
    });
    if (!scanned) return std::unexpected(scanned.error());
    all.push_back(rows.size() <= rows_max ? std::optional(std::move(rows)) : std::nullopt);
  }
  return all;
}

void SimulatedStore::crash() {
  std::scoped_lock lock(mutex_);
  for (Partition& partition : partitions_) follow(partition, partition.current, partition.flushed);
}

}  // namespace endcap
