// The first owner of restored data fences the one before and gives out no number again.
// Compiled apart: rows.h brings the engine's CHECK, which must not come after doctest's.
#include "runtime/engine/restored.h"

#include "runtime/engine/rows.h"
#include "runtime/journal/local_log.h"
#include "runtime/journal/simulated_disk.h"
#include "runtime/store/simulated_store.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

using namespace endcap;

namespace {

struct RestoredData {
  SimulatedDisk disk{1};
  std::unique_ptr<Journal> log = std::move(*open_local_log(disk, {.partitions = 2, .identity = 7}));
  SimulatedStore store{2};

  // As a daemon wrote it that was lost with its store.
  void write(PartitionId partition, const std::vector<RowOperation>& rows) {
    const Opened opened = *log->open(partition, 1);
    Ack answer = Ack::Unknown;
    log->append(partition, opened.epoch, opened.tail, 1, encode_operations(rows),
                [&](Ack ack) { answer = ack; });
    log->sync();
    REQUIRE(answer == Ack::Ok);
  }
  rows::Meta meta(PartitionId partition) {
    return rows::decode<rows::Meta>(**store.get(partition, Table::Meta, "state"));
  }
};

RowOperation meta_operation(uint64_t next_number, Instant time) {
  rows::Meta meta;
  meta.next_number = next_number;
  meta.next_sequence = 12;
  meta.time = time;
  return {Table::Meta, "state", rows::encode(meta)};
}

}  // namespace

TEST_CASE("Numbers that may have been given out since the backup are passed over, in every partition") {
  RestoredData data;
  rows::Identity identity;
  identity.folder = "folder";
  identity.partitions = 2;
  data.write(0, {meta_operation(17, 500), {Table::Meta, "identity", rows::encode(identity)}});
  const auto restored = take_up_restored(data.store, *data.log, 2);
  REQUIRE_MESSAGE(restored.has_value(), (restored ? "" : restored.error().message));
  CHECK(restored->time == 500);
  CHECK(restored->records >= 2);
  CHECK(data.meta(0).next_number == 17 + kNumbersPassedOver);
  CHECK(data.meta(0).next_sequence == 12);
  CHECK(data.meta(1).next_number == 1 + kNumbersPassedOver);  // may have come to life since
  CHECK(data.store.flushed(0) == data.store.applied(0));
  CHECK(data.log->open(0, 1)->epoch == 3);
  CHECK(data.log->open(1, 1)->epoch == 2);

  // Interrupted and done again: more numbers are passed over, and that is all.
  REQUIRE(take_up_restored(data.store, *data.log, 2).has_value());
  CHECK(data.meta(0).next_number == 17 + 2 * kNumbersPassedOver);
}

TEST_CASE("Data that no engine has run on is left as it is") {
  RestoredData data;
  const auto restored = take_up_restored(data.store, *data.log, 2);
  REQUIRE(restored.has_value());
  CHECK_FALSE(data.store.get(0, Table::Meta, "state")->has_value());
}

TEST_CASE("A store that is ahead of its log is refused") {
  RestoredData data;
  for (Position position = 1; position <= 5; ++position) REQUIRE(data.store.apply(1, position, {}));
  const auto restored = take_up_restored(data.store, *data.log, 2);
  REQUIRE_FALSE(restored.has_value());
  CHECK(restored.error().message.find("partition 1") != std::string::npos);
  CHECK(restored.error().message.find("record 5") != std::string::npos);
}
