// What data must know that was restored from a backup: others have seen more of its future than it has.
#pragma once

#include <cstdint>
#include <expected>

#include "runtime/engine/engine.h"

namespace endcap {

// Numbers of instances, calls and tasks that may have been given out since the backup, and that other systems
// may know by the keys of writes. They are passed over.
inline constexpr uint64_t kNumbersPassedOver = uint64_t{1} << 30;

struct Restored {
  Instant time = 0;  // journal time of the newest record
  uint64_t records = 0;
};
// Fences whoever had the data before, brings the store up to the log, and passes over numbers in each
// partition. What is written is on stable storage afterwards.
std::expected<Restored, EngineError> take_up_restored(Store& store, Journal& journal, uint16_t partitions);

}  // namespace endcap
