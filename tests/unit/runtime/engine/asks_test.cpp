// Questions to advisors: they always end, with an answer that is good enough or with the alternative, and the
// history says which and why.
#include <doctest/doctest.h>

#include "tests/unit/runtime/engine/program_builder.h"
#include "tests/unit/runtime/engine/world.h"

using namespace endcap;
using namespace endcap::test;

namespace {

using Kind = CallResult::Kind;
using abi::MachineKind;
using abi::Tag;
using abi::WaitKind;

// Advise(id): asks UpliftModel(id) -> Int, finishes with its answer, or with -1 for the alternative.
// Many(id): asks for each of ten, at most two at once.
struct Advised {
  ProgramBuilder build;
  std::vector<CallRequest> asked;
  std::vector<std::optional<CallResult>> script;  // of the attempts; the last one goes on. Nothing: silence
  std::optional<World> world;

  Advised() {
    const abi::TypeId inputs = build.record("UpliftModel", {{.name = "article", .type = build.text}});
    const abi::TypeId done = build.record("Done", {{.name = "units", .type = build.integer}});
    build->advisors.push_back(
        {.name = "UpliftModel", .inputs = inputs, .output = build.integer, .timeout = 30 * kSecond});
    const std::vector<abi::Outcome> outcomes{{"Done", done}};
    const uint32_t advise = build.workflow("Advise", {{"id", build.text}}, outcomes);
    const uint32_t main =
        build.machine(advise, MachineKind::Main, "Advise", {build.text}, [](Context* c, uint32_t state) {
          if (state == 0) return park(c, 1, {c->frame[0]}, {record(c, {c->frame[0]})});
          return finish(c, 0, record(c, {c->input_tag == Tag::Ok ? c->input : number(-1)}));
        });
    build.wait(main, WaitKind::Ask, "units", {build.text}, {inputs}, build.integer).target = 0;

    const uint32_t many = build.workflow("Many", {{"id", build.text}}, outcomes);
    const uint32_t all =
        build.machine(many, MachineKind::Main, "Many", {build.text}, [](Context* c, uint32_t state) {
          std::vector<Cell> ten;
          for (int i = 0; i < 10; ++i) ten.push_back(number(i));
          if (state == 0) return park(c, 1, {c->frame[0]}, {list(c, ten), c->frame[0]});
          return finish(c, 0, record(c, {number(10)}));
        });
    const uint32_t each = build.machine(many, MachineKind::Element, "Many/each", {build.text, build.integer},
                                        [](Context* c, uint32_t state) {
                                          if (state == 0) return park(c, 1, {}, {record(c, {c->frame[0]})});
                                          return Exit::Done;
                                        });
    auto& loop =
        build.wait(all, WaitKind::ForEach, "each[n]", {build.text}, {build.list_of_integer, build.text});
    loop.branches = {{each, "each[n]", 1, 1}};
    loop.parallel = 2;
    loop.element = build.integer;
    build.wait(each, WaitKind::Ask, "each[n].units", {}, {inputs}, build.integer).target = 0;
  }

  abi::Advisor& advisor() { return build->advisors.front(); }

  void open() {
    world.emplace(build.program(), [this](const CallRequest& request) {
      asked.push_back(request);
      return script.empty() ? std::nullopt : script[std::min(asked.size(), script.size()) - 1];
    });
    world->open();
  }
  uint64_t start() {
    if (!world) open();
    const uint64_t id = world->start("Advise", "AC-100")["id"];
    world->run();
    return id;
  }

  CallResult answers(int64_t units, AdvisorSays says = {.model = "uplift", .version = "3"}) {
    abi::Arena arena;
    CallResult result{.kind = Kind::Ok,
                      .value = abi::pack_value(build->types, build.integer, arena, number(units), nullptr)};
    result.says = std::move(says);
    return result;
  }
  static CallResult fails(Kind kind, std::string message = "busy") {
    return {.kind = kind, .message = std::move(message)};
  }

  std::string units() {
    const Json shown = world->show("Advise", "AC-100");
    return shown.contains("outcome") ? shown["outcome"]["value"]["units"].dump()
                                     : shown["status"].get<std::string>();
  }
  Json told(uint64_t id) {
    const auto entries = world->history(id, "advice");
    REQUIRE(entries.size() == 1);
    return entries.front();
  }
};

}  // namespace

TEST_CASE("a good answer is used, and the history says whose it is") {
  Advised advised;
  advised.script = {
      advised.answers(40, {.model = "uplift", .version = "3", .confidence = "0.875", .age_seconds = 60})};
  const uint64_t id = advised.start();
  CHECK(advised.units() == "40");
  const Json told = advised.told(id);
  CHECK(told["path"] == "units");
  CHECK(told["advisor"] == "UpliftModel");
  CHECK(told["outcome"] == "answered");
  CHECK(told["model"] == "uplift");
  CHECK(told["version"] == "3");
  CHECK(told["confidence"] == "0.875");
  CHECK(told["ageSeconds"] == 60);
  CHECK(told["attempt"] == 1);
  CHECK(told["took"] == "0 s");
  CHECK(told["inputHash"].get<std::string>().size() == 64);
  CHECK_FALSE(told.contains("because"));
  REQUIRE(advised.asked.size() == 1);
  CHECK(advised.asked[0].input_hash == told["inputHash"]);
  CHECK(advised.asked[0].timeout == 30 * kSecond);
  CHECK(advised.asked[0].key.size() == 32);
}

TEST_CASE("an answer that can't be used gives the alternative, at once") {
  for (const Kind kind : {Kind::Invalid, Kind::Rejected, Kind::Ambiguous}) {
    CAPTURE(static_cast<int>(kind));
    Advised advised;
    advised.script = {Advised::fails(kind, "output: is missing")};
    const uint64_t id = advised.start();
    CHECK(advised.units() == "-1");
    CHECK(advised.asked.size() == 1);
    CHECK(advised.told(id)["outcome"] == "alternative");
    CHECK(advised.told(id)["because"] ==
          (kind == Kind::Ambiguous ? "no answer within 30 s" : "no valid answer: output: is missing"));
  }
}

TEST_CASE("a model that is less sure than it must be does not count") {
  Advised advised;
  advised.advisor().confidence = 625'000;
  std::string because;
  const auto with = [&](const std::string& confidence) {
    Advised one;
    one.advisor().confidence = 625'000;
    one.script = {one.answers(40, {.model = "uplift", .version = "3", .confidence = confidence})};
    const uint64_t id = one.start();
    because = one.told(id).value("because", "");
    return one.units();
  };
  CHECK(with("0.625") == "40");
  CHECK(with("1") == "40");
  CHECK(with("0.6249999999999999999999") == "-1");
  CHECK(because == "its confidence 0.6249999999999999999999 is below 62.5%");
  CHECK(with("") == "-1");
  CHECK(because == "it does not say how sure it is");
}

TEST_CASE("an answer older than it may be does not count") {
  std::string because;
  const auto aged = [&](std::optional<int64_t> seconds) {
    Advised one;
    one.advisor().fresh = kDay;
    one.script = {one.answers(40, {.model = "uplift", .version = "3", .age_seconds = seconds})};
    const uint64_t id = one.start();
    because = one.told(id).value("because", "");
    return one.units();
  };
  CHECK(aged(86'400) == "40");
  CHECK(aged(86'401) == "-1");
  CHECK(because == "its answer is 1 day 1 s old");
  CHECK(aged(std::nullopt) == "-1");
  CHECK(because == "it does not say how old its answer is");
}

TEST_CASE("a model that is away is asked three times within its timeout") {
  Advised advised;
  advised.script = {Advised::fails(Kind::Unavailable)};
  const uint64_t id = advised.start();
  CHECK(advised.units() == "running");
  advised.world->run_to(advised.world->now + 30 * kSecond);
  CHECK(advised.units() == "-1");
  CHECK(advised.asked.size() == 3);
  CHECK(advised.told(id)["because"] == "unavailable: busy");
  CHECK(advised.asked[0].key == advised.asked[2].key);
  CHECK(advised.asked[2].timeout < advised.asked[1].timeout);  // what is left of the same 30 s
}

TEST_CASE("a model that comes back in time is listened to") {
  Advised advised;
  advised.script = {Advised::fails(Kind::Unavailable), Advised::fails(Kind::Unavailable),
                    advised.answers(40)};
  advised.start();
  advised.world->run_to(advised.world->now + 30 * kSecond);
  CHECK(advised.units() == "40");
}

TEST_CASE("a model that wants to be asked later than its timeout is not waited for") {
  Advised advised;
  CallResult later = Advised::fails(Kind::Unavailable);
  later.retry_after = kHour;
  advised.script = {later};
  const uint64_t id = advised.start();
  const Instant began = advised.world->now;
  advised.world->run_out();
  CHECK(advised.world->now == began + 30 * kSecond);
  CHECK(advised.units() == "-1");
  CHECK(advised.told(id)["because"] == "no answer within 30 s: busy");
}

TEST_CASE("silence ends with the timeout, and what comes after that changes nothing") {
  Advised advised;
  const uint64_t id = advised.start();
  const Instant began = advised.world->now;
  advised.world->run_to(began + 30 * kSecond - 1);
  CHECK(advised.units() == "running");
  CHECK(advised.world->show("Advise", "AC-100")["waits"][0]["waitsFor"] == "ask");
  advised.world->run_to(began + 30 * kSecond);
  CHECK(advised.units() == "-1");
  CHECK(advised.told(id)["because"] == "no answer within 30 s");
  CHECK(advised.told(id)["took"] == "30 s");
  advised.world->answer(advised.asked[0].call, advised.answers(40));
  advised.world->run();
  CHECK(advised.units() == "-1");
  CHECK(advised.world->history(id, "advice").size() == 1);
}

TEST_CASE("an advisor that is switched off is not asked") {
  Advised advised;
  advised.script = {advised.answers(40)};
  advised.open();
  advised.world->options.advisors_off["UpliftModel"] = "it is switched off";
  advised.world->crash();
  const uint64_t id = advised.start();
  CHECK(advised.units() == "-1");
  CHECK(advised.asked.empty());
  CHECK(advised.told(id)["because"] == "it is switched off");
  CHECK(advised.told(id)["attempt"] == 0);
}

TEST_CASE("after a crash a question is asked again, for as long as it has") {
  Advised advised;
  const uint64_t id = advised.start();
  const Instant began = advised.world->now;
  advised.world->run_to(began + 10 * kSecond);
  advised.world->crash();
  advised.world->run();
  REQUIRE(advised.asked.size() == 2);
  CHECK(advised.asked[1].timeout == 20 * kSecond);
  CHECK(advised.asked[1].key == advised.asked[0].key);
  advised.world->answer(advised.asked[1].call, advised.answers(40));
  advised.world->run();
  CHECK(advised.units() == "40");
  CHECK(advised.world->history(id, "advice").size() == 1);
}

TEST_CASE("a question that a crash outlived ends with its alternative") {
  Advised advised;
  advised.start();
  advised.world->now += kHour;
  advised.world->crash();
  advised.world->run();
  CHECK(advised.units() == "-1");
  CHECK(advised.asked.size() == 1);
}

TEST_CASE("parallel limits questions in flight, and one that waits for its turn loses no time") {
  Advised advised;
  advised.open();
  advised.world->start("Many", "AC-100");
  advised.world->run();
  CHECK(advised.asked.size() == 2);
  advised.world->run_to(advised.world->now + 30 * kSecond);
  REQUIRE(advised.asked.size() == 4);
  CHECK(advised.asked[3].timeout == 30 * kSecond);
  advised.world->run_out();
  CHECK(advised.asked.size() == 10);
  CHECK(advised.world->status("Many", "AC-100") == "finished");
}

TEST_CASE("equal questions have equal hashes, others have others") {
  Advised advised;
  advised.script = {advised.answers(40)};
  advised.start();
  for (const char* id : {"AC-100", "AC-200"}) {
    advised.world->start("Advise", id);
    advised.world->run();
  }
  REQUIRE(advised.asked.size() == 3);
  CHECK(advised.asked[0].input_hash == advised.asked[1].input_hash);
  CHECK(advised.asked[0].input_hash != advised.asked[2].input_hash);
  CHECK(advised.asked[0].key != advised.asked[1].key);
}
