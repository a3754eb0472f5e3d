// Several calls in one request: the bytes of it, and whose answer is whose.
#include "runtime/connect/batch.h"

#include <doctest/doctest.h>

#include <atomic>

#include "tests/unit/runtime/connect/calling.h"
#include "tests/unit/runtime/connect/server.h"

using namespace endcap;
using namespace endcap::connect;
using namespace endcap::test;

namespace {

const std::vector<BatchPart> kTwo = {{"POST", "A", {"Accept: x"}, "{\"a\":1}"}, {"POST", "B?c='1'", {}, ""}};

HttpAnswer mixed(const std::string& body, const std::string& type = "multipart/mixed; boundary=b") {
  HttpAnswer answer;
  answer.status = 202;
  answer.content_type = type;
  answer.body = body;
  return answer;
}

std::string part(const std::string& status, const std::string& body = "", const std::string& id = "") {
  return "--b\r\nContent-Type: application/http\r\n" + (id.empty() ? "" : "Content-ID: " + id + "\r\n") +
         "\r\nHTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nETag: e\r\n\r\n" + body + "\r\n";
}

// "201:body 400: -"
std::string read(const HttpAnswer& answer, size_t parts) {
  const auto answers = read_batch(answer, parts);
  if (!answers) return answers.error();
  std::string out;
  for (const auto& each : *answers)
    out += (out.empty() ? "" : " ") + (each ? std::to_string(each->status) + ":" + each->body : "-");
  return out;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

// A system that takes batches: 201 to each part, 400 InvalidCondition to what names the plant 1003.
std::string answers_to(const std::string& request) {
  std::string out;
  for (size_t at = 0; (at = request.find("HTTP/1.1\r\n", at)) != std::string::npos; ++at) {
    if (request.compare(at - 7, 6, "$batch") == 0) continue;
    const size_t next = request.find("HTTP/1.1\r\n", at + 1);
    const std::string one = request.substr(at, next - at);
    out +=
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: "
        "application/http\r\n\r\n";
    out += one.find("\"1003\"") == std::string::npos
               ? "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n{\"d\":{}}\r\n"
               : "HTTP/1.1 400 "
                 "Bad\r\n\r\n{\"error\":{\"code\":\"InvalidCondition\",\"message\":{\"value\":\"no\"}}}\r\n";
    out += "--c--\r\n";
  }
  return out + "--b--\r\n";
}

Script batch_answer(const std::string& body) {
  return {"HTTP/1.1 202 Accepted\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body};
}

bool is_batch(const std::string& request) { return request.starts_with("POST /erp/$batch "); }

// Batches of ten, one request in half a second: behind a first call that leaves alone, the others wait for
// each other.
struct Batches {
  explicit Batches(ScriptedServer::Handler handler, uint32_t limit = 1)
      : server(std::move(handler)), erp(server.url()) {
    auto& operation = erp.sample.program->operations[kActivate];
    operation.batch_max = 10;
    operation.limit_count = limit;
    operation.limit_period = kSecond / 2;
    CHECK(activate({"1001"}) == "Ok");
  }
  // What comes of activating in these stores at once: "Ok Ok Rejected".
  std::string activate(const std::vector<std::string>& plants) {
    std::vector<std::future<CallResult>> results;
    for (const std::string& plant : plants)
      results.push_back(
          erp.start(CallRequest::What::Operation, kActivate, erp.sample.condition_of(plant), "key-" + plant));
    std::string out;
    for (auto& result : results) out += (out.empty() ? "" : " ") + name(result.get().kind);
    return out;
  }
  size_t batches() const { return static_cast<size_t>(std::ranges::count_if(server.requests(), is_batch)); }
  size_t singles() const {
    return static_cast<size_t>(std::ranges::count_if(server.requests(), [](const std::string& request) {
      return request.starts_with("POST /erp/A_PriceCondition ");
    }));
  }

  ScriptedServer server;
  Caller erp;
};

std::vector<std::string> plants(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(std::to_string(2001 + i));
  return all;
}

}  // namespace

TEST_CASE("a batch of version 4 has a part each, and one of version 2 a changeset each") {
  const BatchBody v4 = write_batch(kTwo, Version::V4);
  CHECK(v4.content_type == "multipart/mixed; boundary=batch_0");
  CHECK(
      v4.body ==
      "--batch_0\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n"
      "\r\nPOST A HTTP/1.1\r\nAccept: x\r\nContent-Length: 7\r\n\r\n{\"a\":1}\r\n"
      "--batch_0\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 2\r\n"
      "\r\nPOST B?c='1' HTTP/1.1\r\n\r\n\r\n--batch_0--\r\n");
  const BatchBody v2 = write_batch(kTwo, Version::V2);
  CHECK(count(v2.body, "Content-Type: multipart/mixed; boundary=changeset_0\r\n\r\n--changeset_0\r\n") == 2);
  CHECK(count(v2.body, "\r\n--changeset_0--\r\n") == 2);
}

TEST_CASE("no body can end a part before it ends") {
  const BatchBody batch = write_batch({{"POST", "A", {}, "\r\n--batch_0--\r\n--batch_1\r\n"}}, Version::V4);
  CHECK(batch.content_type == "multipart/mixed; boundary=batch_2");
}

TEST_CASE("answers are read in their order, or by the number they name") {
  CHECK(read(mixed(part("201 Created", "{}") + part("400 Bad", "no") + "--b--"), 2) == "201:{} 400:no");
  CHECK(read(mixed(part("400 Bad", "no", "2") + part("201 Created", "{}", "1") + "--b--\r\n"), 2) ==
        "201:{} 400:no");
  CHECK(read(mixed(part("204 No Content") + "--b--", "Multipart/Mixed; boundary=\"b\"; charset=x"), 1) ==
        "204:");
  const auto answers = read_batch(mixed(part("201 Created", "{}") + "--b--"), 1);
  CHECK((*answers)[0]->etag == "e");
  CHECK((*answers)[0]->content_type == "application/json");
}

TEST_CASE("numbers that are not those that were sent say nothing: the order does") {
  // A service that counts its parts from 0.
  CHECK(read(mixed(part("201 Created", "a", "0") + part("400 Bad", "b", "1") + part("204 No", "", "2") +
                   "--b--"),
             3) == "201:a 400:b 204:");
  CHECK(read(mixed(part("201 Created", "a", "1") + part("400 Bad", "b", "1") + "--b--"), 2) == "201:a 400:b");
  CHECK(read(mixed(part("201 Created", "a", "x9") + part("400 Bad", "b") + "--b--"), 2) == "201:a 400:b");
}

TEST_CASE("in version 2 an answer stands in its changeset, a refusal may stand bare") {
  const std::string changeset =
      "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n\r\n"
      "HTTP/1.1 201 Created\r\n\r\n{}\r\n--c--\r\n\r\n";
  CHECK(read(mixed(changeset + part("400 Bad", "no") + changeset + "--b--"), 3) == "201:{} 400:no 201:{}");
}

TEST_CASE("what a body does not say of a part is unknown, and nothing else is taken for it") {
  CHECK(read(mixed(part("201 Created", "{}") + "--b--"), 2) == "201:{} -");          // it stopped there
  CHECK(read(mixed(part("201 Created", "{}") + part("201 Cre")), 2) == "201:{} -");  // it broke off
  CHECK(read(mixed("--b\r\n\r\nnot HTTP\r\n" + part("201 Created", "{}") + "--b--"), 2) == "- 201:{}");
  CHECK(read(mixed(part("204 No", "", "2") + "--b--"), 2) == "- 204:");
  CHECK(read(mixed(part("201 Created") + part("201 Created") + part("201 Created") + "--b--"), 2) == "- -");
  CHECK(read(mixed(""), 1) == "-");
  CHECK(read(mixed("--b--"), 1) == "-");
  CHECK(read(mixed("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n" + part("204 No") +
                   "--b--"),
             2) == "- 204:");
  CHECK(read(mixed("{}", "application/json"), 1) ==
        "the answer to a batch is of the type \"application/json\", not multipart/mixed");
}

TEST_CASE("calls that wait leave together, and each hears its own answer") {
  Batches batches([](const std::string& request) {
    if (request.find("Fetch") != std::string::npos) return answer(200, "{}", "X-CSRF-Token: t1\r\n");
    return is_batch(request) ? batch_answer(answers_to(request)) : answer(201, "{\"d\":{}}");
  });
  CHECK(batches.activate({"1002", "1003", "1004"}) == "Ok Rejected Ok");
  CHECK(batches.batches() == 1);
  CHECK(batches.singles() == 1);
  const std::string request = batches.server.requests().back();
  CHECK(count(request, "POST A_PriceCondition HTTP/1.1") == 3);
  CHECK(count(request, "X-CSRF-Token: t1") == 1);
  for (const char* key : {"key-1002", "key-1003", "key-1004"})
    CHECK(count(request, std::string("Idempotency-Key: ") + key) == 1);
}

TEST_CASE("a batch is one request to its limit, and no larger than it may be") {
  Batches batches([](const std::string& request) {
    if (request.find("Fetch") != std::string::npos) return answer(200, "{}");
    return is_batch(request) ? batch_answer(answers_to(request)) : answer(201, "{\"d\":{}}");
  });
  CHECK(count(batches.activate(plants(21)), "Ok") == 21);
  CHECK(batches.batches() == 2);
  CHECK(batches.singles() == 2);
}

TEST_CASE("a token that is refused is renewed for the whole batch, once") {
  std::atomic<int> token{1};
  Batches batches([&](const std::string& request) {
    const std::string current = "t" + std::to_string(token.load());
    if (request.find("Fetch") != std::string::npos)
      return answer(200, "{}", "X-CSRF-Token: " + current + "\r\n");
    if (token == 3 || request.find("X-CSRF-Token: " + current) == std::string::npos)
      return answer(403, "", "X-CSRF-Token: Required\r\n");
    return is_batch(request) ? batch_answer(answers_to(request)) : answer(201, "{\"d\":{}}");
  });
  token = 2;
  CHECK(batches.activate({"1002", "1004"}) == "Ok Ok");
  CHECK(batches.batches() == 2);
  token = 3;  // it never takes its own
  CHECK(batches.activate({"1002", "1004"}) == "Invalid Invalid");
  CHECK(batches.batches() == 4);
}

TEST_CASE("an answer that is lost is unclear for all of them, one that is cut for those it leaves out") {
  std::atomic<bool> cut{false};
  Batches batches([&](const std::string& request) {
    if (request.find("Fetch") != std::string::npos) return answer(200, "{}");
    if (!is_batch(request)) return answer(201, "{\"d\":{}}");
    if (!cut) return Script{};
    const std::string whole = answers_to(request);
    return batch_answer(whole.substr(0, whole.find("--b\r\n", 1) + 100));
  });
  CHECK(batches.activate({"1002", "1004", "1005"}) == "Ambiguous Ambiguous Ambiguous");
  cut = true;
  CHECK(batches.activate({"1002", "1004", "1005"}) == "Ok Ambiguous Ambiguous");
}

TEST_CASE("a system that takes no batches gets its calls one by one, and is not tried each time") {
  Batches batches(
      [](const std::string& request) {
        if (request.find("Fetch") != std::string::npos) return answer(200, "{}");
        return is_batch(request) ? answer(404, "{}") : answer(201, "{\"d\":{}}");
      },
      4);
  CHECK(count(batches.activate(plants(8)), "Ok") == 8);
  CHECK(batches.singles() == 9);
  const size_t tried = batches.batches();  // those that were on the way before the first was answered
  CHECK(tried <= 4);
  CHECK(count(batches.activate(plants(8)), "Ok") == 8);
  CHECK(batches.singles() == 17);
  CHECK(batches.batches() == tried);
}

TEST_CASE("what is said of a whole batch is no answer to one of its calls") {
  std::atomic<int> status{400};
  Batches batches([&](const std::string& request) {
    if (request.find("Fetch") != std::string::npos) return answer(200, "{}");
    return is_batch(request)
               ? answer(status, R"({"error":{"code":"InvalidCondition","message":{"value":"?"}}})")
               : answer(201, "{\"d\":{}}");
  });
  for (const int unclear : {400, 409, 500, 503}) {
    status = unclear;
    CAPTURE(unclear);
    CHECK(batches.activate({"1002", "1004"}) == "Ambiguous Ambiguous");
  }
  status = 429;
  CHECK(batches.activate({"1002", "1004"}) == "Unavailable Unavailable");
  status = 401;
  CHECK(batches.activate({"1002", "1004"}) == "Invalid Invalid");
  status = 413;  // too large together: one by one then
  CHECK(batches.activate({"1002", "1004"}) == "Ok Ok");
}

TEST_CASE("parts that fail open the breaker as requests do") {
  Batches batches([](const std::string& request) {
    if (request.find("Fetch") != std::string::npos) return answer(200, "{}");
    if (!is_batch(request)) return answer(201, "{\"d\":{}}");
    const std::string busy = "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n\r\n";
    return batch_answer(busy + busy + "--b--");
  });
  std::string last;
  // On a machine that is busy two calls may leave one by one, which the system answers: then it begins anew.
  for (int i = 0; i < 200 && last.find("left alone") == std::string::npos; ++i) {
    auto one =
        batches.erp.start(CallRequest::What::Operation, kActivate, batches.erp.sample.condition_of("1002"));
    auto two =
        batches.erp.start(CallRequest::What::Operation, kActivate, batches.erp.sample.condition_of("1004"));
    one.wait();
    last = two.get().message;
  }
  CHECK(last.find("left alone") != std::string::npos);
}
