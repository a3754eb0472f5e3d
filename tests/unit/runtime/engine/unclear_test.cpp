// Calls whose outcome is not known: nothing is taken for undone that may be done, and nothing leaves that may
// not any more.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

using Kind = CallResult::Kind;

RetailOptions with(abi::Strategy strategy) {
  RetailOptions options;
  options.write = strategy;
  return options;
}

}  // namespace

TEST_CASE(
    "a refusal after an unclear attempt is no refusal: the record may be locked by what that attempt did") {
  Shop shop(with(abi::Strategy::Keyed));
  shop.estate.script["activate S2"] = {Kind::Ambiguous, Kind::Rejected, Kind::Invalid};
  const uint64_t id = shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  for (const Json& entry : shop.world.history(id, "write")) CHECK(entry["outcome"] == "ok");
  CHECK(shop.estate.written.size() == 3);
  shop.cancel();  // what it wrote is known, and is taken back
  CHECK(std::count(shop.estate.written.begin(), shop.estate.written.end(), "withdraw P-1 S2") == 1);
}

TEST_CASE("refused for ever after an unclear attempt, it is for a person to say") {
  Shop shop(with(abi::Strategy::Keyed));
  shop.world.options.attempts["erp"] = 2;
  shop.world.crash();
  shop.estate.script["activate S2"] = std::vector<Kind>(20, Kind::Rejected);
  shop.estate.script["activate S2"].front() = Kind::Ambiguous;
  shop.launch();
  shop.world.run_to(shop.world.now + kDay);
  REQUIRE(shop.world.tasks().size() == 1);
  CHECK(shop.world.tasks()[0]["kind"] == "outcome");
}

TEST_CASE("a queryable system is asked only when the unclear request can't arrive any more") {
  Shop shop(with(abi::Strategy::Queryable));
  shop.world.options.settles["erp"] = kMinute;
  shop.world.crash();
  shop.estate.script["activate S2"] = {Kind::Ambiguous};
  shop.estate.commits_ambiguous = false;
  shop.launch();
  shop.world.run_to(shop.world.now + 59 * kSecond);
  CHECK(shop.estate.asked.empty());
  shop.world.run_to(shop.world.now + 3 * kSecond);
  CHECK(shop.estate.asked.size() == 1);
}

TEST_CASE(
    "after a crash a queryable system is asked when the dead process would have given up, and its request "
    "can't arrive any more") {
  Shop shop(with(abi::Strategy::Queryable));
  shop.world.options.timeouts["erp"] = 10 * kMinute;
  shop.world.options.settles["erp"] = kMinute;
  shop.world.crash();
  shop.estate.hold_writes = true;
  shop.launch();
  REQUIRE(shop.world.open_calls.size() == 3);
  const Instant sent = shop.world.now;
  shop.world.options.timeouts["erp"] =
      kSecond;  // what is configured since says nothing about the attempt that was made
  shop.world.crash();
  shop.estate.hold_writes = false;
  shop.world.run_to(sent + 11 * kMinute);
  CHECK(shop.estate.asked.empty());
  shop.world.run_to(sent + 14 * kMinute);
  CHECK(shop.estate.asked.size() == 3);
}

TEST_CASE("a write under way when its grant expired is not sent again: a person says whether it happened") {
  Shop shop(with(abi::Strategy::Keyed));
  shop.estate.stores = {"S1"};
  shop.estate.hold_writes = true;
  shop.launch();
  REQUIRE(shop.world.open_calls.size() == 1);
  shop.world.now += 31 * kDay;  // the daemon is down for a month
  shop.world.crash();
  shop.estate.hold_writes = false;
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.estate.written.empty());
  REQUIRE(shop.world.tasks().size() == 1);
  const Json task = shop.world.tasks()[0];
  CHECK(task["kind"] == "outcome");
  shop.world.decide(task["task"], "ops", "reject");  // it did not; now it may not
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.estate.written.empty());
  CHECK(shop.world.tasks().empty());
}

TEST_CASE("a call whose turn did not come is no failure of the system, and is made again") {
  Shop shop;
  shop.world.options.attempts["erp"] = 1;
  shop.world.crash();
  shop.estate.script["activate S2"] = {Kind::NotSent, Kind::NotSent, Kind::NotSent};
  const uint64_t id = shop.launch();
  shop.world.run_to(shop.world.now + kHour);
  CHECK(shop.world.history(id, "failedAttempt").empty());
  CHECK(shop.estate.written.size() == 3);
}

TEST_CASE("ending a workflow starts no call that waited for its turn") {
  RetailOptions options;
  options.parallel = 1;
  Shop shop(options);
  shop.estate.hold_writes = true;
  shop.launch();
  REQUIRE(shop.world.open_calls.size() == 1);
  shop.estate.script["activate S1"] = {};
  const auto [number, open] = *shop.world.open_calls.begin();
  shop.world.answer(number, CallResult{Kind::Unavailable});  // it waits to be tried again, and can be dropped
  shop.world.run();
  REQUIRE(shop.world.open_calls.empty());
  shop.cancel();
  CHECK(shop.world.open_calls.empty());
  CHECK(shop.outcome() == "Cancelled");
  CHECK(shop.estate.written.empty());
}

TEST_CASE("thousands that wait behind an expired grant end one after the other") {
  RetailOptions options;
  options.parallel = 1;
  Shop shop(options);
  shop.estate.stores.clear();
  for (int i = 0; i < 3000; ++i) shop.estate.stores.push_back("S" + std::to_string(i));
  shop.estate.hold_writes = true;
  shop.launch(20);
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.run();
  REQUIRE(shop.world.open_calls.size() == 1);
  shop.world.now += 31 * kDay;
  const auto [number, open] = *shop.world.open_calls.begin();
  shop.world.answer(number, shop.estate.effect(open.second));
  shop.world.run_out();
  CHECK(shop.estate.written.size() == 1);
  CHECK(shop.outcome() == "Done");
}

TEST_CASE("a decision that comes after its deadline is late, also when the timer has not fired yet") {
  Shop shop;
  shop.launch(20);
  const uint64_t task = shop.task();
  shop.world.now = *instant_from_text(shop.world.tasks()[0]["deadline"].get<std::string>());
  CHECK(shop.world.decide(task, "fin", "approve")["refused"] == "Conflict");
  shop.world.run();
  CHECK(shop.outcome() == "Expired");
}

TEST_CASE("arguments and events nested without end are refused") {
  Shop shop;
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  std::optional<Json> reply;
  shop.world.engine().start({"Launch", R"({"id": )" + deep + "}", "", keep(reply)});
  CHECK((*reply)["refused"] == "Invalid");
  reply.reset();
  shop.world.engine().event({"/estate", "e-1", "retail.cancelled", R"({"id": )" + deep + "}", keep(reply)});
  CHECK((*reply)["refused"] == "Invalid");
}

TEST_CASE("a request id belongs to its key") {
  Shop shop;
  const Json first = shop.world.start("Wait", "P-1", "same"),
             second = shop.world.start("Wait", "P-2", "same");
  CHECK(first["id"] != second["id"]);
  CHECK(shop.world.start("Wait", "P-1", "same") == first);
}

TEST_CASE("what a system says is kept, also when it is cut in the middle of a character") {
  Shop shop;
  shop.estate.hold_writes = true;
  const uint64_t id = shop.launch();
  const auto [number, open] = *shop.world.open_calls.begin();
  CallResult refused{Kind::Rejected};
  refused.message = "gesperrt f\xc3";
  shop.world.answer(number, refused);
  shop.world.run();
  CHECK(shop.world.history(id, "write").size() == 1);  // read back as JSON
  const auto [other, still_open] = *shop.world.open_calls.begin();
  CallResult away{Kind::Unavailable};
  away.message = refused.message;
  shop.world.answer(other, away);
  shop.world.run();
  CHECK(shop.world.show("Launch", "P-1")["waits"].dump().find("gesperrt f") != std::string::npos);
}

TEST_CASE("what comes in together need not fit one record") {
  Shop shop;
  const uint64_t before = shop.world.engine().counters().records;
  const std::string pad(3'000'000, 'x');
  std::vector<std::optional<Json>> replies(24);
  for (size_t i = 0; i < replies.size(); ++i) {
    const Json data = {{"id", "P-1"}, {"pad", pad}};
    shop.world.engine().event(
        {"/estate", "large-" + std::to_string(i), "retail.cancelled", data.dump(), keep(replies[i])});
  }
  shop.world.run();
  for (const auto& reply : replies) CHECK((*reply)["accepted"] == true);
  CHECK(shop.world.engine().counters().records > before + 8);  // 72 MB, and a record is at most 64
}
