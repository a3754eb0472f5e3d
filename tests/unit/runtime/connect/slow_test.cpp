// A system that is slow, or says nothing at all, holds up nobody but those who wait for it.
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "tests/unit/runtime/connect/calling.h"
#include "tests/unit/runtime/connect/server.h"

using namespace endcap;
using namespace endcap::test;

TEST_CASE("calls of one system wait in its queue, and those of another go past") {
  ScriptedServer silent([](const std::string&) { return Script{{}, true}; });
  ScriptedServer lively([](const std::string&) { return answer(204, ""); });
  std::vector<std::future<CallResult>> waiting;
  Caller caller(std::vector<ODataSystem>{
      {.name = "erp", .url = silent.url(), .user = "endcap", .password = "sandbox", .in_flight_max = 2},
      {.name = "shop", .url = lively.url("/shop"), .protocol = "odata-v4"}});
  for (int i = 0; i < 50; ++i)
    waiting.push_back(
        caller.start(CallRequest::What::View, kPromotion, caller.sample.key({"P-" + std::to_string(i)})));
  for (int i = 0; i < 20; ++i) {
    const CallResult result = caller.operate(
        kRecount, caller.sample.pack(caller.sample.types.by_region, {"WA"}), "key-" + std::to_string(i));
    CHECK(name(result.kind) == "Ok");
  }
  CHECK(lively.requests().size() >= 20);
  CHECK(silent.requests().size() <= 2);
  for (auto& each : waiting) CHECK(each.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
}
