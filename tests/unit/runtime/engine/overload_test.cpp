// More than a daemon can take in, and disks that are full: what is new is refused, what was promised goes on,
// and nothing that was acknowledged is lost.
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

bool refused(const Json& answer, const std::string& part) {
  return answer.value("refused", "") == "Overloaded" &&
         answer["message"].get<std::string>().find(part) != std::string::npos;
}

void fill_up(Shop& shop) {
  shop.world.disk().capacity(shop.world.disk().used());
  shop.world.engine().keep_time();
  shop.world.run();
}

void make_room(Shop& shop) {
  shop.world.disk().capacity(UINT64_MAX);
  shop.world.run();
  shop.world.run();  // the log has looked at the disk again
}

// Nothing of the log's reserve is left: records of nothing but the time.
void use_up_reserve(Shop& shop) {
  fill_up(shop);
  for (int i = 0; i < 10'000 && shop.world.engine().pressure().disk.level != Room::Level::None; ++i) {
    shop.world.engine().keep_time();
    shop.world.tick();
    shop.world.tick();
  }
  REQUIRE(shop.world.engine().pressure().disk.level == Room::Level::None);
}

}  // namespace

TEST_CASE("on a full disk what is new is refused, with how much is free where; what was promised goes on") {
  Shop shop;
  shop.launch(20);  // finance is asked
  shop.world.start("Wait", "P-1");
  shop.world.engine().take_notices();
  fill_up(shop);
  CHECK(refused(shop.world.start("Wait", "P-2"), "0 bytes are free in the simulated disk"));
  CHECK(refused(shop.world.event("retail.cancelled", {{"id", "P-1"}}), "the disk is full"));
  const auto pressure = shop.world.engine().pressure();
  REQUIRE(pressure.refuses.has_value());
  CHECK(pressure.refuses->disk_full);
  CHECK(pressure.refuses->retry_after_s == 10);
  CHECK(shop.world.engine().counters().refused == 2);
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.run_out();
  CHECK(shop.outcome() == "Done");
  CHECK(shop.outcome("Wait") == "Done");
  CHECK(shop.estate.written.size() == 3);
  make_room(shop);
  CHECK(shop.world.start("Wait", "P-2").contains("id"));
  const auto notices = shop.world.engine().take_notices();
  REQUIRE(notices.size() == 2);
  CHECK(notices[0].find("New work is refused") != std::string::npos);
  CHECK(notices[1].find("new work is taken in again") != std::string::npos);
}

TEST_CASE("without a reserve everything waits but reads, and goes on by itself when there is room") {
  Shop shop;
  shop.launch(20);
  use_up_reserve(shop);
  std::optional<Json> reply;
  const uint64_t task = shop.task();
  shop.world.engine().decide({task, "fin", DecisionRequest::What::Approve, "", keep(reply), "", "", "", ""});
  shop.world.run();
  CHECK_FALSE(reply.has_value());
  CHECK(shop.world.status("Launch", "P-1") == "running");
  CHECK(shop.world.task(task)["status"] == "open");  // nothing shows what is not on the disk
  CHECK(shop.estate.written.empty());
  CHECK(shop.world.engine().pressure().unapplied_bytes > 0);
  make_room(shop);
  REQUIRE(reply.has_value());
  CHECK((*reply)["status"] == "granted");
  shop.world.run_out();
  CHECK(shop.outcome() == "Done");
  CHECK(shop.estate.written.size() == 3);
}

TEST_CASE("a machine that ends while everything waits for room loses nothing that was acknowledged") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Shop shop({}, seed);
    shop.launch(20);
    use_up_reserve(shop);
    std::optional<Json> reply;
    const uint64_t task = shop.task();
    shop.world.engine().decide(
        {task, "fin", DecisionRequest::What::Approve, "", keep(reply), "", "", "", ""});
    shop.world.run();
    shop.world.disk().capacity(UINT64_MAX);
    shop.world.crash(seed % 2 == 0);
    CHECK_FALSE(reply.has_value());
    CHECK(shop.world.task(task)["status"] == "open");
    CHECK(shop.world.decide(task, "fin", "approve")["status"] == "granted");
    shop.world.run_out();
    CHECK(shop.outcome() == "Done");
    CHECK(shop.estate.written.size() == 3);
  }
}

TEST_CASE("data whose disk has no room for the next record is not opened, and is as it was afterwards") {
  Shop shop;
  shop.world.start("Wait", "P-1");
  use_up_reserve(shop);
  std::string error;
  for (int i = 0; i < 10 && error.empty(); ++i) error = shop.world.try_open();
  CHECK(error.find("is full") != std::string::npos);
  shop.world.disk().capacity(UINT64_MAX);
  shop.world.crash();
  CHECK(shop.world.status("Wait", "P-1") == "running");
}

TEST_CASE("what the store has no room for is neither shown nor answered, and is applied once there is some") {
  Shop shop;
  std::optional<Json> reply;
  shop.world.engine().start({"Wait", R"({"id": "P-1"})", "r1", keep(reply)});
  shop.world.engine().drain(shop.world.now);
  shop.world.store().fill_up();
  shop.world.run();  // the journal has it
  CHECK_FALSE(reply.has_value());
  CHECK(shop.world.status("Wait", "P-1") == "unknown");
  CHECK(shop.world.engine().busy());
  CHECK_FALSE(shop.world.engine().failure().has_value());
  CHECK(refused(shop.world.start("Wait", "P-2"), "the disk is full"));
  shop.world.store().fill_up(false);
  shop.world.run();
  REQUIRE(reply.has_value());
  CHECK(reply->contains("id"));
  CHECK(shop.world.status("Wait", "P-1") == "running");
  shop.world.run_out();
  CHECK(shop.outcome("Wait") == "Done");
}

TEST_CASE("a batch of several records that the store took a part of is applied whole") {
  Shop shop;
  shop.world.options.record_bytes_max = 300;
  shop.world.crash(false);
  std::optional<Json> reply;
  shop.world.engine().start({"Wait", R"({"id": "P-1"})", "r1", keep(reply)});
  shop.world.engine().drain(shop.world.now);
  shop.world.store().fill_up();
  shop.world.run();
  shop.world.store().fill_up(false);
  shop.world.run();
  CHECK(reply.value().contains("id"));
  shop.world.crash();
  CHECK(shop.world.status("Wait", "P-1") == "running");
}

TEST_CASE("a full store has the journal give up its ballast") {
  Shop shop;
  SimulatedDisk disk(1);
  SimulatedStore store(2);
  auto log = open_local_log(disk, {.partitions = 2, .identity = 7, .ballast_bytes = 1u << 20});
  REQUIRE(log.has_value());
  auto engine = open_engine(shop.retail.program(), store, **log, shop.world.options);
  REQUIRE(engine.has_value());
  const auto go_round = [&] {
    for (int i = 0; i < 40; ++i) {
      (*engine)->settle();
      (*log)->sync();
    }
    return (*log)->room().reserve_bytes;
  };
  const uint64_t reserve = go_round();
  store.fill_up();
  disk.capacity(disk.used());  // nobody else makes room
  CHECK(go_round() == reserve - (1u << 20));
  CHECK((*log)->room().free_bytes == 1u << 20);
}

TEST_CASE("new work is refused while the store falls behind, and the disk is not to blame") {
  Shop shop;
  shop.launch(20);
  shop.world.store().fall_behind("17 files are not compacted");
  shop.world.run();
  CHECK(refused(shop.world.start("Wait", "P-1"), "17 files are not compacted"));
  CHECK_FALSE(shop.world.engine().pressure().refuses->disk_full);
  CHECK(shop.world.engine().pressure().refuses->retry_after_s == 5);
  CHECK(shop.world.decide(shop.task(), "fin", "approve")["status"] == "granted");
  shop.world.store().fall_behind("");
  shop.world.run();
  CHECK(shop.world.start("Wait", "P-1").contains("id"));
}

TEST_CASE("half of what may be on its way to the disk is for what was promised alone") {
  Shop shop;
  shop.launch(20);
  const uint64_t task = shop.task();
  shop.world.options.unapplied_bytes_max = 20'000;
  shop.world.crash(false);
  std::vector<std::optional<Json>> replies(100);
  Engine& engine = shop.world.engine();
  for (size_t i = 0; i < replies.size(); ++i) {
    engine.start({"Wait", Json{{"id", "W-" + std::to_string(i)}}.dump(), "", keep(replies[i])});
    engine.drain(shop.world.now);  // nothing is synced
  }
  const uint64_t left = engine.pressure().queued;
  CHECK(left > 0);
  CHECK(left < replies.size());
  std::optional<Json> decided;
  engine.decide({task, "fin", DecisionRequest::What::Approve, "", keep(decided), "", "", "", ""});
  CHECK(engine.drain(shop.world.now));
  CHECK(engine.pressure().queued == left);
  shop.world.run();
  CHECK(decided.value()["status"] == "granted");
  for (const auto& reply : replies) CHECK(reply.value().contains("id"));
}

TEST_CASE("a queue that is full refuses at the door, and decisions have one of their own") {
  Shop shop;
  shop.launch(20);
  const uint64_t task = shop.task();
  shop.world.options.unapplied_bytes_max = 0;  // a disk that never keeps up: nothing new is taken up
  shop.world.crash(false);
  Engine& engine = shop.world.engine();
  std::optional<Json> last;
  for (int i = 0; i < 20'000 && !last; ++i) engine.start({"Wait", R"({"id": "P-9"})", "", keep(last)});
  REQUIRE(last.has_value());
  CHECK(refused(*last, "too many starts are waiting"));
  CHECK(engine.pressure().queued == 4096);
  std::optional<Json> decided;
  engine.decide({task, "eve", DecisionRequest::What::Approve, "", keep(decided), "", "", "", ""});
  CHECK_FALSE(decided.has_value());  // it waits for its turn
  for (int i = 0; i < 5000 && !decided; ++i)
    engine.decide({task, "eve", DecisionRequest::What::Approve, "", keep(decided), "", "", "", ""});
  CHECK(refused(decided.value(), "too many decisions are waiting"));
}

TEST_CASE("what is quarantined is counted apart from what was suspended") {
  Shop shop;
  shop.world.start("Overflow", "P-1");
  shop.world.run_out();
  CHECK(shop.world.engine().counters().quarantined == 1);
  CHECK(shop.world.engine().counters().suspended == 1);
  CHECK(shop.world.list({{"status", "suspended"}})["instances"].size() == 1);
}

TEST_CASE("arguments that fill more than a frame are refused at the door") {
  Shop shop;
  const Json answer = shop.world.start("Wait", std::string(300'000, 'x'));
  CHECK(answer["refused"] == "Invalid");
  CHECK(answer["message"].get<std::string>().find("bytes") != std::string::npos);
}
