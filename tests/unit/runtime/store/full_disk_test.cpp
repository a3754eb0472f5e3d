// RocksDB on a disk that is full: nothing is applied in part, reads go on, and so does it when there is room.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "runtime/store/store.h"

using namespace endcap;

namespace {

// A file system of its own; only root can have one.
class SmallDisk {
 public:
  explicit SmallDisk(const char* options) {
    std::string name = (std::filesystem::temp_directory_path() / "endcap-disk-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    mounted_ = ::mount("tmpfs", name.c_str(), "tmpfs", 0, options) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
    std::filesystem::remove_all(folder_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_there() const { return mounted_; }
  const std::filesystem::path& folder() const { return folder_; }

  void fill_up() const {
    std::ofstream filler(folder_ / "filler", std::ios::binary);
    filler << std::unitbuf;
    const std::string bytes(64 << 10, 'x');
    while (filler.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    }
  }
  void make_room() const { std::filesystem::remove(folder_ / "filler"); }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

// Does not compress.
std::string noise(uint64_t seed, size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    bytes += fmt::format("{:016x}", seed);
  }
  return bytes;
}

std::string value_of(Position position) { return noise(position, 20'000); }
std::string key_of(Position position) { return fmt::format("row {:06}", position); }

}  // namespace

TEST_CASE("A store without room refuses a record as a whole, and takes it once there is room") {
  const SmallDisk disk("size=24m");
  if (!disk.is_there()) {
    MESSAGE("skipped: no right to mount a tmpfs");
    return;
  }
  const auto open = [&] {
    auto opened =
        open_rocksdb_store(disk.folder() / "store", {.partitions = 1, .write_buffer_bytes = 1u << 20});
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    return std::move(*opened);
  };
  auto store = open();
  Position position = 0;
  const auto apply = [&] {
    auto done =
        store->apply(0, position + 1, {{Table::Instance, key_of(position + 1), value_of(position + 1)}});
    if (done) ++position;
    return done;
  };
  for (int i = 0; i < 20; ++i) REQUIRE(apply());
  disk.fill_up();
  std::optional<StoreError> error;
  for (int i = 0; i < 3000 && !error; ++i) {
    if (auto done = apply(); !done) error = done.error();
  }
  REQUIRE(error.has_value());
  CHECK(error->full);
  CHECK(error->message.find("is full") != std::string::npos);
  CHECK(store->pressure().full);
  CHECK_FALSE(store->go_on());
  CHECK(store->applied(0) == position);
  const auto holds = [&](Position upto) {
    for (Position at = 1; at <= upto; ++at) {
      auto row = store->get(0, Table::Instance, key_of(at));
      if (!row || *row != value_of(at)) return false;
    }
    return store->get(0, Table::Instance, key_of(upto + 1)).value() == std::nullopt;
  };
  CHECK(holds(position));  // what is in memory, too
  CHECK_FALSE(apply());
  disk.make_room();
  bool goes_on = false;
  for (int i = 0; i < 100 && !goes_on; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    goes_on = store->go_on();
  }
  REQUIRE(goes_on);
  CHECK_FALSE(store->pressure().full);
  for (int i = 0; i < 20; ++i) REQUIRE(apply());
  // RocksDB 7.8 may stay one write buffer behind after that. It says so, and the journal keeps what is
  // missing.
  const Position before = position;
  REQUIRE(store->flush(0));
  REQUIRE(apply());
  REQUIRE(store->flush(0));
  for (int i = 0; i < 500 && store->flushed(0) < before; ++i)  // told by a thread of RocksDB's
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(store->flushed(0) >= before);
  const Position last = std::exchange(position, 0);
  const Position flushed = store->flushed(0);
  store.reset();
  store = open();
  position = store->applied(0);
  CHECK(position >= flushed);
  while (position < last) REQUIRE(apply());
  CHECK(holds(last));
}

TEST_CASE("A store that has caught up says so, with what is unflushed") {
  std::string name = (std::filesystem::temp_directory_path() / "endcap-store-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  {
    auto store = open_rocksdb_store(name, {.partitions = 1});
    REQUIRE(store.has_value());
    const uint64_t empty = (*store)->pressure().unflushed_bytes;
    for (Position at = 1; at <= 50; ++at)
      REQUIRE((*store)->apply(0, at, {{Table::Instance, key_of(at), value_of(at)}}));
    const StorePressure written = (*store)->pressure();
    CHECK(written.unflushed_bytes >= empty + 50 * 20'000);
    CHECK(written.level0_files == 0);
    REQUIRE((*store)->flush(0));
    const StorePressure flushed = (*store)->pressure();
    CHECK(flushed.level0_files == 1);
    CHECK(flushed.unflushed_bytes < written.unflushed_bytes);
    CHECK(flushed.behind.empty());
    CHECK_FALSE(flushed.full);
  }
  std::filesystem::remove_all(name);
}

TEST_CASE("Files that are not compacted are told before RocksDB slows writes down") {
  std::string name = (std::filesystem::temp_directory_path() / "endcap-store-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  {
    // Written faster than any disk takes it.
    auto store = open_rocksdb_store(name, {.partitions = 1, .write_buffer_bytes = 512u << 10});
    REQUIRE(store.has_value());
    std::string behind;
    for (Position at = 1; at <= 4000 && behind.empty(); ++at) {
      REQUIRE((*store)->apply(0, at, {{Table::Instance, key_of(at), noise(at % 7, 60'000)}}));
      behind = (*store)->pressure().behind;
    }
    CHECK_FALSE(behind.empty());
    for (int i = 0; i < 1000 && !(*store)->pressure().behind.empty(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK((*store)->pressure().behind.empty());  // it catches up by itself
  }
  std::filesystem::remove_all(name);
}
