// Tokens, ETags, limits, the breaker: what the connector does by itself, and what it never does twice.
#include <doctest/doctest.h>

#include <atomic>

#include "runtime/connect/gate.h"
#include "tests/unit/runtime/connect/calling.h"
#include "tests/unit/runtime/connect/server.h"

using namespace endcap;
using namespace endcap::test;

namespace {

size_t count(const ScriptedServer& server, const std::string& part) {
  size_t found = 0;
  for (const auto& request : server.requests()) found += has(request, part);
  return found;
}

Script required() { return answer(403, "CSRF token validation failed", "X-CSRF-Token: Required\r\n"); }

std::string publish(const Caller& caller) {
  abi::Arena arena;
  std::vector<Cell> cells = {Cell{arena.put_text("AC-100")}, Cell{arena.put_text("P-1")}, Cell{129900},
                             Cell{arena.put_text("live")}};
  abi::Reference at = arena.allocate(static_cast<uint32_t>(cells.size() * sizeof(Cell)));
  std::copy(cells.begin(), cells.end(), arena.cells(at));
  return abi::pack_value(caller.sample.program->types, caller.sample.types.publish, arena, Cell{at}, nullptr);
}

}  // namespace

TEST_CASE("one token serves all writes, with the cookie it came with") {
  ScriptedServer server([](const std::string& request) {
    if (has(request, "Fetch"))
      return answer(200, "{}", "X-CSRF-Token: t1\r\nSet-Cookie: session=s1; path=/\r\n");
    return has(request, "X-CSRF-Token: t1") && has(request, "Cookie: session=s1") ? answer(201, "{\"d\":{}}")
                                                                                  : required();
  });
  Caller erp(server.url());
  std::vector<std::future<CallResult>> results;
  for (int i = 0; i < 20; ++i)
    results.push_back(erp.start(CallRequest::What::Operation, kActivate, erp.sample.condition_of("1001")));
  for (auto& result : results) CHECK(name(result.get().kind) == "Ok");
  CHECK(count(server, "Fetch") == 1);
  CHECK(count(server, "POST ") == 20);
}

TEST_CASE("a stale token is fetched again, and the refused write sent once more") {
  std::atomic<int> token{1};
  ScriptedServer server([&](const std::string& request) {
    std::string current = "t" + std::to_string(token.load());
    if (has(request, "Fetch")) return answer(200, "{}", "X-CSRF-Token: " + current + "\r\n");
    return has(request, "X-CSRF-Token: " + current) ? answer(201, "{\"d\":{}}") : required();
  });
  Caller erp(server.url());
  CHECK(name(erp.activate().kind) == "Ok");
  token = 2;
  CHECK(name(erp.activate().kind) == "Ok");
  CHECK(count(server, "Fetch") == 2);
}

TEST_CASE("a service that never accepts its own token is refused, not hammered") {
  ScriptedServer server([](const std::string& request) {
    return has(request, "Fetch") ? answer(200, "{}", "X-CSRF-Token: t1\r\n") : required();
  });
  Caller erp(server.url());
  CHECK(name(erp.activate().kind) == "Invalid");
  CHECK(count(server, "POST ") == 2);
}

TEST_CASE("an update sends the ETag it read, and reads it once more when somebody was faster") {
  std::atomic<int> version{5}, lost{1};
  ScriptedServer server([&](const std::string& request) {
    std::string etag = "W/\"" + std::to_string(version.load()) + "\"";
    if (has(request, "Fetch")) return answer(200, "{}");
    if (has(request, "GET ")) return answer(200, R"({"sku":"AC-100"})", "ETag: " + etag + "\r\n");
    if (lost.fetch_sub(1) > 0) {
      ++version;
      return answer(412, R"({"error":{"code":"PreconditionFailed","message":"changed"}})");
    }
    return has(request, "If-Match: " + etag) ? answer(204, "") : answer(428, "{}");
  });
  Caller shop("http://127.0.0.1:1/erp", server.url("/shop"));
  CHECK(name(shop.operate(kPublish, publish(shop)).kind) == "Ok");
  CHECK(count(server, "PATCH /shop/Listings('AC-100') ") == 2);
  CHECK(has(server.requests().back(), R"("price":"1299.00")"));
  CHECK(has(server.requests().back(), R"("currency":"AUD")"));
  CHECK_FALSE(has(server.requests().back(), R"("sku")"));

  lost = 2;
  auto result = shop.operate(kPublish, publish(shop));
  CHECK(name(result.kind) == "Invalid");
  CHECK(has(result.message, "PreconditionFailed"));
}

TEST_CASE("an update of what is not there was not done") {
  ScriptedServer server([](const std::string& request) {
    return has(request, "Fetch") ? answer(200, "{}") : answer(500, "boom");
  });
  Caller shop("http://127.0.0.1:1/erp", server.url("/shop"));
  CHECK(name(shop.operate(kPublish, publish(shop)).kind) ==
        "Unavailable");  // reading the ETag failed: nothing was sent
  CHECK(count(server, "PATCH") == 0);
}

TEST_CASE("asked whether a key took effect, a system says yes or no") {
  std::atomic<bool> there{false};
  ScriptedServer server([&](const std::string&) {
    return answer(200, there ? R"({"d":{"results":[{"ConditionRecord":"1"}]}})" : R"({"d":{"results":[]}})");
  });
  Caller erp(server.url());
  auto ask = [&] {
    return name(
        erp.call(CallRequest::What::Ask, kActivateAsked, erp.sample.condition_of("1001"), "key-9").kind);
  };
  CHECK(ask() == "NotDone");
  there = true;
  CHECK(ask() == "Ok");
  CHECK(has(server.requests()[0], "$filter=ConditionReference%20eq%20'key-9'"));
}

TEST_CASE("a write that must not be sent twice is not sent again over a connection that died") {
  // The first answer keeps the connection open; the second request on it finds it closed. libcurl alone would
  // send it again.
  for (uint32_t operation : {kActivateUnsafe, kActivateAsked}) {
    std::atomic<int> posts{0};
    ScriptedServer server([&](const std::string& request) {
      if (has(request, "Fetch")) return answer(200, "{}");
      return ++posts == 1 ? answer(201, "{\"d\":{}}") : Script{};
    });
    Caller erp(server.url());
    CHECK(name(erp.operate(operation, erp.sample.condition_of("1001")).kind) == "Ok");
    CHECK(name(erp.operate(operation, erp.sample.condition_of("1001")).kind) == "Ambiguous");
    CHECK(posts == 2);
  }
}

TEST_CASE("an operation keeps to its rate") {
  ScriptedServer server([](const std::string& request) {
    return has(request, "Fetch") ? answer(200, "{}") : answer(201, "{\"d\":{}}");
  });
  Caller erp(server.url());
  auto& operation = erp.sample.program->operations[kActivate];
  operation.limit_count = 5;
  operation.limit_period = kSecond / 5;
  auto started = std::chrono::steady_clock::now();
  std::vector<std::future<CallResult>> results;
  for (int i = 0; i < 16; ++i)
    results.push_back(erp.start(CallRequest::What::Operation, kActivate, erp.sample.condition_of("1001")));
  for (auto& result : results) CHECK(name(result.get().kind) == "Ok");
  CHECK(std::chrono::steady_clock::now() - started >=
        std::chrono::milliseconds(600));  // 16 calls: three full windows pass
}

TEST_CASE("what its limit lets leave too late comes back unsent, and its sender looks again") {
  std::atomic<int> written{0};
  ScriptedServer server([&](const std::string& request) {
    if (has(request, "Fetch")) return answer(200, "{}");
    ++written;
    return answer(201, "{\"d\":{}}");
  });
  Caller erp(server.url());
  auto& operation = erp.sample.program->operations[kActivate];
  operation.limit_count = 1;
  operation.limit_period = kSecond / 2;
  erp.turn_within = kSecond / 10;
  auto first = erp.start(CallRequest::What::Operation, kActivate, erp.sample.condition_of("1001"));
  auto second = erp.start(CallRequest::What::Operation, kActivate, erp.sample.condition_of("1002"));
  CHECK(name(first.get().kind) == "Ok");
  CHECK(name(second.get().kind) == "NotSent");
  CHECK(written == 1);
}

TEST_CASE("never more than the limit in any window") {
  connect::RateLimit limit(3, kSecond);
  auto now = connect::Clock::now();
  for (int i = 0; i < 3; ++i) {
    CHECK(limit.next(now) == now);
    limit.take(now);
    now += std::chrono::milliseconds(100);
  }
  CHECK(limit.next(now) - now == std::chrono::milliseconds(700));
}

TEST_CASE("a breaker opens, tries one, and stays away longer each time") {
  connect::Breaker breaker(2, kSecond, 3 * kSecond);
  auto now = connect::Clock::now();
  auto pass = [&](int ms) { now += std::chrono::milliseconds(ms); };
  CHECK(breaker.closed_for(now) == 0);
  breaker.failed(now);
  CHECK(breaker.closed_for(now) == 0);
  breaker.failed(now);
  CHECK(breaker.closed_for(now) == kSecond);
  pass(1000);
  CHECK(breaker.closed_for(now) == 0);  // the probe
  CHECK(breaker.closed_for(now) > 0);   // and nobody else meanwhile
  breaker.failed(now);
  CHECK(breaker.closed_for(now) == 2 * kSecond);
  pass(2000);
  CHECK(breaker.closed_for(now) == 0);
  breaker.failed(now);
  CHECK(breaker.closed_for(now) == 3 * kSecond);
  pass(3000);
  CHECK(breaker.closed_for(now) == 0);
  breaker.answered();
  CHECK(breaker.closed_for(now) == 0);
}

TEST_CASE("a system that stays away is left alone, and tried again later") {
  std::atomic<bool> away{true};
  ScriptedServer server([&](const std::string&) {
    return away ? answer(500, "boom") : answer(200, R"({"d":{"results":[]}})");
  });
  Caller erp(std::vector<ODataSystem>{
      {.name = "erp", .url = server.url(), .breaker_failures = 3, .breaker_open = kSecond / 5}});
  for (int i = 0; i < 3; ++i) CHECK(name(erp.stores().kind) == "Unavailable");
  size_t asked = server.requests().size();
  auto refused = erp.stores();
  CHECK(name(refused.kind) == "Unavailable");
  CHECK(refused.retry_after > 0);
  CHECK(server.requests().size() == asked);
  away = false;
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  CHECK(name(erp.stores().kind) == "Ok");
}
