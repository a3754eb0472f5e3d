// Which table files are compacted early, and which are not.
#include "runtime/store/deleted_runs.h"

#include <doctest/doctest.h>
#include <rocksdb/table_properties.h>

#include <memory>
#include <string>

#include "runtime/store/store.h"

using namespace endcap;

namespace {

std::string eight_bytes(uint64_t value) {
  std::string bytes(8, '\0');
  for (size_t i = 8; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value);
  return bytes;
}

std::string waits_for(const std::string& event, const std::string& value, uint64_t root) {
  return event + '\0' + eight_bytes(1) + eight_bytes(value.size()) + value + eight_bytes(root);
}

// Keys in their order, with what became of each.
struct File {
  std::unique_ptr<rocksdb::TablePropertiesCollector> collector{
      deleted_runs()->CreateTablePropertiesCollector({})};
  void add(Table table, const std::string& key, rocksdb::EntryType type) {
    REQUIRE(collector->AddUserKey(std::string(1, static_cast<char>(table)) + key, "", type, 0, 0).ok());
  }
  bool is_compacted_early() const { return collector->NeedCompact(); }
};

const size_t kMany = 4 * kDeletedInARow;

}  // namespace

TEST_CASE("tasks that are no longer open are compacted away before lists walk over them") {
  for (const auto type : {rocksdb::kEntryDelete, rocksdb::kEntrySingleDelete}) {
    File file;
    for (size_t i = 0; i + 1 < kDeletedInARow; ++i) file.add(Table::Task, "o" + eight_bytes(i), type);
    CHECK_FALSE(file.is_compacted_early());
    file.add(Table::Task, "o" + eight_bytes(kMany), type);
    CHECK(file.is_compacted_early());
  }
}

TEST_CASE("what stands among as many live rows is left where it is") {
  File file;
  for (size_t i = 0; i < kMany; ++i) {
    file.add(Table::Instance, eight_bytes(i) + eight_bytes(0), rocksdb::kEntryPut);
    file.add(Table::Instance, eight_bytes(i) + eight_bytes(i), rocksdb::kEntryDelete);
  }
  CHECK_FALSE(file.is_compacted_early());
}

TEST_CASE("waits count by who hears the same, queues and what is scanned once a start not at all") {
  File each, all, queues;
  for (size_t i = 0; i < kMany; ++i) {
    each.add(Table::Subscription, waits_for("StockBelow", "A-" + std::to_string(1000 + i), i),
             rocksdb::kEntryDelete);
    all.add(Table::Subscription, waits_for("StockBelow", "", i), rocksdb::kEntryDelete);
  }
  CHECK_FALSE(each.is_compacted_early());
  CHECK(all.is_compacted_early());
  for (const Table table :
       {Table::Meta, Table::Timer, Table::Pending, Table::Dedup, Table::Message, Table::Sealing}) {
    for (size_t i = 0; i < kMany; ++i) queues.add(table, eight_bytes(i), rocksdb::kEntryDelete);
  }
  CHECK_FALSE(queues.is_compacted_early());
}
