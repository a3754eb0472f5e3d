// CloudEvents as they come over HTTP.
#include "runtime/serve/cloud_events.h"

#include <doctest/doctest.h>

using namespace endcap;

namespace {

constexpr const char* kOne =
    R"({"specversion":"1.0","id":"e1","source":"erp","type":"t","data":{"price": 129.10, "n": 12345678901234567890.123}})";

HttpRequest post(std::string type, std::string body) {
  return {"POST", {"v1", "events"}, {}, {{"content-type", std::move(type)}}, std::move(body)};
}

unsigned refused(const HttpRequest& request, std::string_view part) {
  auto parsed = parse_cloud_events(request);
  REQUIRE_FALSE(parsed.has_value());
  CHECK_MESSAGE(parsed.error().body.find(part) != std::string::npos, parsed.error().body);
  return parsed.error().status;
}

}  // namespace

TEST_CASE("A structured event keeps its data exactly as it was written") {
  for (const char* type : {"application/cloudevents+json", "application/cloudevents+json; charset=utf-8",
                           "application/json", "Application/CloudEvents+JSON"}) {
    auto parsed = parse_cloud_events(post(type, kOne));
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->batch);
    REQUIRE(parsed->events.size() == 1);
    CHECK(parsed->events[0].id == "e1");
    CHECK(parsed->events[0].source == "erp");
    CHECK(parsed->events[0].type == "t");
    CHECK(parsed->events[0].data_json == R"({"price": 129.10, "n": 12345678901234567890.123})");
  }
}

TEST_CASE("An event without data has an empty object") {
  auto parsed = parse_cloud_events(
      post("application/cloudevents+json", R"({"specversion":"1.0","id":"e","source":"s","type":"t"})"));
  REQUIRE(parsed.has_value());
  CHECK(parsed->events[0].data_json == "{}");
}

TEST_CASE("A batch is a list, also of none") {
  auto parsed = parse_cloud_events(
      post("application/cloudevents-batch+json", std::string("[") + kOne + ",\n" + kOne + "]"));
  REQUIRE(parsed.has_value());
  CHECK(parsed->batch);
  CHECK(parsed->events.size() == 2);
  CHECK(parse_cloud_events(post("application/cloudevents-batch+json", "[]"))->events.empty());
}

TEST_CASE("Binary mode takes the attributes from the headers") {
  HttpRequest request = post("application/json", R"({"RetailPromotion":"P-2"})");
  request.headers["ce-specversion"] = "1.0";
  request.headers["ce-id"] = "e9";
  request.headers["ce-source"] = "shop";
  request.headers["ce-type"] = "t";
  auto parsed = parse_cloud_events(request);
  REQUIRE(parsed.has_value());
  CHECK(parsed->events[0].id == "e9");
  CHECK(parsed->events[0].data_json == R"({"RetailPromotion":"P-2"})");
  request.headers.erase("ce-source");
  CHECK(refused(request, "source is missing") == 400);
  request.headers["content-type"] = "text/plain";
  CHECK(refused(request, "must be JSON") == 415);
}

TEST_CASE("What is no CloudEvent is refused with what is wrong") {
  const char* type = "application/cloudevents+json";
  CHECK(refused(post(type, "not json"), "not JSON") == 400);
  CHECK(refused(post(type, "[1]"), "not a JSON object") == 400);
  CHECK(refused(post(type, "{}"), "specversion is missing") == 400);
  CHECK(refused(post(type, R"({"specversion":"0.3"})"), "use 1.0") == 400);
  CHECK(refused(post(type, R"({"specversion":"1.0","id":7,"source":"s","type":"t"})"),
                "id is not a string") == 400);
  CHECK(refused(post(type, R"({"specversion":"1.0","id":"","source":"s","type":"t"})"),
                "id is missing or empty") == 400);
  CHECK(refused(post(type, R"({"specversion":"1.0","id":"e","id":"f","source":"s","type":"t"})"), "twice") ==
        400);
  CHECK(refused(post(type, R"({"specversion":"1.0","id":"e","source":"s","type":"t","data_base64":"AA=="})"),
                "data_base64") == 400);
  CHECK(refused(post("text/xml", "<a/>"), "cloudevents") == 415);
  CHECK(refused(post("application/cloudevents-batch+json",
                     std::string("[") + kOne + R"(,{"specversion":"1.0"}])"),
                "Event 1 of the batch: id") == 400);
}

TEST_CASE("A batch that is too long is refused") {
  std::string body = "[";
  for (int i = 0; i <= 1000; ++i) body += (i == 0 ? "" : ",") + std::string("{}");
  CHECK(refused(post("application/cloudevents-batch+json", body + "]"), "1000") == 413);
}

TEST_CASE("Deeply nested JSON is refused or read, and crashes nothing") {
  std::string deep(5000, '[');
  deep += std::string(5000, ']');
  auto parsed = parse_cloud_events(
      post("application/cloudevents+json",
           R"({"specversion":"1.0","id":"e","source":"s","type":"t","data":)" + deep + "}"));
  if (!parsed) CHECK(parsed.error().status == 400);
}

TEST_CASE("An id that is not UTF-8 is refused: it would stand in the history") {
  HttpRequest request = post("application/json", "{}");
  request.headers["ce-specversion"] = "1.0";
  request.headers["ce-id"] = "\xff";
  request.headers["ce-source"] = "erp";
  request.headers["ce-type"] = "t";
  CHECK(refused(request, "id is not UTF-8") == 400);
  request.headers["ce-id"] = "\xc3\xbc";
  CHECK(parse_cloud_events(request).has_value());
}
