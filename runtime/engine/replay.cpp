// Applying what a crash left in the log: see replay.h.
#include "runtime/engine/replay.h"

#include <utility>
#include <vector>

#include "runtime/value/mutation.h"

namespace endcap {

std::expected<uint64_t, std::string> replay(Store& store, Journal& journal, PartitionId partition) {
  const Position applied = store.applied(partition);
  auto cursor = journal.tail(partition, applied + 1);
  Position next = applied + 1;
  std::vector<RecordOperations> group;  // parts whose last one has not been met
  const auto apply_group = [&](bool whole) -> std::expected<void, StoreError> {
    for (RecordOperations& part : std::exchange(group, {})) {
      if (!whole && !broken(Rule::PartsCountTogether)) part.operations.clear();
      if (auto done = store.apply(partition, next++, part.operations); !done) return done;
    }
    return {};
  };
  Record record;
  while (true) {
    auto more = cursor->next(record);
    if (!more) return std::unexpected(more.error().message);
    if (!*more) break;
    RecordOperations read;
    if (!record.bytes.empty()) {
      auto decoded = decode_operations(record.bytes);
      if (!decoded) return std::unexpected(decoded.error().message);
      read = std::move(*decoded);
    }
    // The process ended before it had written all of them: nobody was told, and whoever came next began anew.
    const bool goes_on =
        !group.empty() && read.parts == group.back().parts && read.part == group.back().part + 1;
    if (!group.empty() && !goes_on) {
      if (auto done = apply_group(false); !done) return std::unexpected(done.error().message);
    }
    group.push_back(std::move(read));
    if (group.back().part != group.back().parts) continue;
    if (auto done = apply_group(true); !done) return std::unexpected(done.error().message);
  }
  return next - applied - 1;
}

}  // namespace endcap
