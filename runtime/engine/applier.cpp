// The way into the store: see applier.h.
#include "runtime/engine/applier.h"

#include <utility>

namespace endcap {
namespace {

constexpr size_t kBytesAtOnce = 1u << 20;  // then the engine is told: it may wait for room

}  // namespace

void Applier::hand_over(HandedOver records) {
  std::scoped_lock lock(mutex_);
  waiting_bytes_ += records.bytes;
  waiting_.push_back(std::move(records));
}

bool Applier::apply() {
  std::unique_lock at_it(applying_, std::try_to_lock);
  return at_it.owns_lock() && apply_waiting(kBytesAtOnce);
}

std::unique_lock<std::mutex> Applier::stand_still() {
  std::unique_lock at_it(applying_);
  apply_waiting(SIZE_MAX);
  return at_it;
}

std::vector<Applier::Applied> Applier::take() {
  std::scoped_lock lock(mutex_);
  return std::exchange(applied_, {});
}

bool Applier::has_applied() {
  std::scoped_lock lock(mutex_);
  return !applied_.empty();
}

bool Applier::apply_waiting(size_t bytes_wanted) {
  bool did = false;
  for (size_t bytes = 0; bytes < bytes_wanted && !failed_;) {
    HandedOver records;
    {
      std::scoped_lock lock(mutex_);
      if (waiting_.empty()) return did;
      records = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_bytes_ -= records.bytes;
    }
    bytes += records.bytes;
    const auto applied = apply(records);
    std::scoped_lock lock(mutex_);
    if (!applied && applied.error().full) {  // tried again when there is room
      waiting_bytes_ += records.bytes;
      waiting_.push_front(std::move(records));
      return did;
    }
    failed_ = !applied;
    applied_.push_back({records.partition, records.last, applied ? std::string() : applied.error().message});
    did = true;
  }
  return did;
}

// A part each; what was cut short goes on where it stopped: parts that are in already change nothing.
std::expected<void, StoreError> Applier::apply(const HandedOver& records) {
  if (records.parts.size() == 1) return store_.apply(records.partition, records.last, *records.operations);
  auto from = records.operations->begin();
  Position position = records.last - records.parts.size();
  for (const size_t count : records.parts) {
    const auto end = from + static_cast<std::ptrdiff_t>(count);
    auto applied = store_.apply(records.partition, ++position, std::vector<RowOperation>(from, end));
    if (!applied) return applied;
    from = end;
  }
  return {};
}

}  // namespace endcap
