// An advisor, and asking it in a test.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "runtime/abi/value_json.h"
#include "runtime/advise/advisors.h"
#include "tests/unit/runtime/connect/server.h"

namespace endcap::test {

// advisor UpliftModel(article: Text(18), share: Decimal) -> list of Forecast { ... }
// record Forecast { store: Text(4), units: Qty<ea>, note: optional Text(10) }
struct Question {
  std::shared_ptr<abi::Program> program = std::make_shared<abi::Program>();
  abi::Advisor* advisor = nullptr;

  Question() {
    const auto type = [&](abi::Type one) {
      program->types.push_back(std::move(one));
      return static_cast<abi::TypeId>(program->types.size() - 1);
    };
    const auto article = type({.kind = abi::Kind::Text, .max_length = 18});
    const auto share = type({.kind = abi::Kind::Decimal, .scale = 2});
    const auto store = type({.kind = abi::Kind::Text, .max_length = 4});
    const auto units = type({.kind = abi::Kind::Quantity, .scale = 3, .name = "ea"});
    const auto note = type({.kind = abi::Kind::Text, .max_length = 10});
    const auto no_note = type({.kind = abi::Kind::Optional, .element = note});
    const auto inputs =
        type({.kind = abi::Kind::Record,
              .name = "UpliftModel",
              .fields = {{.name = "article", .type = article}, {.name = "share", .type = share}}});
    const auto forecast = type({.kind = abi::Kind::Record,
                                .name = "Forecast",
                                .fields = {{.name = "store", .type = store},
                                           {.name = "units", .type = units},
                                           {.name = "note", .type = no_note}}});
    const auto forecasts = type({.kind = abi::Kind::List, .element = forecast});
    program->advisors.push_back(
        {.name = "UpliftModel", .inputs = inputs, .output = forecasts, .timeout = 30 * kSecond});
    advisor = &program->advisors.back();
  }

  CallRequest request(const std::string& inputs = R"({"article": "AC-100", "share": "0.25"})") const {
    abi::Arena arena;
    const auto cell = abi::value_from_json(program->types, advisor->inputs, inputs, arena);
    CallRequest request;
    request.call = 7;
    request.program = program.get();
    request.what = CallRequest::What::Advisor;
    request.payload = abi::pack_value(program->types, advisor->inputs, arena, cell.value(), nullptr);
    request.payload_type = advisor->inputs;
    request.input_hash = "c0ffee";
    request.key = "key-1";
    request.timeout = 5 * kSecond;
    request.now = 1'796'083'200'000'000;
    return request;
  }

  std::string output(const CallResult& result) const {
    return result.value.empty() ? "" : abi::packed_to_json(program->types, advisor->output, result.value);
  }
};

inline CallResult ask(Connector& connector, CallRequest request) {
  auto promise = std::make_shared<std::promise<CallResult>>();
  auto result = promise->get_future();
  connector.start(std::move(request),
                  [promise](uint64_t, CallResult got) { promise->set_value(std::move(got)); });
  if (result.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
    return {.message = "NO RESULT IN 20 s"};
  return result.get();
}

}  // namespace endcap::test
