// What the local log promises, one sentence a test.
#include "runtime/journal/local_log.h"

#include "runtime/journal/log_format.h"
#include "tests/unit/runtime/journal/log_world.h"

using namespace endcap;
using namespace endcap::test;

namespace {

constexpr const char* kFirstSegment = "segment-0000000000000001.log";

LocalLogOptions small(uint64_t segment_bytes = 16384) {
  return {.partitions = 2, .segment_bytes = segment_bytes, .identity = 7};
}

// A log with the records "r0" to "r<count-1>" of partition 0, each synced on its own.
void fill(Disk& disk, int count) {
  auto log = must_open(disk, small());
  const Opened opened = *log->open(0, 1);
  for (int i = 0; i < count; ++i)
    REQUIRE(append_one(*log, 0, opened, opened.tail + static_cast<Position>(i), fmt::format("r{}", i)) ==
            Ack::Ok);
}

std::string error_of(Disk& disk, JournalError::Kind kind, const LocalLogOptions& options = small()) {
  auto log = open_local_log(disk, options);
  REQUIRE_FALSE(log.has_value());
  CHECK(static_cast<int>(log.error().kind) == static_cast<int>(kind));
  return log.error().message;
}

uint64_t offset_of(const SimulatedDisk& disk, std::string_view text, const char* file = kFirstSegment) {
  const auto at = disk.content(file).find(text);
  REQUIRE(at != std::string::npos);
  return at;
}

}  // namespace

TEST_CASE("Records come back in order, per partition, after a restart") {
  SimulatedDisk disk(1);
  {
    auto log = must_open(disk, small());
    const Opened a = *log->open(0, 1), b = *log->open(1, 1);
    CHECK(a.epoch == 1);
    CHECK(a.tail == 1);
    REQUIRE(append_one(*log, 0, a, 1, "a1") == Ack::Ok);
    REQUIRE(append_one(*log, 1, b, 1, "b1") == Ack::Ok);
    REQUIRE(append_one(*log, 0, a, 2, "a2") == Ack::Ok);
  }
  auto log = must_open(disk, small());
  auto records = read_all(*log, 0);
  REQUIRE(records.size() == 3);
  CHECK(records[0].bytes == encode_operations({}));  // the epoch's own record
  CHECK(records[1].bytes == payload("a1"));
  CHECK(records[2].bytes == payload("a2"));
  CHECK(records[2].position == 3);
  CHECK(read_all(*log, 1).size() == 2);
  CHECK(read_all(*log, 0, 3).size() == 1);
  CHECK(log->open(0, 1)->epoch == 2);
}

TEST_CASE("All records that wait share one sync") {
  SimulatedDisk disk(1);
  auto log = must_open(disk, small());
  const Opened a = *log->open(0, 1), b = *log->open(1, 1);
  int acknowledged = 0;
  const auto count = [&](Ack ack) { acknowledged += ack == Ack::Ok ? 1 : 0; };
  for (Position i = 0; i < 5; ++i) {
    log->append(0, a.epoch, a.tail + i, i, payload("x"), count);
    log->append(1, b.epoch, b.tail + i, i, payload("y"), count);
  }
  CHECK(acknowledged == 0);
  const uint64_t before = disk.operations();
  CHECK(log->sync());
  CHECK(acknowledged == 10);
  CHECK(disk.operations() - before == 2);  // one write, one sync
  CHECK_FALSE(log->sync());
}

TEST_CASE("Nothing is readable before its sync") {
  SimulatedDisk disk(1);
  auto log = must_open(disk, small());
  const Opened opened = *log->open(0, 1);
  log->append(0, opened.epoch, opened.tail, 1, payload("x"), [](Ack) {});
  CHECK(read_all(*log, 0).size() == 1);
  log->sync();
  CHECK(read_all(*log, 0).size() == 2);
}

TEST_CASE("A new owner fences the old one, whose later records are never written") {
  SimulatedDisk disk(1);
  auto log = must_open(disk, small());
  const Opened old_owner = *log->open(0, 1);
  const Opened new_owner = *log->open(0, 2);
  CHECK(append_one(*log, 0, old_owner, old_owner.tail, "late") == Ack::Fenced);
  CHECK(append_one(*log, 0, new_owner, new_owner.tail, "mine") == Ack::Ok);
  auto records = read_all(*log, 0);
  REQUIRE(records.size() == 3);
  CHECK(records.back().bytes == payload("mine"));
}

TEST_CASE("A record that does not follow the last one is refused") {
  SimulatedDisk disk(1);
  auto log = must_open(disk, small());
  const Opened opened = *log->open(0, 1);
  CHECK(append_one(*log, 0, opened, opened.tail + 1, "gap") == Ack::Fenced);
  CHECK(append_one(*log, 0, opened, opened.tail - 1, "again") == Ack::Fenced);
  CHECK(append_one(*log, 0, opened, opened.tail, "right") == Ack::Ok);
}

TEST_CASE("A torn tail is cut, and the log goes on behind it") {
  SimulatedDisk disk(1);
  fill(disk, 3);
  const uint64_t at = offset_of(disk, "r2");
  disk.alter(kFirstSegment, at, "zz");  // the last record: nothing says that it was on stable storage
  RecoveryReport report;
  {
    auto log = must_open(disk, small(), &report);
    CHECK(report.torn_bytes_cut > 0);
    CHECK(report.records == 3);
    CHECK(read_all(*log, 0).size() == 3);
    const Opened opened = *log->open(0, 1);
    CHECK(opened.tail == 4);
    REQUIRE(append_one(*log, 0, opened, 4, "after") == Ack::Ok);
  }
  auto log = must_open(disk, small(), &report);
  CHECK(report.torn_bytes_cut == 0);
  CHECK(read_all(*log, 0).back().bytes == payload("after"));
}

TEST_CASE(
    "An altered byte in the middle is refused, naming file, offset and partition, and nothing is changed") {
  for (const char* where : {"header", "body", "padding", "zeroed"}) {
    CAPTURE(where);
    SimulatedDisk disk(1);
    fill(disk, 4);
    const uint64_t body = offset_of(disk, "r1");
    const uint64_t begin = body / 512 * 512;
    if (std::string_view(where) == "header") disk.alter(kFirstSegment, begin + 30, "\x55");
    if (std::string_view(where) == "body") disk.alter(kFirstSegment, body, "R");
    if (std::string_view(where) == "padding") disk.alter(kFirstSegment, begin + 500, std::string(8, '\0'));
    if (std::string_view(where) == "zeroed") disk.alter(kFirstSegment, begin, std::string(512, '\0'));
    const std::string before = disk.content(kFirstSegment);
    const std::string message = error_of(disk, JournalError::Kind::Corrupt);
    CHECK(message.find(kFirstSegment) != std::string::npos);
    if (std::string_view(where) != "padding") {
      CHECK(message.find(fmt::format("offset {},", begin)) != std::string::npos);
      CHECK(message.find("partition 0") != std::string::npos);
    }
    CHECK(message.find("backup") != std::string::npos);
    CHECK(disk.content(kFirstSegment) == before);
  }
}

TEST_CASE("The partition of a broken record is found although its header is gone") {
  SimulatedDisk disk(1);
  {
    auto log = must_open(disk, small());
    const Opened a = *log->open(0, 1), b = *log->open(1, 1);
    REQUIRE(append_one(*log, 0, a, 1, "a1") == Ack::Ok);
    REQUIRE(append_one(*log, 1, b, 1, "b1") == Ack::Ok);
    REQUIRE(append_one(*log, 0, a, 2, "a2") == Ack::Ok);
    REQUIRE(append_one(*log, 1, b, 2, "b2") == Ack::Ok);
  }
  disk.alter(kFirstSegment, offset_of(disk, "b1") / 512 * 512, std::string(512, '\0'));
  CHECK(error_of(disk, JournalError::Kind::Corrupt).find("partition 1") != std::string::npos);
}

TEST_CASE("A record altered in an older segment is refused") {
  SimulatedDisk disk(1);
  fill(disk, 40);  // more than one segment of 16 KiB
  REQUIRE(disk.list()->size() > 1);
  disk.alter(kFirstSegment, offset_of(disk, "r20"), "R");
  const std::string message = error_of(disk, JournalError::Kind::Corrupt);
  CHECK(message.find(kFirstSegment) != std::string::npos);
}

TEST_CASE("The last record of an older segment can't be taken for a torn tail") {
  SimulatedDisk disk(1);
  fill(disk, 40);
  const std::string content = disk.content(kFirstSegment);
  const auto last = content.rfind("ECR1");
  disk.alter(kFirstSegment, last, std::string(512, '\0'));
  CHECK(error_of(disk, JournalError::Kind::Corrupt).find(fmt::format("offset {},", last)) !=
        std::string::npos);
}

TEST_CASE("A missing segment between two others is refused") {
  SimulatedDisk disk(1);
  fill(disk, 90);
  REQUIRE(disk.list()->size() > 2);
  REQUIRE(disk.remove("segment-0000000000000002.log"));
  CHECK(error_of(disk, JournalError::Kind::Corrupt).find("segment-0000000000000002.log") !=
        std::string::npos);
}

TEST_CASE("A segment's damaged header is refused when records follow it") {
  SimulatedDisk disk(1);
  fill(disk, 2);
  disk.alter(kFirstSegment, 20, "\x01");
  CHECK(error_of(disk, JournalError::Kind::Corrupt).find("header") != std::string::npos);
}

TEST_CASE("Stale segments are ignored: a leftover under a new name, and one that was trimmed") {
  SimulatedDisk disk(1);
  fill(disk, 40);
  const std::string old_segment = disk.content(kFirstSegment);
  const size_t segments = disk.list()->size();
  disk.alter(log_format::segment_name(segments + 1), 0,
             old_segment);  // as a recycled file looks before its header is written
  RecoveryReport report;
  {
    auto log = must_open(disk, small(), &report);
    CHECK(report.stale_segments == 1);
    CHECK(read_all(*log, 0).size() == 41);
    const Opened opened = *log->open(0, 1);
    Position last = opened.tail;
    for (int i = 0; i < 80; ++i, ++last) {
      REQUIRE(append_one(*log, 0, opened, last, "more") == Ack::Ok);
      log->trim(0, last);
      while (log->sync()) {
      }
    }
  }
  REQUIRE(disk.list()->front() != kFirstSegment);
  disk.alter(kFirstSegment, 0, old_segment);  // a folder forgot the removal
  auto log = must_open(disk, small(), &report);
  CHECK(report.stale_segments == 2);
  CHECK(disk.list()->front() != kFirstSegment);
}

TEST_CASE("Valid bytes of another log are not records of this one") {
  SimulatedDisk disk(1), other(2);
  fill(disk, 2);
  {
    LocalLogOptions options = small();
    options.identity = 8;
    auto log = must_open(other, options);
    const Opened opened = *log->open(0, 1);
    for (Position i = 0; i < 6; ++i)
      REQUIRE(append_one(*log, 0, opened, opened.tail + i, "foreign") == Ack::Ok);
  }
  // The place behind our tail holds, byte for byte, what the other log holds there.
  disk.alter(kFirstSegment, 4 * 512, other.content(kFirstSegment).substr(4 * 512, 512));
  auto log = must_open(disk, small());
  CHECK(read_all(*log, 0).size() == 3);
}

TEST_CASE("The accepted tail is written again and synced before anything is released") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    SimulatedDisk disk(seed);
    {
      auto log = must_open(disk, small());
      const Opened opened = *log->open(0, 1);
      REQUIRE(append_one(*log, 0, opened, 1, "acknowledged") == Ack::Ok);
      disk.fail_next_sync();  // some sectors are stored, and the page cache believes that all are
      CHECK(append_one(*log, 0, opened, 2, "unknown") == Ack::Unknown);
    }
    disk.crash();
    size_t released = 0;
    {
      RecoveryReport report;
      auto log = must_open(disk, small(), &report);
      CHECK(report.tail_rewritten);
      CHECK(disk.unsynced_sectors() == 0);
      released = read_all(*log, 0).size();
      CHECK(released >= 2);
    }
    disk.lose_power();
    auto log = must_open(disk, small());
    CHECK(read_all(*log, 0).size() == released);
  }
}

TEST_CASE("A failed sync gives Unknown to all, and the log refuses everything after it") {
  SimulatedDisk disk(1);
  auto log = must_open(disk, small());
  const Opened a = *log->open(0, 1), b = *log->open(1, 1);
  std::vector<Ack> answers;
  const auto collect = [&](Ack ack) { answers.push_back(ack); };
  log->append(0, a.epoch, a.tail, 1, payload("x"), collect);
  log->append(1, b.epoch, b.tail, 1, payload("y"), collect);
  disk.fail_next_sync();
  log->sync();
  CHECK(answers == std::vector{Ack::Unknown, Ack::Unknown});
  const uint64_t operations = disk.operations();
  CHECK(append_one(*log, 0, a, a.tail + 1, "after") == Ack::Unknown);
  CHECK(disk.operations() == operations);  // it never syncs again and hopes
  CHECK_FALSE(log->open(1, 1).has_value());
  REQUIRE(log->failure().has_value());
  CHECK(log->failure()->message.find("sync") != std::string::npos);
}

TEST_CASE("A log on a disk that is full from the start is refused with the reason") {
  SimulatedDisk disk(1);
  disk.capacity(4096);
  CHECK(error_of(disk, JournalError::Kind::Full).find("free some space") != std::string::npos);
}

TEST_CASE("Trimming removes whole old segments and keeps the last record of every partition") {
  SimulatedDisk disk(1);
  auto log = must_open(disk, small());
  const Opened busy = *log->open(0, 1), idle = *log->open(1, 1);
  REQUIRE(append_one(*log, 1, idle, idle.tail, "the idle one's last") == Ack::Ok);
  Position last = busy.tail;
  for (int i = 0; i < 300; ++i, ++last) {
    REQUIRE(append_one(*log, 0, busy, last, "busy") == Ack::Ok);
    log->trim(0, last - 3);
    log->trim(1, idle.tail + 1);
  }
  CHECK(disk.list()->size() <= 4);  // of more than nine; one may be prepared ahead
  log.reset();
  log = must_open(disk, small());
  auto kept = read_all(*log, 1, idle.tail + 1);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].bytes == payload("the idle one's last"));
  CHECK(read_all(*log, 0, last - 2).size() == 3);
  CHECK(log->open(1, 1)->tail == idle.tail + 2);
  auto missing = log->tail(0, 1);
  Record record;
  auto answer = missing->next(record);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().message.find("record 1 is needed") != std::string::npos);
}

TEST_CASE("Nothing that is not trimmed is removed") {
  SimulatedDisk disk(1);
  auto log = must_open(disk, small());
  const Opened opened = *log->open(0, 1);
  for (Position i = 0; i < 200; ++i) REQUIRE(append_one(*log, 0, opened, opened.tail + i, "x") == Ack::Ok);
  log->trim(0, 5);
  log->sync();
  CHECK(read_all(*log, 0, 6).size() == 196);
}

TEST_CASE("A record larger than a segment gets a segment of its own size") {
  SimulatedDisk disk(1);
  const std::string large(100'000, 'L');
  {
    auto log = must_open(disk, small());
    const Opened opened = *log->open(0, 1);
    REQUIRE(append_one(*log, 0, opened, 1, large) == Ack::Ok);
    REQUIRE(append_one(*log, 0, opened, 2, "after") == Ack::Ok);
  }
  auto log = must_open(disk, small());
  auto records = read_all(*log, 0);
  REQUIRE(records.size() == 3);
  CHECK(records[1].bytes == payload(large));
}

TEST_CASE("A log of another partition count, or of another format, is refused with what to do") {
  SimulatedDisk disk(1);
  fill(disk, 1);
  LocalLogOptions options = small();
  options.partitions = 8;
  CHECK(error_of(disk, JournalError::Kind::WrongFormat, options).find("use 2") != std::string::npos);

  auto header = *log_format::decode_segment_header(disk.content(kFirstSegment));
  header.version = 9;
  disk.alter(kFirstSegment, 0, log_format::encode_segment_header(header));
  CHECK(error_of(disk, JournalError::Kind::WrongFormat).find("format 9") != std::string::npos);
}

TEST_CASE("The checksum is CRC-32C") { CHECK(log_format::crc32c("123456789", 0) == 0xE3069283); }
