// What the journal has acknowledged, on its way to the store: handed over by the engine, and applied by
// whoever has a thread for it. The engine goes on meanwhile, and reads what is not in the store yet from its
// overlay.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/engine/overlay.h"

namespace endcap {

class Applier {
 public:
  struct HandedOver {
    PartitionId partition = 0;
    Position last = 0;               // of its records
    Overlay::Operations operations;  // of all of them
    std::vector<size_t> parts;       // how many of the operations each record holds
    size_t bytes = 0;
  };
  struct Applied {
    PartitionId partition = 0;
    Position last = 0;
    std::string problem;  // not empty: it is not in the store, and nothing will be any more
  };

  explicit Applier(Store& store) : store_(store) {}

  // Records of a partition in their order. On the engine's thread, as `take`.
  void hand_over(HandedOver records);
  // Bytes of records that nobody has begun with.
  size_t waiting_bytes() const { return waiting_bytes_; }
  // Applies some of them; false when there was nothing to do, no room, or somebody is at it. On any thread.
  bool apply();
  // What was applied since.
  std::vector<Applied> take();
  bool has_applied();

  // For reading rows that belong together: with all in the store that was handed over, as far as there is
  // room, and nothing added until the lock is let go.
  [[nodiscard]] std::unique_lock<std::mutex> stand_still();

 private:
  bool apply_waiting(size_t bytes_wanted);
  std::expected<void, StoreError> apply(const HandedOver& records);

  Store& store_;
  std::mutex applying_;  // held by who is at it
  bool failed_ = false;  // of it
  std::mutex mutex_;     // the fields below
  std::deque<HandedOver> waiting_;
  std::vector<Applied> applied_;
  std::atomic<size_t> waiting_bytes_{0};
};

}  // namespace endcap
