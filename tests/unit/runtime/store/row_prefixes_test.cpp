// Which rows are looked for together, and that the filters that go by it hide none.
#include "runtime/store/row_prefixes.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/store/simulated_store.h"

using namespace endcap;

namespace {

using Found = std::vector<std::pair<std::string, std::string>>;

std::string number(uint64_t value) {
  std::string bytes(8, '\0');
  for (size_t i = 8; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value);
  return bytes;
}
std::string in_table(Table table, const std::string& key) {
  return std::string(1, static_cast<char>(table)) + key;
}
std::string hears(const std::string& event, uint64_t field, const std::string& value) {
  return event + '\0' + number(field) + number(value.size()) + value;
}
std::string after(std::string prefix) {
  while (!prefix.empty() && static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}

Found scan(Store& store, Table table, const std::string& from, const std::string& to) {
  Found found;
  REQUIRE(store.scan(0, table, from, to, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  }));
  return found;
}

}  // namespace

TEST_CASE("rows of a family go by its number, subscriptions by event, field and value") {
  CHECK(row_prefix_size(in_table(Table::Instance, number(7) + number(9))) == 9);
  CHECK(row_prefix_size(in_table(Table::Undo, number(7))) == 9);
  CHECK(row_prefix_size(in_table(Table::Instance, "short")) == 0);
  const std::string key = hears("StockBelow", 2, "A-17");
  CHECK(row_prefix_size(in_table(Table::Subscription, key)) == 1 + key.size());
  CHECK(row_prefix_size(in_table(Table::Subscription, key + number(7) + number(9))) == 1 + key.size());
  CHECK(row_prefix_size(in_table(Table::Subscription, key.substr(0, key.size() - 1))) == 0);  // cut off
  CHECK(row_prefix_size(in_table(Table::Subscription, "StockBelow")) == 0);
  CHECK(row_prefix_size(in_table(Table::Timer, number(7) + number(9))) == 0);
  CHECK(row_prefix_size("") == 0);
}

TEST_CASE("a filter is asked only when the range is within one prefix") {
  const auto within = [](Table table, const std::string& from, const std::string& to) {
    return is_within_prefix(in_table(table, from), in_table(table, to));
  };
  CHECK(within(Table::Instance, number(7), number(8)));
  CHECK(within(Table::Instance, number(7) + number(1), number(7) + number(2)));
  CHECK_FALSE(within(Table::Instance, number(7), number(9)));
  CHECK_FALSE(within(Table::Timer, number(7), number(8)));
  const std::string key = hears("StockBelow", 2, "A-17");
  CHECK(within(Table::Subscription, key, after(key)));
  CHECK_FALSE(within(Table::Subscription, key, hears("StockBelow", 2, "A-19")));
  CHECK_FALSE(is_within_prefix(in_table(Table::Instance, number(7)), std::string(1, '\x03')));
}

TEST_CASE("with filters a scan finds what it finds without them") {
  std::string name = (std::filesystem::temp_directory_path() / "endcap-prefixes-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  auto rocks = open_rocksdb_store(name, {.partitions = 1});
  REQUIRE(rocks.has_value());
  SimulatedStore model{1};
  std::mt19937_64 random(11);
  const auto roll = [&](uint64_t sides) { return random() % sides; };
  const std::string values[] = {"", "A", "A-1", "A-17", std::string("A\0", 2), "\xff\xff"};
  const auto subscription = [&] { return hears(roll(2) ? "Stock" : "StockBelow", roll(3), values[roll(6)]); };
  // 255 carries over in the key that ends the range, the largest has none.
  const Table of_families[] = {Table::Instance, Table::Undo, Table::Result};
  const uint64_t roots[] = {1, 2, 255, 256, 65'535, UINT64_MAX};
  for (Position position = 1; position <= 120; ++position) {
    std::map<std::pair<Table, std::string>, RowOperation> operations;
    for (int i = 0; i < 20; ++i) {
      const bool family = roll(2) == 0;
      const Table table = family ? of_families[roll(3)] : Table::Subscription;
      const std::string key =
          family ? number(roots[roll(6)]) + number(roll(5)) : subscription() + number(roll(4));
      RowOperation operation{table, key, std::nullopt};
      if (roll(3) > 0) operation.value = std::to_string(position);
      operations.insert_or_assign({table, key}, operation);
    }
    std::vector<RowOperation> rows;
    for (auto& [key, operation] : operations) rows.push_back(operation);
    REQUIRE((*rocks)->apply(0, position, rows));
    REQUIRE(model.apply(0, position, rows));
    if (position % 7 == 0) REQUIRE((*rocks)->flush(0));
    for (const uint64_t root : roots) {
      for (const Table table : of_families) {
        const std::string prefix = number(root);
        CHECK(scan(**rocks, table, prefix, after(prefix)) == scan(model, table, prefix, after(prefix)));
        CHECK(scan(**rocks, table, prefix + number(2), after(prefix)) ==
              scan(model, table, prefix + number(2), after(prefix)));
      }
    }
    std::vector<std::string> prefixes;
    for (int i = 0; i < 20; ++i) prefixes.push_back(subscription());
    CHECK((*rocks)->multi_scan(0, Table::Subscription, prefixes, 3, Store::Between::Much).value() ==
          model.multi_scan(0, Table::Subscription, prefixes, 3, Store::Between::Much).value());
    std::vector<std::string> families;  // they ascend
    for (const uint64_t root : roots) {
      if (roll(4) > 0) families.push_back(number(root));
    }
    for (const Table table : of_families) {
      const auto wanted = model.multi_scan(0, table, families, 4, Store::Between::Much).value();
      CHECK((*rocks)->multi_scan(0, table, families, 4, Store::Between::Much).value() == wanted);
      CHECK((*rocks)->multi_scan(0, table, families, 4, Store::Between::Little).value() == wanted);
    }
    for (const std::string& prefix : prefixes) {
      CHECK(scan(**rocks, Table::Subscription, prefix, after(prefix)) ==
            scan(model, Table::Subscription, prefix, after(prefix)));
    }
    CHECK(scan(**rocks, Table::Instance, "", "") == scan(model, Table::Instance, "", ""));
    CHECK(scan(**rocks, Table::Subscription, "S", "") == scan(model, Table::Subscription, "S", ""));
  }
  rocks->reset();
  std::filesystem::remove_all(name);
}

TEST_CASE("looking for what nobody waits for any more does not walk over what others waited for") {
  std::string name = (std::filesystem::temp_directory_path() / "endcap-prefixes-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  auto rocks = open_rocksdb_store(name, {.partitions = 1});
  REQUIRE(rocks.has_value());
  std::vector<RowOperation> waiting, woken;
  for (int i = 0; i < 5'000; ++i) {
    const std::string key = hears("StockBelow", 2, fmt::format("A-{}", i)) + number(1);
    waiting.push_back({Table::Subscription, key, ""});
    woken.push_back({Table::Subscription, key, std::nullopt});
  }
  REQUIRE((*rocks)->apply(0, 1, waiting));
  REQUIRE((*rocks)->apply(0, 2, woken));
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  const auto found = (*rocks)->multi_scan(
      0, Table::Subscription, {hears("StockBelow", 2, "A-17"), hears("StockBelow", 2, "A-18")}, 16);
  const uint64_t walked = rocksdb::get_perf_context()->internal_delete_skipped_count;
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  CHECK(found.value() == std::vector<std::optional<Rows>>{Rows{}, Rows{}});
  CHECK(walked < 10);
  rocks->reset();
  std::filesystem::remove_all(name);
}

TEST_CASE("going from one prefix to the next ends where much was deleted between them") {
  std::string name = (std::filesystem::temp_directory_path() / "endcap-prefixes-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  auto rocks = open_rocksdb_store(name, {.partitions = 1});
  REQUIRE(rocks.has_value());
  std::vector<RowOperation> noted, sealed;
  for (uint64_t root = 1; root <= 5'000; ++root) {
    noted.push_back({Table::History, number(root) + number(1), "noted"});
    if (root % 2'000 != 0) sealed.push_back({Table::History, number(root) + number(1), std::nullopt});
  }
  REQUIRE((*rocks)->apply(0, 1, noted));
  REQUIRE((*rocks)->flush(0));
  REQUIRE((*rocks)->apply(0, 2, sealed));
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  const auto found = (*rocks)->multi_scan(0, Table::History, {number(1), number(2'000), number(4'000)}, 16,
                                          Store::Between::Little);
  const uint64_t walked = rocksdb::get_perf_context()->internal_delete_skipped_count;
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  CHECK(found.value() == std::vector<std::optional<Rows>>{Rows{}, Rows{{number(2'000) + number(1), "noted"}},
                                                          Rows{{number(4'000) + number(1), "noted"}}});
  CHECK(walked < 600);
  rocks->reset();
  std::filesystem::remove_all(name);
}
