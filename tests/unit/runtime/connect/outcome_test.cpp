// What happens over HTTP becomes one of six results, and a person can read why.
#include <doctest/doctest.h>

#include <atomic>

#include "tests/unit/runtime/connect/calling.h"
#include "tests/unit/runtime/connect/server.h"

using namespace endcap;
using namespace endcap::test;

namespace {

constexpr const char* kToken = "X-CSRF-Token: token-1\r\n";

bool is_token_fetch(const std::string& request) {
  return request.find("X-CSRF-Token: Fetch") != std::string::npos;
}

// A service that gives a token and answers everything else with `script`.
ScriptedServer service(Script script) {
  return ScriptedServer([script](const std::string& request) {
    return is_token_fetch(request) ? answer(200, "{\"d\":{}}", kToken) : script;
  });
}

Script v2_error(int status, const std::string& code, const std::string& text = "as it is",
                const std::string& headers = "") {
  return answer(status,
                R"({"error":{"code":")" + code + R"(","message":{"lang":"en","value":")" + text + R"("}}})",
                headers);
}

bool mentions(const CallResult& result, const std::string& text) {
  return result.message.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a declared error code is a rejection, with its number and the system's words") {
  auto server = service(v2_error(400, "ZRETAIL/RecordLocked", "P-1 is locked by MEYER"));
  Caller erp(server.url());
  auto result = erp.activate();
  CHECK(name(result.kind) == "Rejected");
  CHECK(result.rejection == 1);
  CHECK(mentions(result, "P-1 is locked by MEYER"));
}

TEST_CASE("a declared code in the details, or with a status of 500, is a rejection too") {
  auto in_details = service(answer(
      400,
      R"({"error":{"code":"SY/530","message":{"value":"x"},"innererror":{"errordetails":[{"code":"InvalidCondition"}]}}})"));
  CHECK(name(Caller(in_details.url()).activate().kind) == "Rejected");
  auto as_500 = service(v2_error(500, "RecordLocked"));
  CHECK(name(Caller(as_500.url()).activate().kind) == "Rejected");
}

TEST_CASE("an error in XML is read as well") {
  auto server =
      service({"HTTP/1.1 400 Bad\r\nContent-Type: application/xml\r\nContent-Length: 82\r\n\r\n"
               "<error xmlns=\"x\"><code>RecordLocked</code><message lang=\"en\">locked</message></error>"});
  auto result = Caller(server.url()).activate();
  CHECK(name(result.kind) == "Rejected");
  CHECK(mentions(result, "locked"));
}

TEST_CASE("another refusal is invalid and carries the system's message") {
  auto server = service(v2_error(422, "PR/007", "Plant 1001 is closed"));
  auto result = Caller(server.url()).activate();
  CHECK(name(result.kind) == "Invalid");
  CHECK(mentions(result, "PR/007: Plant 1001 is closed"));
  CHECK(mentions(result, "A_PriceCondition"));
}

TEST_CASE("a wrong password is invalid, names system and user, and never the password") {
  auto server = ScriptedServer([](const std::string&) { return answer(401, "bad password: sandbox"); });
  Caller erp(server.url());
  for (const auto& result : {erp.activate(), erp.promotion()}) {
    CHECK(name(result.kind) == "Invalid");
    CHECK(mentions(result, "erp"));
    CHECK(mentions(result, "'endcap'"));
    CHECK_FALSE(mentions(result, "sandbox"));
  }
}

TEST_CASE("what the system echoes of the password is struck out") {
  auto server = service(v2_error(400, "X", "you sent sandbox"));
  auto result = Caller(server.url()).activate();
  CHECK(mentions(result, "you sent ***"));
}

TEST_CASE("too many requests and a closed service are unavailable, with the time to wait") {
  for (int status : {429, 503}) {
    auto server = service(v2_error(status, "BUSY", "later", "Retry-After: 7\r\n"));
    auto result = Caller(server.url()).activate();
    CHECK(name(result.kind) == "Unavailable");
    CHECK(result.retry_after == 7 * kSecond);
  }
}

TEST_CASE("a closed service may be a proxy's word for it: what can't be done twice safely is unclear then") {
  for (const auto strategy : {abi::Strategy::Unsafe, abi::Strategy::Queryable}) {
    auto server = service(v2_error(503, "BUSY", "later"));
    Caller erp(server.url());
    erp.sample.program->operations[kActivate].strategy = strategy;
    CHECK(name(erp.activate().kind) == "Ambiguous");
  }
}

TEST_CASE("an internal error is ambiguous for a write and unavailable for a read") {
  auto server = service(answer(500, "boom"));
  Caller erp(server.url());
  CHECK(name(erp.activate().kind) == "Ambiguous");
  CHECK(name(erp.promotion().kind) == "Unavailable");
}

TEST_CASE("an answer that does not come is ambiguous for a write and unavailable for a read") {
  for (const Script& script :
       {Script{"", true}, Script{}, Script{"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"d\":"},
        Script{"SSH-2.0-OpenSSH\r\n"}}) {
    auto server = ScriptedServer([&](const std::string& request) {
      Script out = is_token_fetch(request) ? answer(200, "{}", kToken) : script;
      return out;
    });
    Caller erp(server.url());
    erp.timeout = kSecond;
    CHECK(name(erp.activate().kind) == "Ambiguous");
    CHECK(name(erp.promotion().kind) == "Unavailable");
  }
}

TEST_CASE("a dead server is unavailable, and certainly nothing was done") {
  std::string url;
  {
    url = ScriptedServer([](const std::string&) { return Script{}; }).url();
  }
  Caller erp(url);
  auto result = erp.activate();
  CHECK(name(result.kind) == "Unavailable");
  CHECK(mentions(result, "erp can't be reached"));
}

TEST_CASE("https to a server that speaks http is unavailable") {
  auto server = service(answer(200, "{}"));
  std::string url = server.url();
  Caller erp("https" + url.substr(4));
  CHECK(name(erp.activate().kind) == "Unavailable");
}

TEST_CASE("when the token can't be fetched, nothing was done") {
  auto server = ScriptedServer([](const std::string&) { return answer(500, "boom"); });
  CHECK(name(Caller(server.url()).activate().kind) == "Unavailable");
}

TEST_CASE("a redirect is not followed: credentials stay where they belong") {
  auto elsewhere = service(answer(200, "{}"));
  auto server = service(answer(302, "", "Location: " + elsewhere.url() + "\r\n"));
  auto result = Caller(server.url()).promotion();
  CHECK(name(result.kind) == "Invalid");
  CHECK(mentions(result, "url"));
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("garbage with a status of 200 is invalid for a read and ambiguous for a write") {
  for (const char* body :
       {"<html>Log in</html>", "{\"d\": <<<", "", "[1,2", "{\"value\":[]}", "{\"d\":5}", "\xff\xfe\x00"}) {
    CAPTURE(body);
    auto server = service(answer(200, body));
    Caller erp(server.url());
    CHECK(name(erp.promotion().kind) == "Invalid");
    if (body[0] != '\0') CHECK(name(erp.activate().kind) == "Ambiguous");
  }
}

TEST_CASE("an answer nested a hundred thousand deep is only garbage") {
  auto server = service(answer(200, std::string(100000, '[')));
  CHECK(name(Caller(server.url()).promotion().kind) == "Invalid");
}

TEST_CASE("an answer beyond the cap is refused") {
  auto server = service(answer(200, "{\"d\":{\"x\":\"" + std::string(200000, 'x') + "\"}}"));
  Caller erp(std::vector<ODataSystem>{{.name = "erp", .url = server.url(), .body_bytes_max = 100000}});
  auto result = erp.promotion();
  CHECK(name(result.kind) == "Invalid");
  CHECK(mentions(result, "100000 bytes"));
}

TEST_CASE("a system that is not configured is named") {
  Caller erp(std::vector<ODataSystem>{});
  auto result = erp.promotion();
  CHECK(name(result.kind) == "Invalid");
  CHECK(mentions(result, "erp"));
}

TEST_CASE("calls that are open when the connector goes away get their result") {
  auto server = service({"", true});
  std::future<CallResult> written, read;
  {
    Caller erp(server.url());
    written = erp.start(CallRequest::What::Operation, kActivate, erp.sample.condition_of("1001"));
    read = erp.start(CallRequest::What::View, kPromotion, erp.sample.key({"P-1"}));
    for (int i = 0; i < 500 && server.requests().size() < 3; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(name(written.get().kind) == "Ambiguous");
  CHECK(name(read.get().kind) == "Unavailable");
}

TEST_CASE(
    "a connection that was kept open and ends without an answer is no second try: the first may have been "
    "done") {
  std::atomic<int> writes = 0;
  ScriptedServer server([&](const std::string& request) {
    if (is_token_fetch(request)) return answer(200, "{\"d\":{}}", kToken);
    if (!has(request, "key-2")) return answer(201, "{\"d\":{}}");
    return ++writes == 1 ? Script{} : v2_error(400, "RecordLocked", "by the first");
  });
  Caller erp(server.url());
  CHECK(name(erp.activate("1001", "key-1").kind) == "Ok");
  const auto result = erp.activate("1002", "key-2");
  CHECK(name(result.kind) == "Ambiguous");
  CHECK(mentions(result, "ended without an answer"));
  CHECK(writes.load() == 1);
}
