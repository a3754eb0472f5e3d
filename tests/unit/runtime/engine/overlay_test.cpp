// Over a store, whatever was decided is read back: before it is taken for a record, on its way, once applied
// and for a while after, and when it has left memory again. Against a map that has everything at once.
#include "runtime/engine/overlay.h"

#include "runtime/store/simulated_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

using namespace endcap;

namespace {

constexpr Table kTables[] = {Table::Instance, Table::Pending, Table::Timer, Table::Sealed};

struct Run {
  explicit Run(uint64_t seed, size_t recent_bytes)
      : random(seed), overlay(store, 0, history_rows_read, recent_bytes) {}

  uint64_t roll(uint64_t below) { return random() % below; }
  std::string key() { return "key " + std::to_string(roll(40)); }

  void change() {
    const Table table = kTables[roll(std::size(kTables))];
    const std::string at = key();
    const auto row = std::pair(table, at);
    if (roll(3) > 0) {
      if (!rows.contains(row) && !in_a_record.contains(row)) fresh.insert(row);
      rows[row] = std::string(1 + roll(30), static_cast<char>('a' + roll(26)));
      return overlay.put(table, at, rows[row]);
    }
    rows.erase(row);
    if (fresh.contains(row)) return overlay.forget(table, at);
    overlay.erase(table, at);
  }

  void take() {
    const Overlay::Operations operations = overlay.take(++taken);
    CHECK(std::ranges::is_sorted(*operations, {}, [](const RowOperation& each) {
      return std::pair(each.table, std::string_view(each.key));
    }));
    for (const RowOperation& each : *operations) {
      in_a_record.insert({each.table, each.key});
      const auto row = rows.find({each.table, each.key});
      CHECK(each.value == (row == rows.end() ? std::nullopt : std::optional(row->second)));
    }
    // What no record had and is gone again is in none.
    for (const auto& row : fresh) {
      if (!rows.contains(row)) CHECK(!in_a_record.contains(row));
    }
    fresh.clear();
    on_their_way[taken] = operations;
  }

  void apply() {
    if (on_their_way.empty()) return;
    const auto first = on_their_way.begin();
    REQUIRE(store.apply(0, first->first, *first->second));
    overlay.applied(first->first);
    on_their_way.erase(first);
  }

  void look() {
    const Table table = kTables[roll(std::size(kTables))];
    const std::string at = key();
    const auto row = rows.find({table, at});
    CHECK(overlay.get(table, at) == (row == rows.end() ? std::nullopt : std::optional(row->second)));
    if (roll(4) > 0) return;
    std::vector<std::pair<std::string, std::string>> expected;
    const size_t limit = 1 + roll(20);
    const std::string from = roll(2) == 0 ? "" : key();
    for (const auto& [place, value] : rows) {
      if (place.first != table || place.second < from || expected.size() == limit) continue;
      expected.emplace_back(place.second, value);
    }
    CHECK(overlay.collect(table, "key ", limit, from) == expected);
  }

  using Row = std::pair<Table, std::string>;
  std::mt19937_64 random;
  uint64_t history_rows_read = 0;
  SimulatedStore store{1};
  Overlay overlay;
  std::map<Row, std::string> rows;   // as they are
  std::set<Row> fresh, in_a_record;  // put first since the last record; ever in one
  Position taken = 0;
  std::map<Position, Overlay::Operations> on_their_way;
};

}  // namespace

TEST_CASE("what was decided is read back, wherever it is by now") {
  for (const size_t recent_bytes : {size_t{0}, size_t{200}, size_t{5'000}}) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      Run run(seed, recent_bytes);
      for (int i = 0; i < 2'000; ++i) {
        const uint64_t what = run.roll(20);
        if (what < 10) run.change();
        if (what >= 10 && what < 17) run.look();
        if (what == 17) run.take();
        if (what >= 18) run.apply();
      }
    }
  }
}

TEST_CASE("what is read again before long is not asked of the store, and the rest does not stay in memory") {
  uint64_t history_rows_read = 0;
  SimulatedStore store(1);
  Overlay overlay(store, 0, history_rows_read, 1'000);
  overlay.put(Table::Instance, "one", "waits");
  overlay.put(Table::Timer, "one", "rings");
  REQUIRE(store.apply(0, 1, *overlay.take(1)));
  overlay.applied(1);
  store.fail_reads("this block is damaged");
  CHECK(overlay.get(Table::Instance, "one") == "waits");
  CHECK(overlay.failure().empty());
  CHECK(overlay.get(Table::Timer, "one") == std::nullopt);
  CHECK(overlay.failure() == "this block is damaged");
  store.fail_reads("");
  overlay.put(Table::Instance, "two", std::string(2'000, 'x'));
  REQUIRE(store.apply(0, 2, *overlay.take(2)));
  overlay.applied(2);
  store.fail_reads("this one too");
  CHECK(overlay.get(Table::Instance, "one") == std::nullopt);
  CHECK(overlay.failure() == "this one too");
}

TEST_CASE("a record is needed for a change, not for one that was taken back") {
  uint64_t history_rows_read = 0;
  SimulatedStore store(1);
  Overlay overlay(store, 0, history_rows_read, 0);
  CHECK(!overlay.dirty());
  overlay.put(Table::Sealing, "one", "");
  CHECK(overlay.dirty());
  overlay.forget(Table::Sealing, "one");
  CHECK(!overlay.dirty());
  overlay.touch();
  CHECK(overlay.dirty());
  CHECK(overlay.take(1)->empty());
  CHECK(!overlay.dirty());
}

TEST_CASE("what was read ahead is not asked of the store again, and gives way to what changes since") {
  uint64_t history_rows_read = 0;
  SimulatedStore store(1);
  REQUIRE(store.apply(0, 1,
                      {{Table::Subscription, "page a", "1"},
                       {Table::Subscription, "page b", "2"},
                       {Table::Subscription, "title c", "3"}}));
  Overlay overlay(store, 0, history_rows_read, 0);
  overlay.put(Table::Subscription, "page d", "new");
  CHECK(overlay.read_ahead_under(Table::Subscription, {"title", "none", "page", "title"}, 16).size() == 3);
  store.fail_reads("this block is damaged");
  CHECK(overlay.collect(Table::Subscription, "none").empty());
  CHECK(overlay.collect(Table::Subscription, "page") ==
        Rows{{"page a", "1"}, {"page b", "2"}, {"page d", "new"}});
  overlay.erase(Table::Subscription, "page b");
  overlay.put(Table::Subscription, "page a", "changed");
  CHECK(!overlay.now(Table::Subscription, "page b", "2"));
  CHECK(overlay.now(Table::Subscription, "page a", "1") == "changed");
  CHECK(overlay.now(Table::Subscription, "title c", "3") == "3");
  CHECK(overlay.collect(Table::Subscription, "page") == Rows{{"page a", "changed"}, {"page d", "new"}});
  CHECK(overlay.collect(Table::Subscription, "page", 1) == Rows{{"page a", "changed"}});
  CHECK(overlay.failure().empty());
  overlay.forget_read_ahead();
  overlay.collect(Table::Subscription, "title");
  CHECK(overlay.failure() == "this block is damaged");
}

TEST_CASE("rows come in the order of their keys, whatever the length of these") {
  uint64_t history_rows_read = 0;
  SimulatedStore store(1);
  Overlay overlay(store, 0, history_rows_read, 0);
  const std::vector<std::string> keys = {
      "",          {"\0", 1},   {"\0\0", 2}, "a", {"a\0", 2}, {"a\0b", 3}, "abcdefg", "abcdefgh",
      "abcdefgh1", "abcdefgh2", "abcdefgi",  "b", "\x7f\xff", "\x80",      "\xff",    "\xff\xff"};
  Rows wanted;
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) overlay.put(Table::Key, *key, "");
  for (const std::string& key : keys) wanted.emplace_back(key, "");
  CHECK(overlay.collect(Table::Key, "") == wanted);
  CHECK(overlay.collect(Table::Key, "a") == Rows(wanted.begin() + 3, wanted.begin() + 11));
  CHECK(overlay.collect(Table::Key, "abcdefgh") == Rows(wanted.begin() + 7, wanted.begin() + 10));
}
