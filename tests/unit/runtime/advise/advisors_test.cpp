// One question to a model server over HTTP, and what becomes of it.
#include <doctest/doctest.h>

#include "tests/unit/runtime/advise/question.h"

namespace endcap::test {
namespace {

using Kind = CallResult::Kind;

// The systems behind the advisors.
class Systems final : public Connector {
 public:
  void start(CallRequest request, std::function<void(uint64_t, CallResult)> done) override {
    done(request.call, {.kind = Kind::NotDone});
  }
};

std::unique_ptr<Connector> advisor_at(const std::string& url, const std::string& token = "",
                                      uint32_t in_flight_max = 16) {
  return make_advisor_connector(
      {{.name = "UpliftModel", .url = url, .token = token, .in_flight_max = in_flight_max}},
      std::make_unique<Systems>());
}

// The program must outlive its calls.
CallRequest a_question() {
  static const Question question;
  return question.request();
}

const std::string kGood = R"({"output": [], "model": "uplift", "version": "3"})";

}  // namespace

TEST_CASE("a question is posted with its token, and the answer comes back") {
  const ScriptedServer server([](const std::string&) { return answer(200, kGood); });
  const auto connector = advisor_at(server.url("/models/uplift"), "s3cret");
  const CallResult result = ask(*connector, a_question());
  CHECK(result.kind == Kind::Ok);
  CHECK(result.says.model == "uplift");
  REQUIRE(server.requests().size() == 1);
  const std::string request = server.requests().front();
  CHECK(request.starts_with("POST /models/uplift HTTP/1.1\r\n"));
  CHECK(request.find("Authorization: Bearer s3cret\r\n") != std::string::npos);
  CHECK(request.find(R"("article": "AC-100")") == std::string::npos);
  CHECK(request.find(R"("article":"AC-100")") != std::string::npos);
}

TEST_CASE("calls of systems go through to their connector") {
  const auto connector = advisor_at("http://127.0.0.1:1/");
  CallRequest request = a_question();
  request.what = CallRequest::What::View;
  CHECK(ask(*connector, request).kind == Kind::NotDone);
}

TEST_CASE("a server that is not there, or says later, may be asked again") {
  CHECK(ask(*advisor_at("http://127.0.0.1:1/"), a_question()).kind == Kind::Unavailable);
  for (const int status : {408, 429, 500, 503}) {
    CAPTURE(status);
    const ScriptedServer server([&](const std::string&) { return answer(status, "", "Retry-After: 2\r\n"); });
    const CallResult result = ask(*advisor_at(server.url()), a_question());
    CHECK(result.kind == Kind::Unavailable);
    CHECK(result.retry_after == 2 * kSecond);
  }
}

TEST_CASE("a server that refuses the question is not asked again") {
  for (const int status : {301, 400, 401, 404, 422}) {
    CAPTURE(status);
    const ScriptedServer server([&](const std::string&) { return answer(status, kGood); });
    const CallResult result = ask(*advisor_at(server.url()), a_question());
    CHECK(result.kind == Kind::Invalid);
    CHECK(result.message == "UpliftModel answered " + std::to_string(status));
  }
}

TEST_CASE("a server that is silent past the timeout is too late") {
  const ScriptedServer server([](const std::string&) { return Script{"", true}; });
  const auto connector = advisor_at(server.url());
  CallRequest request = a_question();
  request.timeout = 100 * 1000;
  const CallResult result = ask(*connector, request);
  CHECK(result.kind == Kind::Ambiguous);
  CHECK(result.message == "UpliftModel gave no answer in time");
}

TEST_CASE("a connection that is lost is no answer, and may be tried again") {
  const ScriptedServer server([](const std::string&) { return Script{}; });
  CHECK(ask(*advisor_at(server.url()), a_question()).kind == Kind::Unavailable);
}

TEST_CASE("what waits behind others too long is too late, and was not sent") {
  const ScriptedServer server([](const std::string&) { return Script{"", true}; });
  const auto connector = advisor_at(server.url(), "", 1);
  CallRequest request = a_question();
  std::vector<std::future<CallResult>> results;
  for (int i = 0; i < 3; ++i) {
    request.timeout = (i == 0 ? 400 : 200) * 1000;  // of the others nothing is left when it is their turn
    auto promise = std::make_shared<std::promise<CallResult>>();
    results.push_back(promise->get_future());
    connector->start(request, [promise](uint64_t, CallResult got) { promise->set_value(std::move(got)); });
  }
  for (auto& result : results) CHECK(result.get().kind == Kind::Ambiguous);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("an answer that is too large is invalid") {
  const ScriptedServer server([](const std::string&) { return answer(200, std::string(5u << 20, ' ')); });
  CHECK(ask(*advisor_at(server.url()), a_question()).kind == Kind::Invalid);
}

TEST_CASE("the token is never part of a message") {
  const ScriptedServer server([](const std::string&) { return answer(200, R"({"s3cret": 1})"); });
  const CallResult result = ask(*advisor_at(server.url(), "s3cret"), a_question());
  CHECK(result.kind == Kind::Invalid);
  CHECK(result.message == "***: there is no such field in an answer");
}

TEST_CASE("questions that are open when the connector goes are answered") {
  const ScriptedServer server([](const std::string&) { return Script{"", true}; });
  auto connector = advisor_at(server.url());
  auto promise = std::make_shared<std::promise<CallResult>>();
  auto result = promise->get_future();
  connector->start(a_question(), [promise](uint64_t, CallResult got) { promise->set_value(std::move(got)); });
  connector.reset();
  CHECK(result.get().kind == Kind::Unavailable);
}

}  // namespace endcap::test
