// The log on a disk that loses arbitrary unsynced sectors: whatever happened, every acknowledged record is
// there, none is half there, and the order is kept. A failure names its seed.
#include <algorithm>
#include <cstdlib>

#include "tests/unit/runtime/journal/log_world.h"

using namespace endcap;
using namespace endcap::test;

namespace {

constexpr uint16_t kPartitions = 3;

// What was given to the log and what it answered.
struct Given {
  std::vector<std::string> bytes;  // [i]: position i + 1
  Position acknowledged = 0;
  Position trimmed = 0;
};

class World {
 public:
  explicit World(uint64_t seed) : random_(seed), disk_(seed * 31 + 7) {}

  void run() {
    const uint64_t lives = 2 + random_() % 5;
    for (uint64_t life = 0; life < lives; ++life) live();
    if (auto log = recover()) verify(*log);
  }

 private:
  uint64_t below(uint64_t bound) { return random_() % bound; }

  std::unique_ptr<Journal> recover() {
    auto log = open_local_log(
        disk_, {.partitions = kPartitions, .segment_bytes = 4096u << below(3), .identity = 99});
    if (log) return std::move(*log);
    // The only good reason in this world is that the process died while recovering.
    CHECK_MESSAGE(log.error().message.find("simulated process has ended") != std::string::npos,
                  log.error().message);
    return nullptr;
  }

  void live() {
    if (below(4) == 0) disk_.die_after(below(12));  // in the middle of recovery
    if (auto log = recover()) {
      disk_.die_after(UINT64_MAX / 2);
      verify(*log);
      if (below(3) != 0) disk_.die_after(below(60));
      use(*log);
    }
    end_of_life();
  }

  void use(Journal& log) {
    std::array<Opened, kPartitions> opened;
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      given_[partition].bytes.push_back(encode_operations({}));
      auto answer = log.open(partition, 1);
      if (!answer) return;
      opened[partition] = *answer;
      CHECK(answer->tail == given_[partition].bytes.size());
      given_[partition].acknowledged = answer->tail;
    }
    const uint64_t steps = below(60);
    for (uint64_t step = 0; step < steps; ++step) {
      const auto partition = static_cast<PartitionId>(below(kPartitions));
      Given& given = given_[partition];
      switch (below(8)) {
        case 0:
          log.trim(partition, given.trimmed = std::max(given.trimmed, below(given.acknowledged + 1)));
          break;
        case 1:
        case 2:
          log.sync();
          break;
        case 3:
          if (below(40) == 0) disk_.fail_next_sync();
          break;
        default:
          append(log, partition, opened[partition].epoch);
      }
    }
    if (below(2) == 0) log.sync();
  }

  void append(Journal& log, PartitionId partition, Epoch epoch) {
    Given& given = given_[partition];
    const Position position = given.bytes.size() + 1;
    given.bytes.push_back(
        payload(fmt::format("p{}-{}-{}", partition, position, std::string(below(900), 'x'))));
    log.append(partition, epoch, position - 1, position, given.bytes.back(), [&given, position](Ack ack) {
      CHECK(ack != Ack::Fenced);
      if (ack != Ack::Ok) return;
      CHECK(position == given.acknowledged + 1);
      given.acknowledged = position;
    });
  }

  void end_of_life() {
    switch (below(3)) {
      case 0:
        disk_.crash();
        break;
      case 1:
        disk_.lose_power();
        break;
      default:  // the process dies, recovery begins, and then the power goes
        disk_.crash();
        disk_.die_after(below(10));
        if (auto log = recover()) {
          disk_.die_after(UINT64_MAX / 2);
          verify(*log);
        }
        disk_.lose_power();
    }
  }

  void verify(Journal& log) {
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      CAPTURE(partition);
      Given& given = given_[partition];
      // What is read now is released to the world: it counts as acknowledged from here on.
      const Position first = std::min(given.trimmed + 1, std::max<Position>(given.acknowledged, 1));
      Position position = first - 1;
      for (const Record& record : read_all(log, partition, first)) {
        ++position;
        CHECK(record.position == position);
        REQUIRE(position <= given.bytes.size());
        CHECK(record.bytes == given.bytes[position - 1]);
      }
      CHECK(position >= given.acknowledged);
      given.acknowledged = position;
      given.bytes.resize(position);
    }
  }

  std::mt19937_64 random_;
  SimulatedDisk disk_;
  std::array<Given, kPartitions> given_;
};

}  // namespace

TEST_CASE("Crashes and power losses at every moment lose nothing acknowledged, over thousands of seeds") {
  uint64_t first = 1, count = 4000;
  if (const char* seed = std::getenv("ENDCAP_SEED")) {
    first = std::strtoull(seed, nullptr, 10);
    count = 1;
  }
  for (uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    World(seed).run();
  }
}
