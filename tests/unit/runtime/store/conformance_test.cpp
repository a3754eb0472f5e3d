// What every store promises, held against the simulated one and RocksDB. A crash is a process that ends
// without closing its store.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "runtime/store/simulated_store.h"

using namespace endcap;

namespace {

// A store that can crash.
class Subject {
 public:
  virtual ~Subject() = default;
  // Does the work on the store, then loses the process. The work's result is lost with it.
  virtual void crash_after(const std::function<void(Store&)>& work) = 0;
  virtual Store& store() = 0;
};

class SimulatedSubject final : public Subject {
 public:
  void crash_after(const std::function<void(Store&)>& work) override {
    work(store_);
    store_.crash();
  }
  Store& store() override { return store_; }

 private:
  SimulatedStore store_{2};
};

class RocksSubject final : public Subject {
 public:
  RocksSubject() {
    std::string name = (std::filesystem::temp_directory_path() / "endcap-store-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~RocksSubject() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void crash_after(const std::function<void(Store&)>& work) override {
    work(store());
    const std::filesystem::path left = folder_.string() + "-left";
    std::filesystem::copy(folder_, left, std::filesystem::copy_options::recursive);
    store_.reset();  // flushes, but into files that nobody reads any more
    std::filesystem::remove_all(folder_);
    std::filesystem::rename(left, folder_);
  }
  Store& store() override {
    if (!store_) {
      auto opened = open_rocksdb_store(folder_, {.partitions = 2});
      REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
      store_ = std::move(*opened);
    }
    return *store_;
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
};

void for_each_store(const std::function<void(Subject&)>& test) {
  {
    INFO("simulated store");
    SimulatedSubject subject;
    test(subject);
  }
  {
    INFO("RocksDB store");
    RocksSubject subject;
    test(subject);
  }
}

RowOperation put(std::string key, std::string value, Table table = Table::Instance) {
  return {table, std::move(key), std::move(value)};
}
RowOperation drop(std::string key, Table table = Table::Instance) {
  return {table, std::move(key), std::nullopt};
}

std::optional<std::string> row(Store& store, std::string_view key, Table table = Table::Instance,
                               PartitionId partition = 0) {
  auto value = store.get(partition, table, key);
  REQUIRE(value.has_value());
  return *value;
}

Rows rows(Store& store, Table table, std::string_view from = "", std::string_view to = "",
          size_t limit = SIZE_MAX) {
  Rows found;
  REQUIRE(store.scan(0, table, from, to, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return found.size() < limit;
  }));
  return found;
}

}  // namespace

TEST_CASE("What stands under prefixes is found in one go, and what is too much is left out") {
  for_each_store([](Subject& subject) {
    Store& store = subject.store();
    const std::string page(8, 'p'), other(8, 'q'), none(8, 'r');  // as long as the number of a family
    REQUIRE(store.apply(0, 1,
                        {put(page + "1", "a"), put(page + "2", "b"), put(other + "1", "c"),
                         put(page + "1", "of another table", Table::Timer)}));
    REQUIRE(store.flush(0));
    REQUIRE(store.apply(0, 2, {put(page + "3", "d"), drop(page + "1")}));
    const auto found = store.multi_scan(0, Table::Instance, {none, other, page}, 2);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 3);
    CHECK((*found)[0] == Rows{});
    CHECK((*found)[1] == Rows{{other + "1", "c"}});
    CHECK((*found)[2] == Rows{{page + "2", "b"}, {page + "3", "d"}});
    const auto fewer = store.multi_scan(0, Table::Instance, {page, other}, 1);
    REQUIRE(fewer.has_value());
    CHECK((*fewer)[0] == std::nullopt);
    CHECK((*fewer)[1] == Rows{{other + "1", "c"}});
  });
}

TEST_CASE("A record's rows are readable once applied, and deletes delete") {
  for_each_store([](Subject& subject) {
    Store& store = subject.store();
    CHECK(store.applied(0) == 0);
    REQUIRE(store.apply(0, 1, {put("a", "1"), put("b", "2"), put("e", "h", Table::History)}));
    REQUIRE(store.apply(0, 2, {drop("a"), put("b", "3"), put("", "empty key")}));
    CHECK(row(store, "a") == std::nullopt);
    CHECK(row(store, "b") == "3");
    CHECK(row(store, "") == "empty key");
    CHECK(row(store, "e", Table::History) == "h");
    CHECK(row(store, "e") == std::nullopt);
    CHECK(store.applied(0) == 2);
    auto many = store.multi_get(0, Table::Instance, {"b", "a", ""});
    REQUIRE(many.has_value());
    CHECK(*many == std::vector<std::optional<std::string>>{"3", std::nullopt, "empty key"});
  });
}

TEST_CASE("Applying a position again changes nothing, and leaving one out is refused") {
  for_each_store([](Subject& subject) {
    Store& store = subject.store();
    REQUIRE(store.apply(0, 1, {put("a", "first")}));
    REQUIRE(store.apply(0, 1, {put("a", "again")}));
    CHECK(row(store, "a") == "first");
    auto gap = store.apply(0, 3, {put("a", "later")});
    REQUIRE_FALSE(gap.has_value());
    CHECK(gap.error().message.find("partition 0") != std::string::npos);
    CHECK(row(store, "a") == "first");
  });
}

TEST_CASE("A record without rows moves the position") {
  for_each_store([](Subject& subject) {
    REQUIRE(subject.store().apply(0, 1, {}));
    CHECK(subject.store().applied(0) == 1);
  });
}

TEST_CASE("Partitions do not see each other's rows") {
  for_each_store([](Subject& subject) {
    Store& store = subject.store();
    REQUIRE(store.apply(0, 1, {put("a", "zero")}));
    REQUIRE(store.apply(1, 1, {put("a", "one")}));
    CHECK(row(store, "a") == "zero");
    CHECK(row(store, "a", Table::Instance, 1) == "one");
    CHECK(store.applied(1) == 1);
  });
}

TEST_CASE("A scan gives a range of one table in key order and stops when told") {
  for_each_store([](Subject& subject) {
    Store& store = subject.store();
    REQUIRE(store.apply(0, 1,
                        {put("b", "2"), put("a", "1"), put("c", "3"), put("\xff\xff", "4"),
                         put("x", "other", Table::Key), put("y", "other", Table::Timer)}));
    CHECK(rows(store, Table::Instance) == Rows{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"\xff\xff", "4"}});
    CHECK(rows(store, Table::Instance, "b") == Rows{{"b", "2"}, {"c", "3"}, {"\xff\xff", "4"}});
    CHECK(rows(store, Table::Instance, "a", "c") == Rows{{"a", "1"}, {"b", "2"}});
    CHECK(rows(store, Table::Instance, "", "", 1) == Rows{{"a", "1"}});
    CHECK(rows(store, Table::Meta).empty());  // the store's own row is nobody's
    CHECK(rows(store, Table::Dedup).empty());
  });
}

TEST_CASE(
    "After a crash the store is as it was flushed, state and history alike, and replay brings back the "
    "rest") {
  for_each_store([](Subject& subject) {
    const auto record = [](Store& store, Position position) {
      return store
          .apply(0, position,
                 {put("a", fmt::format("{}", position)),
                  put(fmt::format("{}", position), "entry", Table::History)})
          .has_value();
    };
    subject.crash_after([&](Store& store) {
      bool good = record(store, 1) && record(store, 2);
      good = good && store.flushed(0) == 0;
      good = good && store.flush(0).has_value() && store.flushed(0) == 2;
      good = good && record(store, 3) && store.flushed(0) == 2 && store.applied(0) == 3;
      if (!good) std::abort();
    });
    Store& store = subject.store();
    CHECK(store.applied(0) == 2);
    CHECK(store.flushed(0) == 2);
    CHECK(row(store, "a") == "2");
    CHECK(row(store, "3", Table::History) == std::nullopt);
    REQUIRE(record(store, 2));
    REQUIRE(record(store, 3));
    CHECK(row(store, "a") == "3");
    CHECK(row(store, "3", Table::History) == "entry");
  });
}

TEST_CASE("A full write buffer is flushed without being asked, all partitions together") {
  RocksSubject subject;
  {
    auto store = open_rocksdb_store(subject.folder(), {.partitions = 2, .write_buffer_bytes = 2u << 20});
    REQUIRE(store.has_value());
    const std::string kilobytes(4096, 'x');
    REQUIRE((*store)->apply(1, 1, {put("idle", "partition")}));
    for (Position i = 1; i <= 1500; ++i)
      REQUIRE((*store)->apply(
          0, i, {put(fmt::format("{}", i), kilobytes), put(fmt::format("{}", i), "entry", Table::History)}));
    for (int i = 0; i < 100 && (*store)->flushed(1) == 0; ++i) ::usleep(20'000);
    CHECK((*store)->flushed(0) > 500);
    CHECK((*store)->flushed(1) == 1);
  }
}

TEST_CASE("A store that is closed has flushed") {
  RocksSubject subject;
  REQUIRE(open_rocksdb_store(subject.folder(), {.partitions = 2}).value()->apply(0, 1, {put("a", "1")}));
  CHECK(subject.store().flushed(0) == 1);
}

TEST_CASE("A store in use, of another partition count, or damaged, is refused with what to do") {
  RocksSubject subject;
  {
    Store& store = subject.store();
    REQUIRE(store.apply(0, 1, {put("a", "1")}));
    REQUIRE(store.flush(0));
    auto second = open_rocksdb_store(subject.folder(), {.partitions = 2});
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().message.find("in use") != std::string::npos);
  }
  subject.crash_after([](Store&) {});
  auto other = open_rocksdb_store(subject.folder(), {.partitions = 4});
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().message.find("use 2") != std::string::npos);

  std::filesystem::resize_file(subject.folder() / "CURRENT", 0);
  auto damaged = open_rocksdb_store(subject.folder(), {.partitions = 2});
  REQUIRE_FALSE(damaged.has_value());
  CHECK(damaged.error().message.find("backup") != std::string::npos);
}
