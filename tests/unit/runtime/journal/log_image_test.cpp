// A log is copied while it goes on: what was acknowledged is in the copy, whatever is written or trimmed
// meanwhile.
#include "runtime/journal/log_image.h"

#include <utility>

#include "tests/unit/runtime/journal/log_world.h"

using namespace endcap;
using namespace endcap::test;

namespace {

const LocalLogOptions kImaged = {.partitions = 2, .segment_bytes = 16384, .identity = 7};

struct Imaged {
  SimulatedDisk disk{1};
  std::unique_ptr<Journal> log = must_open(disk, kImaged);
  Opened opened = *log->open(0, 1);
  Position last = opened.tail;

  void write(int count) {
    for (; count > 0; --count, ++last)
      REQUIRE(append_one(*log, 0, opened, last, fmt::format("record {}", last)) == Ack::Ok);
  }
  void trim() {
    log->trim(0, last);
    while (log->sync()) {
    }
  }
};

std::unique_ptr<Journal> copy_of(const LogImage& image, SimulatedDisk& disk) {
  for (size_t i = 0; i < image.segments.size(); ++i) {
    auto content = read_segment(image, i);
    REQUIRE_MESSAGE(content.has_value(), (content ? "" : content.error().message));
    disk.alter(image.segments[i].name, 0, *content);
  }
  return must_open(disk, kImaged);
}

}  // namespace

TEST_CASE("A copy of the log holds what was acknowledged, and its next owner fences the one before") {
  Imaged it;
  it.write(70);
  const auto image = it.log->image([] {});
  REQUIRE(image.has_value());
  CHECK(image->segments.size() > 1);
  it.write(3);  // behind what the image says is acknowledged
  SimulatedDisk other{2};
  auto copy = copy_of(*image, other);
  auto records = read_all(*copy, 0);
  REQUIRE(records.size() == 71);
  CHECK(records.back().bytes == payload("record 70"));
  CHECK(copy->open(0, 1)->epoch == 2);
}

TEST_CASE(
    "Nothing that stood there is trimmed while an image is made, and what is trimmed later can still be "
    "read") {
  Imaged it;
  it.write(100);
  const auto image = it.log->image([&] {
    it.trim();
    it.write(70);
    it.trim();
  });
  REQUIRE(image.has_value());
  CHECK(image->segments.front().header.sequence == 1);
  it.write(1);
  it.trim();
  REQUIRE(it.disk.list()->front() != image->segments.front().name);
  SimulatedDisk other{2};
  CHECK(read_all(*copy_of(*image, other), 0).size() == 171);
}

TEST_CASE("A log that only idle partitions have written to is copied with their records") {
  Imaged it;
  const Opened idle = *it.log->open(1, 1);
  REQUIRE(append_one(*it.log, 1, idle, idle.tail, "idle") == Ack::Ok);
  const auto image = it.log->image([] {});
  REQUIRE(image.has_value());
  SimulatedDisk other{2};
  auto copy = copy_of(*image, other);
  CHECK(read_all(*copy, 0).size() == 1);
  CHECK(read_all(*copy, 1).back().bytes == payload("idle"));
}

TEST_CASE("A damaged record is not copied: the segment and the offset are named") {
  for (const uint64_t segment : {0, 1}) {
    CAPTURE(segment);
    Imaged it;
    it.write(40);
    const auto image = it.log->image([] {});
    REQUIRE(image->segments.size() == 2);
    const std::string& name = image->segments[segment].name;
    const uint64_t at = it.disk.content(name).rfind("record ");
    it.disk.alter(name, at, "R");
    const auto content = read_segment(*image, segment);
    REQUIRE_FALSE(content.has_value());
    CHECK(content.error().message.find(name) != std::string::npos);
    CHECK(content.error().message.find(fmt::format("offset {}", at / 512 * 512)) != std::string::npos);
    CHECK(read_segment(*image, 1 - segment).has_value());
  }
}

TEST_CASE("A log that failed to sync is not copied: what stands on its disk nobody knows") {
  Imaged it;
  it.disk.fail_next_sync();
  CHECK(append_one(*it.log, 0, it.opened, it.last, "lost") == Ack::Unknown);
  CHECK_FALSE(it.log->image([] {}).has_value());
}

TEST_CASE(
    "A record that no restart would accept stops the log, rather than that its segment is kept in silence") {
  Imaged it;
  const Opened idle = *it.log->open(1, 1);
  REQUIRE(append_one(*it.log, 1, idle, idle.tail, "the idle one's last") == Ack::Ok);
  const std::string first = it.disk.list()->front();
  it.write(40);
  it.disk.alter(first, it.disk.content(first).find("the idle one's last"), "T");
  it.log->trim(0, it.last);
  it.log->trim(1, idle.tail + 1);
  while (it.log->sync()) {
  }
  REQUIRE(it.log->failure().has_value());
  CHECK(it.log->failure()->message.find(first) != std::string::npos);
  CHECK(it.log->failure()->message.find("partition 1") != std::string::npos);
  CHECK(append_one(*it.log, 0, it.opened, it.last, "after") == Ack::Unknown);
}
