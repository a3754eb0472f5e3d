// Files of trimmed segments that can't be removed: the log goes on, and so does the next start.
#include "tests/unit/runtime/journal/log_world.h"

namespace endcap::test {
namespace {

// A log whose records are all trimmed, in several segments.
struct TrimmedLog {
  LocalLogOptions options{.partitions = 1, .segment_bytes = 4096, .identity = 7};
  SimulatedDisk disk{1};
  std::unique_ptr<Journal> log = must_open(disk, options);
  Opened opened = *log->open(0, 1);
  Position last = opened.tail;

  void append(int records) {
    for (int i = 0; i < records; ++i, ++last)
      REQUIRE(append_one(*log, 0, opened, last, std::string(500, 'x')) == Ack::Ok);
  }
  void trim() {
    log->trim(0, last);
    while (log->sync()) {
    }
  }
  std::string error_of_restart() {
    log.reset();
    auto again = open_local_log(disk, options);
    return again ? "" : again.error().message;
  }
};

}  // namespace

TEST_CASE("A segment that can't be removed keeps those behind it, until a header knows that it is stale") {
  TrimmedLog it;
  it.append(18);
  REQUIRE(it.disk.list()->size() > 3);
  const std::string second = it.disk.list()->at(1);
  it.disk.fail_next_remove();
  it.trim();
  it.trim();
  CHECK(it.disk.list()->at(1) == second);
  CHECK(it.error_of_restart() == "");
}

TEST_CASE("Once a header knows that a segment is stale, those behind it go, and the next start removes it") {
  TrimmedLog it;
  it.append(18);
  const std::string first = it.disk.list()->front(), second = it.disk.list()->at(1);
  it.disk.fail_next_remove();
  it.trim();
  it.append(8);
  it.trim();
  CHECK(it.disk.list()->front() == first);
  CHECK(it.disk.list()->at(1) > second);
  CHECK(it.error_of_restart() == "");
  CHECK(it.disk.list()->front() > second);
}

}  // namespace endcap::test
