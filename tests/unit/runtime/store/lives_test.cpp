// Two hundred lives of a store on RocksDB, each ended by the process or the machine, most of them by a disk
// that failed first: what it said was flushed is there, and never half of a record.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/store/rocksdb_store.h"
#include "tests/unit/runtime/store/faulting_file_system.h"

using namespace endcap;
using namespace endcap::test;

namespace {

constexpr uint16_t kPartitions = 2;
constexpr Table kTables[] = {Table::Instance, Table::Timer, Table::Subscription, Table::History,
                             Table::Sealed};
constexpr StoreOptions kSmall = {
    .partitions = kPartitions, .write_buffer_bytes = 1u << 20, .block_cache_bytes = 1u << 20};

using Content = std::map<std::pair<Table, std::string>, std::string>;

class Lives {
 public:
  explicit Lives(uint64_t seed) : random_(seed), system_(std::make_shared<FaultingFileSystem>(seed)) {
    std::string name = (std::filesystem::temp_directory_path() / "endcap-lives-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    env_ = make_faulting_env(system_);
  }
  ~Lives() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void live() {
    auto opened = open_rocksdb_store(folder_, kSmall, *env_);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    store_ = std::move(*opened);
    for (PartitionId partition = 0; partition < kPartitions; ++partition) compare(partition);
    const auto fault = static_cast<FaultingFileSystem::Fault>(roll(5));
    if (fault != FaultingFileSystem::Fault::None) system_->fail_after(roll(120), fault);
    for (uint64_t left = 30 + roll(120); left > 0 && work(); --left) {
    }
    faults += system_->has_failed() ? 1 : 0;
    system_->die();
    store_.reset();
    if (roll(3) != 0) system_->lose_power();
    system_->revive();
  }

  uint64_t faults = 0, flushes = 0, found_less = 0;

 private:
  struct Partition {
    std::vector<std::vector<RowOperation>> records;  // [i] is position i + 1
    Position flushed = 0;
    std::vector<std::string> entries;  // of the history, that may still be taken away
  };

  uint64_t roll(uint64_t sides) { return random_() % sides; }

  // An entry is put once and deleted once at most, as the engine does.
  std::string next_entry() { return fmt::format("entry-{:08}", entries_++); }
  std::string last_entry(Partition& model) {
    if (model.entries.empty()) return next_entry();  // that was never there
    std::swap(model.entries[roll(model.entries.size())], model.entries.back());
    std::string entry = std::move(model.entries.back());
    model.entries.pop_back();
    return entry;
  }

  // False: the store said that it can't go on, which ends the process.
  bool work() {
    const auto partition = static_cast<PartitionId>(roll(kPartitions));
    Partition& model = partitions_[partition];
    std::vector<RowOperation> record;
    std::erase_if(model.entries, [&](const std::string&) { return roll(20) == 0; });  // which stay for good
    for (uint64_t rows = 1 + roll(12); rows > 0; --rows) {
      RowOperation operation{kTables[roll(std::size(kTables))], fmt::format("key-{:08}", roll(60)), {}};
      const bool puts = roll(4) != 0;
      if (operation.table == Table::History) operation.key = puts ? next_entry() : last_entry(model);
      if (puts) operation.value = std::string(roll(3000), static_cast<char>('a' + roll(26)));
      record.push_back(std::move(operation));
    }
    for (const RowOperation& each : record) {
      if (each.table == Table::History && each.value) model.entries.push_back(each.key);
    }
    model.records.push_back(record);
    if (!store_->apply(partition, model.records.size(), record)) return false;
    if (roll(12) == 0 && !store_->flush(partition)) return false;
    for (PartitionId each = 0; each < kPartitions; ++each) {
      const Position flushed = store_->flushed(each);
      flushes += flushed > partitions_[each].flushed ? 1 : 0;
      CHECK(flushed >= partitions_[each].flushed);
      CHECK(flushed <= partitions_[each].records.size());
      partitions_[each].flushed = flushed;
    }
    return true;
  }

  // The rows are those after some position that is not before what was flushed, of all tables alike.
  void compare(PartitionId partition) {
    CAPTURE(partition);
    Partition& model = partitions_[partition];
    const Position applied = store_->applied(partition);
    REQUIRE(applied >= model.flushed);
    REQUIRE(applied <= model.records.size());
    found_less += applied < model.records.size() ? 1 : 0;
    model.records.resize(applied);
    model.entries.clear();
    Content expected, found;
    for (const auto& record : model.records) {
      for (const RowOperation& operation : record) {
        if (operation.value) expected[{operation.table, operation.key}] = *operation.value;
        if (!operation.value) expected.erase({operation.table, operation.key});
      }
    }
    for (const Table table : kTables) {
      REQUIRE(store_->scan(partition, table, "", "", [&](std::string_view key, std::string_view value) {
        found[{table, std::string(key)}] = value;
        return true;
      }));
    }
    CHECK(found == expected);
    for (const auto& [row, value] : found) {
      if (row.first == Table::History) model.entries.push_back(row.second);
    }
  }

  std::mt19937_64 random_;
  std::filesystem::path folder_;
  std::shared_ptr<FaultingFileSystem> system_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<Store> store_;
  Partition partitions_[kPartitions];
  uint64_t entries_ = 0;
};

}  // namespace

TEST_CASE(
    "In two hundred lives on a disk that fails, RocksDB keeps what it said it had, and no record in part") {
  uint64_t faults = 0, flushes = 0, found_less = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Lives lives(seed);
    for (int life = 1; life <= 10; ++life) {
      CAPTURE(seed);
      CAPTURE(life);
      lives.live();
    }
    faults += lives.faults;
    flushes += lives.flushes;
    found_less += lives.found_less;
  }
  // Or this shows nothing.
  CHECK(faults > 40);
  CHECK(flushes > 200);
  CHECK(found_less > 100);
}
