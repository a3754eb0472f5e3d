// What stands in the store: for every parked instance all that will wake it, and in the end nothing.
#include <cstring>

#include "runtime/abi/frame.h"
#include "runtime/engine/rows.h"
#include "tests/sim/promise.h"
#include "tests/sim/promises.h"

namespace endcap::test {
namespace {

using Status = rows::Instance::Status;

template <typename Visit>
void each_row(World& world, PartitionId partition, Table table, Visit visit) {
  const auto seen = [&](std::string_view key, std::string_view value) -> bool {
    visit(key, value);
    return true;
  };
  require(world.store().scan(partition, table, "", "", seen).has_value(), "the store can't be read");
}

class Resumable {
 public:
  Resumable(World& world, PartitionId partition, const abi::Program& program)
      : world_(world), partition_(partition), program_(program) {}

  void check(const rows::Instance& row, const rows::Family& family) {
    require(!family.has_ended(), "instance {} of {} has outlived it", row.number, family.key);
    for (const std::string& timer : row.timers) has(Table::Timer, timer, row, "timer");
    for (const std::string& key : row.subscriptions) has(Table::Subscription, key, row, "subscription");
    for (const std::string& key : row.scopes) has(Table::Subscription, key, row, "subscription");
    for (const rows::Due& due : row.dues) {
      if (!due.timer.empty()) has(Table::Timer, due.timer, row, "due");
    }
    if (row.call != 0) has(Table::Pending, rows::big_endian(row.call), row, "call");
    if (row.task != 0) has(Table::Task, "o" + rows::big_endian(row.task), row, "task");
    if (row.fan_out != 0) has(Table::Group, rows::pair_key(row.root, row.fan_out), row, "fan-out");
    const bool waits = !row.timers.empty() || !row.subscriptions.empty() || row.call != 0 || row.task != 0 ||
                       row.fan_out != 0 || row.asked != 0;
    require(waits || row.status != Status::Waiting, "instance {} of {} waits for nothing", row.number,
            family.key);
    require(row.status != Status::Waiting || has_frame(row, family), "instance {} of {} has no frame",
            row.number, family.key);
  }

 private:
  void has(Table table, const std::string& key, const rows::Instance& row, const char* what) {
    const auto found = world_.store().get(partition_, table, key);
    require(found && *found, "instance {} of {} waits for a {} that is gone", row.number, row.root, what);
  }

  // Of the state in which the program that runs now would go on.
  bool has_frame(const rows::Instance& row, const rows::Family& family) const {
    abi::FrameHeader header;
    if (row.frame.size() < sizeof header) return false;
    std::memcpy(&header, row.frame.data(), sizeof header);
    return family.program == program_.hash && header.program == rows::from_big_endian(program_.hash) &&
           header.machine == row.machine && header.state == row.state &&
           row.machine < program_.machines.size() && row.state < program_.machines[row.machine].states.size();
  }

  World& world_;
  PartitionId partition_;
  const abi::Program& program_;
};

// No scan would ever meet it.
void check_timers(World& world, PartitionId partition) {
  const auto state = world.store().get(partition, Table::Meta, "state");
  if (!state || !*state) return;  // nothing has happened here
  const auto meta = rows::decode<rows::Meta>(**state);
  each_row(world, partition, Table::Timer, [&](std::string_view key, std::string_view) {
    require(rows::time_of_key(key) >= meta.watermark, "a timer stands below the watermark of partition {}",
            partition);
  });
}

}  // namespace

void check_resumable(World& world, const abi::Program& program) {
  for (PartitionId partition = 0; partition < world.options.partitions; ++partition) {
    check_timers(world, partition);
    Resumable resumable(world, partition, program);
    rows::Family family;
    each_row(world, partition, Table::Instance, [&](std::string_view key, std::string_view value) {
      if (rows::from_big_endian(key.substr(8)) == 0) {
        family = rows::decode<rows::Family>(key, value);
        return;
      }
      const auto row = rows::decode<rows::Instance>(key, value);
      require(row.root == family.root, "instance {} is of no family", row.number);
      resumable.check(row, family);
    });
  }
}

void check_nothing_left(World& world) {
  for (PartitionId partition = 0; partition < world.options.partitions; ++partition) {
    each_row(world, partition, Table::Carried, [](std::string_view key, std::string_view) {
      require(key.starts_with('s') || key.starts_with('a'), "an item is left that is done");
    });
    for (const Table table : {Table::Timer, Table::Pending, Table::Leaf, Table::Subscription, Table::Group,
                              Table::Result, Table::Undo, Table::Blob, Table::Schedule}) {
      each_row(world, partition, table, [&](std::string_view, std::string_view) {
        require(false, "something is left in table {}", static_cast<int>(table));
      });
    }
  }
}

}  // namespace endcap::test
