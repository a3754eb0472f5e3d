// What partners are answered: who they are, what is theirs, how often and until when.
#include "runtime/serve/partner_api.h"

#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "runtime/serve/openapi.h"
#include "tests/unit/runtime/serve/fake_engine.h"

using namespace endcap;
using namespace endcap::test;
using namespace std::chrono_literals;

namespace {

using What = abi::Interface::Operation::What;
using Json = nlohmann::json;

std::shared_ptr<abi::Program> offers() {
  auto program = std::make_shared<abi::Program>();
  program->types = {{.kind = abi::Kind::Text, .max_length = 10},
                    {.kind = abi::Kind::Money, .scale = 2, .name = "AUD", .least = 5},
                    {.kind = abi::Kind::Int, .least = 1, .most = 9},
                    {.kind = abi::Kind::Optional, .element = 2},
                    {.kind = abi::Kind::Enum, .name = "Side", .values = {"east", "west"}},
                    {.kind = abi::Kind::Record,
                     .name = "optIn",
                     .fields = {{"seller", 0}, {"price", 1}, {"pieces", 3}, {"side", 4}}}};
  program->partners = {{"Market", 0}, {"Carrier", abi::kNoType}};
  program->interfaces.resize(4);
  for (uint32_t i = 0; i < 4; ++i) {
    abi::Interface& interface = program->interfaces[i];
    interface.name = i < 3 ? "Offers" : "Loads";
    interface.version = i < 3 ? i + 1 : 1;
    interface.partner = i < 3 ? 0 : 1;
    interface.quota_count = 3;
    interface.quota_period = kHour;
    interface.operations = {{"optIn", 5, 0, What::Sends, 0, {}}, {"join", 5, 0, What::Starts, 0, {}}};
  }
  program->interfaces[0].deprecated = -kDay;  // the clock of these tests stands at 1970
  program->interfaces[0].until = 0;
  program->interfaces[1].deprecated = 0;
  program->interfaces[1].until = 10 * kDay;
  return program;
}

struct Desk {
  Desk() { shell.start(); }
  ~Desk() { shell.stop(); }

  HttpResponse ask(HttpRequest request) {
    auto answered = std::make_shared<std::promise<HttpResponse>>();
    auto answer = answered->get_future();
    api.handle(std::move(request), [answered](HttpResponse response) { answered->set_value(response); });
    REQUIRE(answer.wait_for(10s) == std::future_status::ready);
    return answer.get();
  }
  static HttpRequest call(const std::string& version = "3", const std::string& operation = "optIn",
                          const std::string& token = "acme's") {
    return {"POST",
            {"v1", "Offers", version, operation},
            {},
            {{"authorization", "Bearer " + token},
             {"idempotency-key", "k-1"},
             {"content-type", "application/json"}},
            R"({"seller": "ACME"})"};
  }
  std::string error(HttpRequest request, unsigned status) {
    const HttpResponse response = ask(std::move(request));
    CHECK(response.status == status);
    return Json::parse(response.body).at("error").at("message");
  }

  FakeEngine engine;
  FakeJournal journal;
  std::unique_ptr<Clock> clock = make_virtual_clock(0);
  std::vector<FakeConnector::Call> sent;
  Shell shell{engine, journal, *clock, std::make_unique<FakeConnector>(sent), {}};
  std::shared_ptr<PartnerCalls> calls = std::make_shared<PartnerCalls>();
  std::chrono::steady_clock::time_point now{};
  PartnerApi api{shell,
                 offers(),
                 {{"Market", "acme", "acme's"}, {"Market", "bolt", "bolt's"}, {"Carrier", "dhx", "dhx's"}},
                 calls,
                 [this] { return now; }};
};

}  // namespace

TEST_CASE("A partner that proves who it is has its call handed to the engine") {
  Desk desk;
  const HttpResponse response = desk.ask(Desk::call());
  CHECK(response.status == 202);
  CHECK(response.body == R"({"accepted":true})");
  CHECK_FALSE(response.headers.contains("Deprecation"));
  CHECK(desk.engine.said.back() == R"(inbound Offers 3 optIn Market acme k-1 {"seller": "ACME"})");
  CHECK(desk.ask(Desk::call("3", "join", "bolt's")).status == 201);
  CHECK(desk.engine.said.back() == R"(inbound Offers 3 join Market bolt k-1 {"seller": "ACME"})");
  HttpRequest used = Desk::call();
  used.headers["idempotency-key"] = "used";
  CHECK(desk.error(used, 409) == "it was used");
  CHECK(desk.calls->metrics().find(
            "endcap_partner_calls_total{interface=\"Offers\",version=\"3\",result=\"accepted\"} 2\n") !=
        std::string::npos);
}

TEST_CASE("Who does not prove anything learns nothing") {
  Desk desk;
  for (const char* header :
       {"", "Bearer", "Bearer ", "Bearer acme", "Bearer acme's ", "Basic acme's", "acme's"}) {
    CAPTURE(header);
    for (const char* version : {"1", "2", "3", "4"}) {
      HttpRequest request = Desk::call(version);
      request.headers["authorization"] = header;
      const HttpResponse response = desk.ask(request);
      CHECK(response.status == 401);
      CHECK(response.headers.at("WWW-Authenticate") == "Bearer");
      CHECK_FALSE(response.headers.contains("Sunset"));
    }
  }
  HttpRequest none = Desk::call();
  none.headers.erase("authorization");
  CHECK(desk.ask(none).status == 401);
  CHECK(desk.engine.said.empty());
}

TEST_CASE("There is nothing but the interfaces of the partner's own kind") {
  Desk desk;
  const auto get = [](std::vector<std::string> path) {
    return HttpRequest{"GET", std::move(path), {}, {{"authorization", "bearer acme's"}}, ""};
  };
  for (const std::vector<std::string>& path : {std::vector<std::string>{},
                                               {"healthz"},
                                               {"metrics"},
                                               {"v1"},
                                               {"v1", "instances"},
                                               {"v1", "tasks"},
                                               {"v1", "instances", "1", "history"},
                                               {"v1", "Offers"},
                                               {"v1", "Offers", "3"},
                                               {"v1", "Offers", "4", "optIn"},
                                               {"v1", "Offers", "03x", "optIn"},
                                               {"v1", "Offers", "", "optIn"},
                                               {"v1", "Loads", "1", "openapi.json"}})
    CHECK(desk.error(get(path), 404) == "There is no such interface, or it is not for you.");
  CHECK(desk.ask(get({"v1", "Offers", "3", "openapi.json"})).status == 200);
  CHECK(desk.ask(get({"v1", "Offers", "3", "optIn"})).headers.at("Allow") == "POST");
}

TEST_CASE("A call has a key, and a body of JSON") {
  Desk desk;
  for (const std::string& key :
       {std::string(), std::string(201, 'k'), std::string("a b"), std::string("\xc3\xa4")}) {
    HttpRequest request = Desk::call("3", "optIn", key.size() == 201 ? "bolt's" : "acme's");
    request.headers["idempotency-key"] = key;
    const HttpResponse response = desk.ask(request);
    CHECK((response.status == 400 || response.status == 429));
  }
  Desk other;
  HttpRequest form = Desk::call();
  form.headers["content-type"] = "text/plain";
  CHECK(other.ask(form).status == 415);
  HttpRequest longest = Desk::call();
  longest.headers["idempotency-key"] = std::string(200, 'k');
  CHECK(other.ask(longest).status == 202);
}

TEST_CASE("So many calls of one partner and version in a time, whatever becomes of them") {
  Desk desk;
  HttpRequest bad = Desk::call();
  bad.headers.erase("idempotency-key");
  CHECK(desk.ask(bad).status == 400);
  desk.now += 20min;
  CHECK(desk.ask(Desk::call()).status == 202);
  CHECK(desk.ask(Desk::call()).status == 202);
  const HttpResponse over = desk.ask(Desk::call());
  CHECK(over.status == 429);
  CHECK(over.headers.at("Retry-After") == "2401");
  CHECK(desk.ask(Desk::call("2")).status == 202);
  CHECK(desk.ask(Desk::call("3", "optIn", "bolt's")).status == 202);
  desk.now += 40min - 1s;
  CHECK(desk.ask(Desk::call()).headers.at("Retry-After") == "2");
  desk.now += 1s;
  CHECK(desk.ask(Desk::call()).status == 202);
}

TEST_CASE("A version that goes says so, and one that is gone names the newest") {
  Desk desk;
  const HttpResponse going = desk.ask(Desk::call("2"));
  CHECK(going.status == 202);
  CHECK(going.headers.at("Deprecation") == "@0");
  CHECK(going.headers.at("Sunset") == "Sun, 11 Jan 1970 00:00:00 GMT");
  const HttpResponse gone = desk.ask(Desk::call("1"));
  CHECK(gone.status == 410);
  CHECK(Json::parse(gone.body).at("error").at("message") ==
        "/v1/Offers/1 is gone since 1970-01-01T00:00:00Z. /v1/Offers/3 takes its place.");
  CHECK(gone.headers.at("Link") == "</v1/Offers/3/openapi.json>; rel=\"successor-version\"");
}

TEST_CASE("An interface is an OpenAPI document, of what is read and answered") {
  const auto program = offers();
  const Json document = Json::parse(openapi_json(*program, program->interfaces[1]));
  CHECK(document.at("openapi") == "3.1.0");
  CHECK(document.at("info").at("title") == "Offers");
  CHECK(document.at("info").at("version") == "2");
  CHECK(document.at("security") == Json::parse(R"([{"token": []}])"));
  CHECK(document.at("components").at("securitySchemes").at("token") ==
        Json::parse(R"({"type": "http", "scheme": "bearer"})"));
  const Json post = document.at("paths").at("/v1/Offers/2/optIn").at("post");
  CHECK(post.at("deprecated") == true);
  CHECK(post.at("parameters").at(0).at("name") == "Idempotency-Key");
  CHECK(post.at("requestBody").at("content").at("application/json").at("schema") == Json::parse(R"({
    "type": "object",
    "properties": {
      "seller": {"type": "string", "maxLength": 10},
      "price": {
        "type": "object",
        "properties": {
          "amount": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,2})?$", "description": "at least 0.05 AUD"},
          "currency": {"const": "AUD"}
        },
        "required": ["amount", "currency"],
        "additionalProperties": false
      },
      "pieces": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}]},
      "side": {"type": "string", "enum": ["east", "west"]}
    },
    "required": ["seller", "price", "side"],
    "additionalProperties": false
  })"));
  CHECK(post.at("responses").contains("202"));
  CHECK(post.at("responses").contains("403"));
  CHECK(post.at("responses").contains("410"));
  CHECK(post.at("responses").at("400").at("content").at("application/json").at("schema").at("$ref") ==
        "#/components/schemas/Error");
  CHECK(document.at("components").at("schemas").at("Error").at("required") == Json::parse(R"(["error"])"));
  const Json newest = Json::parse(openapi_json(*program, program->interfaces[2]));
  const Json join = newest.at("paths").at("/v1/Offers/3/join").at("post");
  CHECK_FALSE(join.contains("deprecated"));
  CHECK(join.at("responses").contains("201"));
  CHECK_FALSE(join.at("responses").contains("410"));
}
