// Backups of a real store and a real log.
#include "runtime/journal/backup.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "runtime/journal/local_log.h"

using namespace endcap;

namespace {

namespace fs = std::filesystem;

const GoOn kAlways = [] { return true; };

struct BackedUp {
  fs::path folder;
  std::unique_ptr<Disk> disk;
  std::unique_ptr<Journal> log;
  std::unique_ptr<Store> store;
  Opened opened;
  Position last = 0;

  BackedUp() {
    std::string name = (fs::temp_directory_path() / "endcap-backup-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    open(folder / "data");
    opened = *log->open(0, 1);
    last = opened.tail;
    REQUIRE(store->apply(0, last, {}));
  }
  ~BackedUp() {
    store.reset();
    log.reset();
    fs::remove_all(folder);
  }

  void open(const fs::path& data) {
    disk = std::move(*open_disk(data / "journal"));
    log = std::move(*open_local_log(*disk, {.partitions = 1, .segment_bytes = 64u << 10}));
    store = std::move(*open_rocksdb_store(data / "store", {.partitions = 1}));
  }
  void write(const std::string& key) {
    const std::vector<RowOperation> rows = {{Table::Instance, key, std::string(2000, key.front())}};
    Ack answer = Ack::Unknown;
    log->append(0, opened.epoch, last, 1, encode_operations(rows), [&](Ack ack) { answer = ack; });
    log->sync();
    REQUIRE(answer == Ack::Ok);
    REQUIRE(store->apply(0, ++last, rows));
  }
  std::expected<Backup, JournalError> take() {
    auto backups = BackupFolder::open(folder / "backups", BackupFolder::For::Writing);
    REQUIRE_MESSAGE(backups.has_value(), (backups ? "" : backups.error().message));
    return backups->take({*store, *log, 1, "2026-11-22T22:00:00Z", "2026-11-22T22:00:00Z"}, kAlways);
  }
  size_t contents() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder / "backups" / "files"), {}));
  }
  fs::path table() const {
    for (const auto& entry : fs::directory_iterator(folder / "data" / "store"))
      if (entry.path().extension() == ".sst") return entry.path();
    return {};
  }
};

size_t tables_of(const Backup& backup) {
  return static_cast<size_t>(
      std::ranges::count_if(backup.files, [](const auto& f) { return !f.identity.empty(); }));
}

}  // namespace

TEST_CASE("A backup is tables and the log from them on: opened elsewhere, both say what was acknowledged") {
  BackedUp it;
  it.write("a");
  REQUIRE(it.store->flush(0));
  it.write("b");  // only in the log
  const auto backup = it.take();
  REQUIRE_MESSAGE(backup.has_value(), (backup ? "" : backup.error().message));
  it.write("c");
  const Position last = it.last - 1;
  auto backups = *BackupFolder::open(it.folder / "backups", BackupFolder::For::Reading);
  REQUIRE(backups.verify(*backup, kAlways));
  REQUIRE(backups.copy_to(*backup, it.folder / "other", kAlways));
  it.store.reset();
  it.log.reset();
  it.open(it.folder / "other");
  CHECK(it.store->applied(0) < last);
  CHECK(it.store->get(0, Table::Instance, "a").value().has_value());
  auto cursor = it.log->tail(0, it.store->applied(0) + 1);
  Record record;
  Position found = it.store->applied(0);
  while (cursor->next(record).value()) found = record.position;
  CHECK(found == last);
}

TEST_CASE(
    "Tables that an earlier backup has are not copied again, and old backups go with what only they had") {
  BackedUp it;
  it.write("a");
  REQUIRE(it.store->flush(0));
  const auto first = it.take();
  REQUIRE(first.has_value());
  CHECK(tables_of(*first) == 1);
  it.write("b");
  REQUIRE(it.store->flush(0));
  const auto second = it.take();
  REQUIRE(second.has_value());
  CHECK(tables_of(*second) == 2);
  CHECK(second->id == 2);
  CHECK(second->copied_files < second->files.size());
  const auto third = it.take();
  REQUIRE(third.has_value());
  CHECK(third->copied_bytes <= second->copied_bytes);

  const size_t before = it.contents();
  auto backups = *BackupFolder::open(it.folder / "backups", BackupFolder::For::Writing);
  CHECK(*backups.keep(1) == 2);
  CHECK(it.contents() <= before);
  CHECK(backups.list()->size() == 1);
  CHECK(backups.verify(*backups.find(0), kAlways).has_value());
  CHECK(backups.find(1).error().message.find("no backup 1") != std::string::npos);
}

TEST_CASE("A damaged table is named rather than backed up, and nothing of the try is left") {
  BackedUp it;
  it.write("a");
  REQUIRE(it.store->flush(0));
  const fs::path table = it.table();
  {
    std::fstream file(table, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(20);
    file << "damage";
  }
  const auto backup = it.take();
  REQUIRE_FALSE(backup.has_value());
  CHECK(static_cast<int>(backup.error().kind) == static_cast<int>(JournalError::Kind::Corrupt));
  CHECK(backup.error().message.find(table.string()) != std::string::npos);
  CHECK(it.contents() == 0);
  CHECK(BackupFolder::open(it.folder / "backups", BackupFolder::For::Reading)->list()->empty());
}

TEST_CASE("What an interrupted backup left is taken away by the next one; one that is written to is in use") {
  BackedUp it;
  it.write("a");
  REQUIRE(it.take().has_value());
  std::ofstream(it.folder / "backups" / "files" / "new-") << "half";
  std::ofstream(it.folder / "backups" / "files" / std::string(64, 'a')) << "of no backup";
  std::ofstream(it.folder / "backups" / "new-") << "endcap backup 1";
  const size_t before = it.contents();
  REQUIRE(it.take().has_value());
  CHECK(it.contents() < before + 1);
  CHECK_FALSE(fs::exists(it.folder / "backups" / "files" / std::string(64, 'a')));
  CHECK(BackupFolder::open(it.folder / "backups", BackupFolder::For::Reading)->list()->size() == 2);

  auto writing = *BackupFolder::open(it.folder / "backups", BackupFolder::For::Writing);
  auto second = BackupFolder::open(it.folder / "backups", BackupFolder::For::Reading);
  REQUIRE_FALSE(second.has_value());
  CHECK(static_cast<int>(second.error().kind) == static_cast<int>(JournalError::Kind::InUse));
}

TEST_CASE("A folder that was killed while it was made is made by the next backup; a newer one is left alone") {
  BackedUp it;
  const fs::path backups = it.folder / "backups", mark = backups / "endcap-backups";
  for (const char* half : {"", "endcap back"}) {
    fs::remove_all(backups);
    fs::create_directories(backups / "files");
    std::ofstream(mark, std::ios::trunc) << half;
    const auto read = BackupFolder::open(backups, BackupFolder::For::Reading);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().message.find("There are no backups in") != std::string::npos);
    REQUIRE(it.take().has_value());
    CHECK(BackupFolder::open(backups, BackupFolder::For::Reading).has_value());
  }
  std::ofstream(mark, std::ios::trunc) << "endcap backups 2\n";
  const auto newer = BackupFolder::open(backups, BackupFolder::For::Writing);
  REQUIRE_FALSE(newer.has_value());
  CHECK(newer.error().message.find("newer release") != std::string::npos);
}

TEST_CASE("A backup that is given up leaves nothing that looks like one") {
  BackedUp it;
  it.write("a");
  REQUIRE(it.store->flush(0));
  for (int pieces = 0; pieces < 4; ++pieces) {
    int left = pieces;
    auto backups = *BackupFolder::open(it.folder / "backups", BackupFolder::For::Writing);
    CHECK_FALSE(backups.take({*it.store, *it.log, 1, "t", "t"}, [&] { return left-- > 0; }).has_value());
    CHECK(backups.list()->empty());
  }
}
