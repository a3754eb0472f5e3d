// The first owner of restored data: see restored.h.
#include "runtime/engine/restored.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/engine/replay.h"
#include "runtime/engine/rows.h"

namespace endcap {
namespace {

using Result = std::expected<void, std::string>;

std::expected<std::optional<std::string>, std::string> meta_row(Store& store, PartitionId partition,
                                                                const char* key) {
  auto row = store.get(partition, Table::Meta, key);
  if (!row) return std::unexpected(row.error().message);
  return std::move(*row);
}

Result pass_over_numbers(Store& store, Journal& journal, PartitionId partition, const Opened& opened,
                         Restored& restored) {
  auto bytes = meta_row(store, partition, "state");
  if (!bytes) return std::unexpected(bytes.error());
  rows::Meta meta;
  if (*bytes) meta = rows::decode<rows::Meta>(**bytes);
  restored.time = std::max(restored.time, meta.time);
  meta.next_number += kNumbersPassedOver;
  const std::vector<RowOperation> operations = {{Table::Meta, "state", rows::encode(meta)}};
  Ack ack = Ack::Unknown;
  journal.append(partition, opened.epoch, opened.tail, opened.tail + 1, encode_operations(operations),
                 [&ack](Ack got) { ack = got; });
  journal.sync();
  if (ack != Ack::Ok) {
    const auto why = journal.failure();
    return std::unexpected(why ? why->message : "the journal has no room");
  }
  if (auto done = store.apply(partition, opened.tail + 1, operations); !done)
    return std::unexpected(done.error().message);
  return {};
}

}  // namespace

std::expected<Restored, EngineError> take_up_restored(Store& store, Journal& journal, uint16_t partitions) {
  const auto fail = [](PartitionId partition, const std::string& why) {
    return std::unexpected(EngineError{fmt::format("partition {}: {}", partition, why)});
  };
  Restored restored;
  std::vector<Opened> opened;
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    auto begun = journal.open(partition, 0);
    if (!begun) return fail(partition, begun.error().message);
    opened.push_back(*begun);
    if (const Position applied = store.applied(partition); applied >= begun->tail)
      return fail(partition, fmt::format("the store holds record {} and the journal ends at {}: they are not "
                                         "of the same data folder",
                                         applied, begun->tail - 1));
    auto replayed = replay(store, journal, partition);
    if (!replayed) return fail(partition, replayed.error());
    restored.records += *replayed;
  }
  auto identity = meta_row(store, 0, "identity");
  if (!identity) return fail(0, identity.error());
  if (!*identity) return restored;  // no engine has ever run on it: no number was given out
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    auto passed = pass_over_numbers(store, journal, partition, opened[partition], restored);
    if (!passed) return fail(partition, passed.error());
    if (auto flushed = store.flush(partition); !flushed) return fail(partition, flushed.error().message);
  }
  return restored;
}

}  // namespace endcap
