// Making calls in a test and waiting for their results.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "runtime/connect/odata.h"
#include "tests/unit/runtime/connect/program.h"

namespace endcap::test {

struct Caller {
  Sample sample;
  std::unique_ptr<Connector> connector;
  Instant now = 1'796'083'200'000'000;
  Duration timeout = 5 * kSecond;
  Duration turn_within = 0;

  explicit Caller(std::vector<ODataSystem> systems) : connector(make_odata_connector(std::move(systems))) {}
  explicit Caller(const std::string& erp, const std::string& shop = "http://127.0.0.1:1/shop")
      : Caller(std::vector<ODataSystem>{
            {.name = "erp", .url = erp, .user = "endcap", .password = "sandbox", .protocol = "odata-v2"},
            {.name = "shop", .url = shop, .protocol = "odata-v4"}}) {}

  std::future<CallResult> start(CallRequest::What what, uint32_t target, std::string payload,
                                std::string key = "key-1") {
    CallRequest request;
    request.call = ++calls_;
    request.program = sample.program.get();
    request.what = what;
    request.target = target;
    request.payload = std::move(payload);
    request.key = std::move(key);
    request.timeout = timeout;
    request.turn_within = turn_within;
    request.now = now;
    auto promise = std::make_shared<std::promise<CallResult>>();
    uint64_t number = request.call;
    connector->start(std::move(request), [promise, number](uint64_t call, CallResult result) {
      if (call == number) promise->set_value(std::move(result));
    });
    return promise->get_future();
  }
  CallResult call(CallRequest::What what, uint32_t target, std::string payload, std::string key = "key-1") {
    auto result = start(what, target, std::move(payload), std::move(key));
    if (result.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
      return {.message = "NO RESULT IN 20 s"};
    return result.get();
  }
  CallResult operate(uint32_t target, std::string payload, std::string key = "key-1") {
    return call(CallRequest::What::Operation, target, std::move(payload), std::move(key));
  }
  CallResult activate(const std::string& plant = "1001", std::string key = "key-1") {
    return operate(kActivate, sample.condition_of(plant), std::move(key));
  }
  CallResult promotion(const std::string& id = "P-1") {
    return call(CallRequest::What::View, kPromotion, sample.key({id}));
  }
  CallResult stores(const std::string& id = "P-1") {
    return call(CallRequest::What::Navigation, kStores, sample.key({id}));
  }

 private:
  uint64_t calls_ = 0;
};

inline std::string name(CallResult::Kind kind) {
  constexpr const char* kNames[] = {"Ok",        "Rejected", "Invalid", "Unavailable",
                                    "Ambiguous", "NotDone",  "NotSent"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace endcap::test
