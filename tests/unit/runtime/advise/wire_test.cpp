// What a model answers is checked where it comes in, against the type that its advisor declares.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "runtime/advise/wire.h"
#include "tests/unit/runtime/advise/question.h"

namespace endcap::test {
namespace {

using Kind = CallResult::Kind;

CallResult read(const std::string& body) {
  const Question question;
  return advise::read_answer(question.request(), body);
}

// An answer with this output, from a model that says what it must.
CallResult read_output(const std::string& output) {
  return read(R"({"model": "uplift", "version": "3", "output": )" + output + "}");
}

void refuses(const CallResult& result, const std::string& message) {
  CHECK(result.kind == Kind::Invalid);
  CHECK(result.message == message);
}

}  // namespace

TEST_CASE("a question carries its inputs as the advisor declares them, and what names it") {
  const Question question;
  const auto json = nlohmann::json::parse(advise::question(question.request()));
  CHECK(json == nlohmann::json::parse(R"({
    "advisor": "UpliftModel", "inputs": {"article": "AC-100", "share": "0.25"}, "input_hash": "c0ffee",
    "request_id": "key-1", "attempt": 1, "now": "2026-12-01T00:00:00Z"})"));
}

TEST_CASE("a number is taken with the digits it was written with, as text or as a number") {
  const Question question;
  for (const char* amount : {R"("40.125")", "40.125", "4.0125E1"}) {
    CAPTURE(amount);
    const CallResult result = read_output(std::string(R"([{"store": "1001", "units": {"amount": )") + amount +
                                          R"(, "unit": "ea"}}])");
    REQUIRE(result.kind == Kind::Ok);
    CHECK(nlohmann::json::parse(question.output(result)).at(0).at("units").at("amount") == "40.125");
  }
  refuses(read_output(R"([{"store": "1001", "units": {"amount": 0.1234, "unit": "ea"}}])"),
          "output: [0].units.amount: '0.1234' has more than 3 decimal places");
}

TEST_CASE("an answer that does not fit its type is invalid, and the message says where") {
  refuses(read_output(R"([{"store": "10012", "units": {"amount": "1", "unit": "ea"}}])"),
          "output: [0].store: text longer than 4");
  refuses(read_output(R"([{"units": {"amount": "1", "unit": "ea"}}])"), "output: [0].store: is missing");
  refuses(read_output(R"([{"store": "1", "units": {"amount": "1", "unit": "kg"}}])"),
          "output: [0].units.unit: expected ea");
  refuses(read_output(R"([{"store": "1", "units": {"amount": "1", "unit": "ea"}, "shop": 1}])"),
          "output: [0].shop: there is no such field in Forecast");
  refuses(read_output(R"([{"store": 10.5, "units": {"amount": "1", "unit": "ea"}}])"),
          "output: [0].store: expected text");
  refuses(read_output(R"([{"store": "1", "units": 1.5}])"),
          R"(output: [0].units: expected {"amount": "1.00", "unit": "ea"})");
  refuses(read_output("{}"), "output: the value: expected a list");
  refuses(read(R"({"model": "uplift", "version": "3"})"), "output: is missing");
}

TEST_CASE("a model says which it is") {
  const CallResult result =
      read(R"({"model": "uplift", "version": "3", "confidence": 0.875, "age_seconds": 60, "output": []})");
  REQUIRE(result.kind == Kind::Ok);
  CHECK(result.says.model == "uplift");
  CHECK(result.says.version == "3");
  CHECK(result.says.confidence == "0.875");
  CHECK(result.says.age_seconds == 60);
  refuses(read(R"({"version": "3", "output": []})"), "model: expected text of 1 to 200 bytes");
  refuses(read(R"({"model": "u", "version": 3, "output": []})"), "version: expected text of 1 to 200 bytes");
  refuses(read(R"({"model": "u", "version": "3", "confidence": 1.01, "output": []})"),
          "confidence: expected a decimal from 0 to 1");
  refuses(read(R"({"model": "u", "version": "3", "confidence": -0.5, "output": []})"),
          "confidence: expected a decimal from 0 to 1");
  refuses(read(R"({"model": "u", "version": "3", "age_seconds": -1, "output": []})"),
          "age_seconds: expected a whole number of seconds");
  refuses(read(R"({"model": "u", "version": "3", "score": 1, "output": []})"),
          "score: there is no such field in an answer");
}

TEST_CASE("a body that is no answer is invalid, however it is made") {
  refuses(read("<html>"), "not JSON from byte 1 on");
  refuses(read("[]"), "expected an object");
  refuses(read(std::string(100'000, '[')), "nested too deep");
  refuses(read_output("[" + std::string(1000, '[')), "nested too deep");
}

}  // namespace endcap::test
