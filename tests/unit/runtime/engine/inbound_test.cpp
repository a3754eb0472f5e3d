// Calls of partners: done once by their key, for what the partner answers for, whatever happens in between.
#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

using What = abi::Interface::Operation::What;

constexpr Instant kGone = kDay;  // after kMonday

// cancel(id, seller) sends PromotionCancelled(id); begin(id, seller) starts Hear(id); the old version goes.
abi::Interface offers(Retail& retail, uint32_t version) {
  const abi::Program& program = *retail.program();
  const abi::TypeId parameters =
      retail.build.record("parameters", {{"id", retail.build.text}, {"seller", retail.build.text}});
  const auto hear = static_cast<uint32_t>(program.find_workflow("Hear") - program.workflows.data());
  abi::Interface interface;
  interface.name = "Offers";
  interface.version = version;
  interface.quota_count = 10;
  interface.quota_period = kHour;
  interface.operations = {{"cancel", parameters, 1, What::Sends, 0, {{0, {}}}},
                          {"begin", parameters, 1, What::Starts, hear, {{0, {}}}},
                          {"endAll", parameters, 1, What::Sends, 0, {{{}, R"("P-1")"}}}};
  return interface;
}

struct Market : Shop {
  Market() {
    auto& program = *retail.program();
    program.partners = {{"Market", retail.build.text}, {"Carrier", retail.build.text}};
    program.interfaces = {offers(retail, 1), offers(retail, 2)};
    program.interfaces[0].deprecated = kMonday;
    program.interfaces[0].until = kMonday + kGone;
    world.options.partners = {{"Market", {{"acme", {"ACME"}}, {"bolt", {"BOLT", "ACME"}}}},
                              {"Carrier", {{"acme", {"*"}}}}};
    world.crash();
    world.run();
  }

  struct Call {
    std::string operation = "cancel", key = "k-1";
    std::string id = "P-1", seller = "ACME", partner = "acme", kind = "Market";
    uint32_t version = 2;
    std::string body = {};
  };
  // Nothing when the process ended before it answered.
  std::optional<Json> ask(const Call& call) {
    const auto answered = std::make_shared<std::optional<Json>>();
    const std::string body =
        call.body.empty() ? Json{{"id", call.id}, {"seller", call.seller}}.dump() : call.body;
    const uint64_t lives = world.crashes;
    world.engine().show_as_of(world.now);
    world.engine().inbound({"Offers", call.version, call.operation, call.kind, call.partner, call.key, body,
                            [answered](std::expected<std::string, Refusal> result) {
                              if (result) {
                                *answered = Json::parse(*result);
                              } else {
                                *answered = Json{{"refused", static_cast<int>(result.error().kind)},
                                                 {"message", result.error().message}};
                              }
                            }});
    for (int i = 0; i < 50 && !*answered && world.crashes == lives; ++i) world.tick();
    return *answered;
  }
  Json call(const Call& call) { return ask(call).value_or(Json{{"refused", "silent"}}); }
  void is_refused(const Call& asked, Refusal::Kind kind, const std::string& part) {
    const Json answer = call(asked);
    CHECK(answer.value("refused", -1) == static_cast<int>(kind));
    CHECK_MESSAGE(answer.value("message", "").find(part) != std::string::npos, answer.dump());
  }
  size_t started() { return world.list({{"workflow", "Hear"}})["instances"].size(); }
};

const Json kTaken = {{"accepted", true}, {"duplicate", false}};
const Json kTwice = {{"accepted", true}, {"duplicate", true}};

}  // namespace

TEST_CASE("what a partner sends is an event, and history says whose") {
  Market shop;
  const uint64_t id = shop.world.start("Hear", "P-1")["id"];
  CHECK(shop.call({}) == kTaken);
  shop.world.run();
  CHECK(shop.world.status("Hear", "P-1") != "running");
  const Json heard = shop.world.history(id, "heard").at(0);
  CHECK(heard["by"] == Json{{"partner", "acme"}, {"call", "Offers/2/cancel"}});
  CHECK(heard["source"] == "partner:Market/acme");
  CHECK(heard["id"] == "k-1");
  CHECK(shop.call({.operation = "endAll", .key = "k-2"}) == kTaken);  // what is written down
}

TEST_CASE("a call is done once by its key, and the key is that call's alone") {
  Market shop;
  CHECK(shop.call({}) == kTaken);
  CHECK(shop.call({}) == kTwice);
  shop.world.crash();
  CHECK(shop.call({}) == kTwice);
  const auto used = [&](const Market::Call& other) {
    shop.is_refused(other, Refusal::Kind::Conflict, "was used for another call");
  };
  used({.id = "P-2"});
  used({.version = 1});
  used({.operation = "begin"});
  CHECK(shop.call({.partner = "bolt"}) == kTaken);
  CHECK(shop.call({.key = "k-2"}) == kTaken);
}

TEST_CASE("nothing of the other API meets a partner's keys") {
  Market shop;
  const auto event = [&](const std::string& source, const std::string& id) {
    std::optional<Json> answer;
    shop.world.engine().event({source, id, "retail.cancelled", R"({"id": "P-1"})",
                               [&](auto result) { answer = Json::parse(result.value()); }});
    for (int i = 0; i < 50 && !answer; ++i) shop.world.tick();
    return answer.value();
  };
  CHECK(event("partner:Market/acme", "k-1") == kTaken);
  CHECK(shop.call({}) == kTaken);
  CHECK(event("partner:Market/acme", "k-1") == kTwice);
  const std::string request = std::string("Market") + '\0' + "acme" + '\0' + "k-3";
  shop.world.start("Hear", "P-3", request);
  shop.cancel("P-3");
  CHECK(shop.call({.operation = "begin", .key = "k-3", .id = "P-3"}) ==
        Json{{"accepted", true}, {"key", "P-3"}});
  CHECK(shop.world.status("Hear", "P-3") == "running");  // another one, and not the first one again
}

TEST_CASE("a partner starts a workflow once, and is told nothing of what is not its own") {
  Market shop;
  const Json started = {{"accepted", true}, {"key", "P-1"}};
  CHECK(shop.call({.operation = "begin"}) == started);
  CHECK(shop.call({.operation = "begin"}) == started);
  CHECK(shop.started() == 1);
  const Json entry = shop.world.history(shop.world.show("Hear", "P-1")["id"], "started").at(0);
  CHECK(entry["by"] == Json{{"partner", "acme"}, {"call", "Offers/2/begin"}});
  const Json again = shop.call({.operation = "begin", .key = "k-2", .partner = "bolt"});
  CHECK(again["message"] == "\"P-1\" runs already");
  shop.is_refused({.operation = "begin", .id = "P-2"}, Refusal::Kind::Conflict, "was used for another call");
  CHECK(shop.started() == 1);
}

TEST_CASE("what does not fit, is not there or is not theirs is refused, and its key stays free") {
  Market shop;
  shop.is_refused({.seller = "BOLT"}, Refusal::Kind::Denied, "you do not answer for this `seller`");
  CHECK(shop.call({.key = "k-2", .seller = "BOLT", .partner = "bolt"}) == kTaken);
  shop.is_refused({.seller = "BOLT", .partner = "nobody"}, Refusal::Kind::Denied, "answer for");
  shop.is_refused({.kind = "Carrier"}, Refusal::Kind::Denied, "not for you");
  shop.is_refused({.version = 3}, Refusal::Kind::NotFound, "no interface Offers version 3");
  shop.is_refused({.operation = "open"}, Refusal::Kind::NotFound, "no operation \"open\"");
  shop.is_refused({.key = ""}, Refusal::Kind::Invalid, "Idempotency-Key");
  shop.is_refused({.key = std::string(201, 'k')}, Refusal::Kind::Invalid, "Idempotency-Key");
  shop.is_refused({.body = "{"}, Refusal::Kind::Invalid, "not JSON");
  shop.is_refused({.body = "[]"}, Refusal::Kind::Invalid, "object");
  shop.is_refused({.body = R"({"id": "P-1"})"}, Refusal::Kind::Invalid, "seller: is missing");
  shop.is_refused({.body = R"({"id": 1, "seller": "ACME"})"}, Refusal::Kind::Invalid, "id: expected text");
  shop.is_refused({.body = R"({"id": "P", "seller": "ACME", "all": 1})"}, Refusal::Kind::Invalid, "all");
  shop.is_refused({.body = std::string(100'000, '[')}, Refusal::Kind::Invalid, "nested");
  shop.is_refused({.operation = "begin", .id = ""}, Refusal::Kind::Invalid, "key");
  CHECK(shop.call({}) == kTaken);
}

TEST_CASE("an operation may take nothing, and a partner that is not narrowed answers for all") {
  Market shop;
  abi::Interface loads = offers(shop.retail, 1);
  loads.name = "Offers";
  loads.version = 3;
  loads.partner = 1;
  const abi::TypeId nothing = shop.retail.build.record("nothing", {});
  loads.operations = {{"stop", nothing, {}, What::Sends, 0, {{{}, R"("P-1")"}}}};
  shop.retail.program()->interfaces.push_back(loads);
  shop.world.crash();
  const Market::Call stop{
      .operation = "stop", .partner = "dhx", .kind = "Carrier", .version = 3, .body = "{}"};
  CHECK(shop.call(stop) == kTaken);
  CHECK(shop.call(stop) == kTwice);
}

TEST_CASE("a version is there until its day") {
  Market shop;
  CHECK(shop.call({.version = 1}) == kTaken);
  shop.world.run_to(kMonday + kGone);
  shop.is_refused({.key = "k-2", .version = 1}, Refusal::Kind::Gone, "is gone since 2026-11-24T00:00:00Z");
  CHECK(shop.call({.key = "k-2"}) == kTaken);
}

TEST_CASE("wherever the process ends, a call that is asked again is done once") {
  for (const char* operation : {"cancel", "begin"}) {
    for (int when = 0; when < 12; ++when) {
      CAPTURE(operation);
      CAPTURE(when);
      Market shop;
      const bool starts = std::string(operation) == "begin";
      const uint64_t hears = starts ? 0 : shop.world.start("Hear", "P-1")["id"].get<uint64_t>();
      shop.world.run();
      int syncs = 0;
      shop.world.crash_now = [&] { return syncs++ == when; };
      std::optional<Json> answer;
      for (int tries = 0; tries < 3 && !answer; ++tries) answer = shop.ask({.operation = operation});
      REQUIRE(answer);
      CHECK((*answer)["accepted"] == true);
      shop.world.run();
      if (starts) {
        CHECK(shop.started() == 1);
      } else {
        CHECK(shop.world.history(hears, "heard").size() == 1);
      }
    }
  }
}
