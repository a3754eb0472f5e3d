// A log on a disk that fills up: it says so early, goes on in its reserve, then waits, and loses nothing.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "runtime/journal/local_log.h"
#include "tests/unit/runtime/journal/log_world.h"

using namespace endcap;
using namespace endcap::test;

namespace {

constexpr uint64_t kSegment = 16384, kBallast = 20480, kFreeMin = 8192;
using Level = Room::Level;

LocalLogOptions with_reserve(uint64_t ballast = kBallast, uint64_t free_min = kFreeMin) {
  return {.partitions = 2,
          .segment_bytes = kSegment,
          .identity = 7,
          .ballast_bytes = ballast,
          .free_bytes_min = free_min};
}

// A log whose first partition is written to, record by record.
struct Written {
  SimulatedDisk disk;
  LocalLogOptions options;
  std::unique_ptr<Journal> log;
  Opened opened;
  Position appended = 0;     // last position
  std::vector<Ack> answers;  // in order

  explicit Written(uint64_t seed = 1, const LocalLogOptions& given = with_reserve())
      : disk(seed), options(given), log(must_open(disk, options)), opened(*log->open(0, 1)) {
    appended = opened.tail;
    come_to_rest();
  }
  void append(std::string_view text = "record") {
    log->append(0, opened.epoch, appended++, 1, payload(text), [this](Ack ack) { answers.push_back(ack); });
  }
  void come_to_rest() {
    for (int i = 0; i < 200; ++i) log->sync();
  }
  bool write_one() {
    const size_t before = answers.size();
    append();
    while (log->sync()) {
    }
    return answers.size() > before && answers.back() == Ack::Ok;
  }
  Level level() const { return log->room().level; }
  bool has_ballast() {
    const auto names = *disk.list();
    return std::count(names.begin(), names.end(), "ballast") == 1;
  }
  void fill_up(uint64_t left = 0) { disk.capacity(disk.used() + left); }
  void make_room() { disk.capacity(1u << 30); }
};

}  // namespace

TEST_CASE("A disk without room for what comes next is told while there is room for what comes now") {
  Written it;
  CHECK(it.level() == Level::Enough);
  CHECK(it.has_ballast());
  it.fill_up(1000);
  REQUIRE(it.write_one());
  CHECK(it.level() == Level::Low);
  const Room room = it.log->room();
  CHECK(room.free_bytes == 1000);
  CHECK(room.reserve_bytes > kBallast);
  CHECK(room.folder == "the simulated disk");
  CHECK_FALSE(it.log->failure().has_value());
}

TEST_CASE("Records go on in the reserve: the rest of the segment, then the ballast's room") {
  Written it;
  it.fill_up();
  int written = 0;
  while (it.has_ballast() && it.write_one()) ++written;
  CHECK(written > 10);  // of 512 bytes each: the rest of the segment
  int behind = 0;
  while (it.write_one()) ++behind;
  CHECK(behind >= 25);  // a segment in the place of the ballast
  CHECK(it.level() == Level::None);
  CHECK_FALSE(it.log->failure().has_value());
}

TEST_CASE("Without a reserve records wait, unanswered and in their order, and go on when there is room") {
  Written it(1, with_reserve(0, 0));
  it.fill_up();
  while (it.write_one()) {
  }
  const size_t acknowledged = it.answers.size();
  for (int i = 0; i < 20; ++i) it.append(fmt::format("waits {}", i));
  CHECK_FALSE(it.log->sync());
  CHECK(it.answers.size() == acknowledged);
  CHECK(it.level() == Level::None);
  CHECK(read_all(*it.log, 0).size() == it.opened.tail + acknowledged);
  it.make_room();
  CHECK(it.log->sync());
  CHECK(it.answers.size() == acknowledged + 21);
  CHECK(std::count(it.answers.begin(), it.answers.end(), Ack::Ok) ==
        static_cast<std::ptrdiff_t>(it.answers.size()));
  it.come_to_rest();
  CHECK(it.level() == Level::Enough);
  const auto records = read_all(*it.log, 0);
  CHECK(records.back().bytes == payload("waits 19"));
  CHECK(records.back().position == it.appended);
}

TEST_CASE("The part of a batch that still fits is acknowledged, the rest waits") {
  Written it(1, with_reserve(0, 0));
  it.fill_up();
  for (int i = 0; i < 30; ++i) it.append(std::string(1000, 'x'));
  CHECK(it.log->sync());
  const size_t through = it.answers.size();
  CHECK(through > 0);
  CHECK(through < 30);
  CHECK_FALSE(it.log->sync());
  it.make_room();
  it.come_to_rest();
  CHECK(it.answers.size() == 30);
  CHECK(read_all(*it.log, 0).size() == it.opened.tail + 30);
}

TEST_CASE("The ballast is made again once there is room for everything else, and not before") {
  Written it;
  it.fill_up();
  while (it.has_ballast() && it.write_one()) {
  }
  it.disk.capacity(it.disk.used() + kSegment + kFreeMin);  // not for the ballast, too
  it.come_to_rest();
  CHECK_FALSE(it.has_ballast());
  CHECK(it.level() == Level::Low);
  it.make_room();
  it.come_to_rest();
  CHECK(it.has_ballast());
  CHECK(it.level() == Level::Enough);
  CHECK(it.log->room().reserve_bytes >= kBallast);
}

TEST_CASE("The ballast is given up for somebody else on the same disk") {
  Written it;
  it.fill_up();
  it.log->give_way();
  it.log->sync();
  CHECK_FALSE(it.has_ballast());
  CHECK(it.log->room().free_bytes == kBallast);
  CHECK(it.level() == Level::Low);
}

TEST_CASE("A ballast is found again after a restart, and given up at once when the disk is full") {
  Written it;
  it.log.reset();
  it.log = must_open(it.disk, it.options);
  CHECK(it.log->room().reserve_bytes >= kBallast);
  it.log.reset();
  it.fill_up();
  it.log = must_open(it.disk, it.options);
  CHECK_FALSE(it.has_ballast());
  CHECK(it.level() == Level::Low);
}

TEST_CASE("Trimming makes room by itself: an idle partition's last record does not hold the old segment") {
  Written it(1, with_reserve(0, 0));
  const Opened idle = *it.log->open(1, 1);
  it.fill_up(kSegment);
  while (it.write_one()) {
  }
  CHECK(it.level() == Level::None);
  it.log->trim(0, it.appended - 1);
  it.log->trim(1, idle.tail);
  it.come_to_rest();
  CHECK(it.answers.back() == Ack::Ok);
  CHECK(it.level() != Level::None);
  CHECK(read_all(*it.log, 1, idle.tail).size() == 1);
}

TEST_CASE("What waits for room when the machine ends was never acknowledged; the rest is there") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Written it(seed, seed % 2 == 0 ? with_reserve() : with_reserve(0, 0));
    it.fill_up(seed * 97);
    while (it.write_one()) {
    }
    const size_t acknowledged = it.answers.size();
    for (int i = 0; i < 5; ++i) it.append("waits");
    it.log->sync();
    CHECK(it.answers.size() == acknowledged);
    it.log.reset();
    seed % 3 == 0 ? it.disk.crash() : it.disk.lose_power();
    if (seed % 5 != 0) it.make_room();
    it.log = must_open(it.disk, it.options);
    CHECK(read_all(*it.log, 0).size() == it.opened.tail + acknowledged);
  }
}

TEST_CASE("A process that ends while the next segment is made finds the log as it was") {
  for (uint64_t operations = 1; operations < 40; ++operations) {
    CAPTURE(operations);
    Written it(operations);
    for (int i = 0; i < 22; ++i) REQUIRE(it.write_one());  // the next one is half made
    it.fill_up(100);
    const size_t acknowledged = it.answers.size();
    it.disk.die_after(operations);
    while (it.write_one()) {
    }
    size_t since = 0;
    while (acknowledged + since < it.answers.size() && it.answers[acknowledged + since] == Ack::Ok) ++since;
    it.log.reset();
    it.disk.lose_power();
    it.log = must_open(it.disk, it.options);
    const size_t records = read_all(*it.log, 0).size();
    CHECK(records >= it.opened.tail + acknowledged + since);
    CHECK(it.log->open(0, 1)->tail == records + 1);
  }
}

TEST_CASE("Nobody becomes the owner on a disk that has no room for it, and the log stays as it is") {
  Written it(1, with_reserve(0, 0));
  it.fill_up();
  while (it.write_one()) {
  }
  it.log.reset();
  it.log = must_open(it.disk, it.options);
  const auto full = [&] {
    auto opened = it.log->open(1, 1);
    while (opened) opened = it.log->open(1, 1);  // a sector each
    return opened.error();
  }();
  CHECK(static_cast<int>(full.kind) == static_cast<int>(JournalError::Kind::Full));
  CHECK(full.message.find("the simulated disk has 0 bytes free") != std::string::npos);
  const size_t before = read_all(*it.log, 1).size();
  it.make_room();
  const auto opened = it.log->open(1, 1);
  REQUIRE(opened.has_value());
  CHECK(opened->epoch == before + 1);
  CHECK(read_all(*it.log, 1).size() == before + 1);
}
