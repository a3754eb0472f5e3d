// The HTTP API over real sockets: routes, refusals, limits, slow and broken clients.
#include "runtime/serve/api.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <future>

#include <nlohmann/json.hpp>

#include "tests/unit/runtime/serve/fake_engine.h"

using namespace endcap;
using namespace endcap::test;
using namespace std::chrono_literals;

namespace {

struct Answer {
  int status = 0;
  std::string head, body;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

class Daemon {
 public:
  explicit Daemon(HttpOptions options = {}, ApiInfo info = {"abc", "0"}) : api_(shell_, std::move(info)) {
    options.port = 0;
    auto listening = HttpServer::listen(options, [this](HttpRequest request, HttpServer::Respond respond) {
      api_.handle(std::move(request), std::move(respond));
    });
    REQUIRE_MESSAGE(listening.has_value(), (listening ? "" : listening.error().message));
    server_ = std::move(*listening);
    shell_.start();
  }
  ~Daemon() { shell_.stop(); }

  int connect() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return socket;
  }
  Answer raw(const std::string& bytes) const {
    const int socket = connect();
    (void)!::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    std::string got;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
      got.append(buffer, static_cast<size_t>(count));
    ::close(socket);
    const auto end = got.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    return {std::stoi(got.substr(9, 3)), got.substr(0, end), got.substr(end + 4)};
  }
  Answer get(const std::string& target) const {
    return raw("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  Answer post(const std::string& target, const std::string& body,
              const std::string& type = "application/json") const {
    return raw("POST " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: " + type +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  uint16_t port() const { return server_->port(); }
  FakeEngine& engine() { return engine_; }

 private:
  FakeEngine engine_;
  FakeJournal journal_;
  std::unique_ptr<Clock> clock_ = make_virtual_clock(0);
  std::vector<FakeConnector::Call> calls_;
  Shell shell_{engine_, journal_, *clock_, std::make_unique<FakeConnector>(calls_), {}};
  Api api_;
  std::unique_ptr<HttpServer> server_;
};

void refused(const Answer& answer, int status, std::string_view kind, std::string_view part) {
  CHECK(answer.status == status);
  REQUIRE_MESSAGE(nlohmann::json::accept(answer.body), answer.body);
  const auto error = answer.json().at("error");
  CHECK(error.at("kind") == kind);
  CHECK_MESSAGE(error.at("message").get<std::string>().find(part) != std::string::npos, answer.body);
}

}  // namespace

TEST_CASE("Health, metrics and clock answer") {
  Daemon daemon;
  CHECK(daemon.get("/healthz").json().at("status") == "ok");
  const Answer metrics = daemon.get("/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.head.find("text/plain; version=0.0.4") != std::string::npos);
  CHECK(metrics.body.find("# TYPE endcap_records_total counter\nendcap_records_total 0\n") !=
        std::string::npos);
  const auto clock = daemon.get("/v1/clock").json();
  CHECK(clock.at("now") == "1970-01-01T00:00:00Z");
  CHECK(clock.at("clock") == "virtual");
}

TEST_CASE("Schedules are listed, and only that") {
  Daemon daemon;
  CHECK(daemon.get("/v1/schedules").body == R"({"schedules":[]})");
  refused(daemon.post("/v1/schedules", "{}"), 405, "invalid", "GET");
  refused(daemon.get("/v1/schedules/one"), 404, "not_found", "no such path");
  daemon.engine().counted.schedules_missed = 3;
  CHECK(daemon.get("/metrics").body.find("\nendcap_schedules_missed_total 3\n") != std::string::npos);
}

TEST_CASE("A start passes its arguments on as they were written") {
  Daemon daemon;
  const Answer started =
      daemon.post("/v1/instances", R"({"workflow":"W","arguments":{"price": 129.10},"request_id":"r"})");
  CHECK(started.status == 201);
  CHECK(started.json().at("id") == 17);
  CHECK(daemon.engine().said.back() == R"(start W {"price": 129.10} r)");
}

TEST_CASE("Instances are named by number or by workflow and key, and a key may hold a slash") {
  Daemon daemon;
  CHECK(daemon.get("/v1/instances/17").status == 200);
  CHECK(daemon.engine().said.back() == "show 17 ");
  CHECK(daemon.get("/v1/instances/W/P%2F1%20x").status == 200);
  CHECK(daemon.engine().said.back() == "show W P/1 x");
  CHECK(daemon.get("/v1/instances/17/history?from=5&limit=9").body == "[17,5,9]");
  CHECK(daemon.get("/v1/instances/W/P-1/history").body == "[17,0,100]");
  CHECK(daemon.get("/v1/instances/W/history").status == 200);
  CHECK(daemon.engine().said.back() == "show W history");
  refused(daemon.get("/v1/instances/W"), 404, "not_found", "workflow and key");
}

TEST_CASE("A task is shown by its number, and its lines by page") {
  Daemon daemon;
  CHECK(daemon.get("/v1/tasks/4").json() == nlohmann::json{{"task", 4}});
  CHECK(daemon.get("/v1/tasks/4/lines").body == R"([4,"",0])");
  CHECK(daemon.get("/v1/tasks/4/lines?after=0%2F1003&limit=20").body == R"([4,"0/1003",20])");
  refused(daemon.get("/v1/tasks/4/lines?after=lost"), 400, "invalid", "no page begins there");
  refused(daemon.get("/v1/tasks/4/lines?limit=0"), 400, "invalid", "limit");
  refused(daemon.get("/v1/tasks/4/lines?colour=red"), 400, "invalid", "after");
  refused(daemon.get("/v1/tasks/x/lines"), 404, "not_found", "task");
  refused(daemon.get("/v1/tasks/x"), 404, "not_found", "task");
  CHECK(daemon.post("/v1/tasks/4/lines", "{}").status == 405);
}

TEST_CASE("Filters reach the engine, and unknown ones are refused") {
  Daemon daemon;
  CHECK(daemon.get("/v1/instances?workflow=W&status=running&limit=5").json().at("filter") ==
        nlohmann::json{{"workflow", "W"}, {"status", "running"}, {"limit", 5}});
  CHECK(daemon.get("/v1/tasks?person=fay&open=true").json().at("filter") ==
        nlohmann::json{{"person", "fay"}, {"status", "open"}});
  refused(daemon.get("/v1/instances?colour=red"), 400, "invalid", "colour");
  refused(daemon.get("/v1/instances?limit=many"), 400, "invalid", "limit");
  refused(daemon.get("/v1/tasks?open=maybe"), 400, "invalid", "true or false");
  refused(daemon.get("/v1/instances/17/history?limit=0"), 400, "invalid", "limit");
}

TEST_CASE("Decisions reach the engine; who may not is denied, and what is decided is a conflict") {
  Daemon daemon;
  CHECK(daemon.post("/v1/tasks/4/decision", R"({"person":"fay","decision":"approve","reason":"fine"})")
            .status == 200);
  CHECK(daemon.engine().said.back() == "decide 4 fay 0 fine");
  daemon.post("/v1/tasks/4/decision", R"({"person":"fay","decision":"approve","except":["1003"]})");
  CHECK(daemon.engine().said.back() == R"(decide 4 fay 0 ["1003"])");
  daemon.post("/v1/tasks/5/decision", R"({"person":"olga","decision":"done","answers":{"counted": 12}})");
  CHECK(daemon.engine().said.back() == R"(decide 5 olga 2 {"counted": 12})");
  refused(daemon.post("/v1/tasks/4/decision", R"({"person":"eve","decision":"done"})"), 403, "denied", "eve");
  refused(daemon.post("/v1/tasks/9/decision", R"({"person":"fay","decision":"reject"})"), 409, "conflict",
          "decided");
  refused(daemon.post("/v1/tasks/4/decision", R"({"person":"fay","decision":"maybe"})"), 400, "invalid",
          "maybe");
  refused(daemon.post("/v1/tasks/4/decision", R"({"decision":"done"})"), 400, "invalid", "person");
  refused(daemon.post("/v1/tasks/x/decision", R"({"person":"fay","decision":"done"})"), 404, "not_found",
          "number");
}

TEST_CASE("What is handed to somebody else reaches the engine") {
  Daemon daemon;
  CHECK(daemon.post("/v1/tasks/4/delegation", R"({"person":"fay","to":"dora","reason":"hers: "})").status ==
        200);
  CHECK(daemon.engine().said.back() == "decide 4 fay 3 hers: dora");
  refused(daemon.post("/v1/tasks/4/delegation", R"({"person":"eve","to":"dora"})"), 403, "denied", "eve");
  refused(daemon.post("/v1/tasks/4/delegation", R"({"person":"fay"})"), 400, "invalid", "\"to\" is missing");
  refused(daemon.post("/v1/tasks/4/delegation", R"({"person":"fay","to":"dora","whom":"x"})"), 400, "invalid",
          "whom");
  refused(daemon.post("/v1/tasks/x/delegation", R"({"person":"fay","to":"dora"})"), 404, "not_found",
          "number");
  CHECK(daemon.get("/v1/tasks/4/delegation").status == 405);
}

TEST_CASE("Events are answered one by one or as a batch, which reports its first refusal") {
  Daemon daemon;
  const std::string one = R"({"specversion":"1.0","id":"e1","source":"s","type":"t","data":{"a":1.50}})";
  const std::string bad = R"({"specversion":"1.0","id":"e2","source":"s","type":"unknown"})";
  CHECK(daemon.post("/v1/events", one, "application/cloudevents+json").json().at("event") == "e1");
  CHECK(daemon.engine().said.back() == R"(event s e1 t {"a":1.50})");
  CHECK(daemon.post("/v1/events", "[" + one + "," + one + "]", "application/cloudevents-batch+json")
            .json()
            .size() == 2);
  refused(daemon.post("/v1/events", "[" + one + "," + bad + "]", "application/cloudevents-batch+json"), 400,
          "invalid", "Event 1 of the batch");
  CHECK(daemon.post("/v1/events", "[]", "application/cloudevents-batch+json").status == 202);
}

TEST_CASE("The engine's refusals have their status codes") {
  Daemon daemon;
  refused(daemon.post("/v1/instances", R"({"workflow":"Unknown"})"), 404, "not_found", "Unknown");
  const Answer full = daemon.post("/v1/instances", R"({"workflow":"Full"})");
  refused(full, 429, "overloaded", "too many");
  CHECK(full.head.find("Retry-After: 1") != std::string::npos);
}

TEST_CASE("A full disk refuses a start with 507 and when to come back") {
  Daemon daemon;
  const Answer full = daemon.post("/v1/instances", R"({"workflow":"DiskFull"})");
  refused(full, 507, "disk_full", "7 bytes are free in /data");
  CHECK(full.head.find("Retry-After: 10") != std::string::npos);
}

TEST_CASE("Health says what is full, with numbers, and the metrics do") {
  Daemon daemon;
  Pressure& under = daemon.engine().under;
  under.disk = {Room::Level::None, 7, 1234, "/data/journal"};
  under.store.level0_files = 3;
  under.queued = 5;
  under.refuses = Refusal{Refusal::Kind::Overloaded, "the disk is full", 10, true};
  const Answer health = daemon.get("/healthz");
  CHECK(health.status == 200);  // whoever restarts it by that would make things worse
  CHECK(health.json().at("status") == "disk full");
  CHECK(health.json().at("admits") == false);
  CHECK(health.json().at("reason") == "the disk is full");
  CHECK(health.json().at("disk") ==
        nlohmann::json{
            {"folder", "/data/journal"}, {"freeBytes", 7}, {"reserveBytes", 1234}, {"waits", true}});
  daemon.engine().counted.quarantined = 2;
  const std::string metrics = daemon.get("/metrics").body;
  for (const char* line : {"endcap_admits 0", "endcap_disk_full 2", "endcap_disk_free_bytes 7",
                           "endcap_disk_reserve_bytes 1234", "endcap_store_level0_files 3",
                           "endcap_waiting 5", "endcap_instances_quarantined_total 2"})
    CHECK_MESSAGE(metrics.find("\n" + std::string(line) + "\n") != std::string::npos, line);
  under.refuses->disk_full = false;
  CHECK(daemon.get("/healthz").json().at("status") == "busy");
}

TEST_CASE("Starts and events that wait for their answer leave room for decisions and for whoever looks") {
  Daemon daemon({}, {.program_hash = "abc", .version = "0", .new_waiting_max = 1});
  auto first = std::async(std::launch::async, [&] {
    int status = 429;  // while the one below is counted
    while (status == 429) status = daemon.post("/v1/instances", R"({"workflow":"Waiting"})").status;
    return status;
  });
  Answer second;
  for (int i = 0; i < 500 && second.status != 429; ++i) {
    std::this_thread::sleep_for(2ms);
    second = daemon.post("/v1/instances", R"({"workflow":"W"})");
  }
  refused(second, 429, "overloaded", "too many starts and events are waiting");
  CHECK(second.head.find("Retry-After: 1") != std::string::npos);
  CHECK(daemon.post("/v1/events", "{}", "application/json").status == 400);  // said before it is counted
  CHECK(daemon.post("/v1/tasks/1/decision", R"({"person":"ann","decision":"done"})").status == 200);
  CHECK(daemon.get("/healthz").status == 200);
  for (JsonReply& reply : std::exchange(daemon.engine().waiting, {})) reply(R"({"id":1})");
  CHECK(first.get() == 201);
  CHECK(daemon.post("/v1/instances", R"({"workflow":"W"})").status == 201);
}

TEST_CASE("Malformed requests are refused and say why") {
  Daemon daemon;
  refused(daemon.post("/v1/instances", "{"), 400, "invalid", "not JSON");
  refused(daemon.post("/v1/instances", "{}"), 400, "invalid", "workflow");
  refused(daemon.post("/v1/instances", R"({"workflow":7})"), 400, "invalid", "not a string");
  refused(daemon.post("/v1/instances", R"({"workflow":"W","argument":{}})"), 400, "invalid", "argument");
  refused(daemon.post("/v1/instances", "workflow=W", "application/x-www-form-urlencoded"), 415, "invalid",
          "application/json");
  refused(daemon.get("/v1/nothing"), 404, "not_found", "no such path");
  refused(daemon.raw("DELETE /v1/instances/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), 405,
          "invalid", "GET");
  refused(daemon.get("/v1/instances/%zz"), 400, "invalid", "hexadecimal");
  refused(daemon.raw("nonsense\r\n\r\n"), 400, "invalid", "not HTTP");
  // What a proxy in front could read otherwise.
  for (const char* coding : {"identity", "xchunked", "gzip, chunked"})
    refused(daemon.raw("POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + std::string(coding) +
                       "\r\n\r\n0\r\n\r\n"),
            400, "invalid", "chunked");
  refused(
      daemon.raw(
          "GET /v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"),
      400, "invalid", "twice");
}

TEST_CASE("Bodies and headers beyond their limits are refused") {
  HttpOptions options;
  options.body_bytes_max = 1000;
  Daemon daemon(options);
  refused(daemon.post("/v1/instances", std::string(2000, ' ')), 413, "too_large", "1000");
  refused(daemon.raw("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), 431, "too_large",
          "header");
}

TEST_CASE("A client that says nothing is let go, and others are served meanwhile") {
  HttpOptions options;
  options.read_timeout = 200ms;
  Daemon daemon(options);
  const int slow = daemon.connect();
  (void)!::send(slow, "GET /hea", 8, MSG_NOSIGNAL);
  CHECK(daemon.get("/healthz").status == 200);
  char byte = 0;
  CHECK(::recv(slow, &byte, 1, 0) <= 0);  // closed by the server
  ::close(slow);
}

TEST_CASE("An engine that does not answer in time is a 503") {
  HttpOptions options;
  options.answer_timeout = 100ms;
  Daemon daemon(options);
  refused(daemon.post("/v1/instances", R"({"workflow":"Silent"})"), 503, "unavailable", "not known");
}

TEST_CASE("More connections than allowed are told to come back, and there is room again when others end") {
  HttpOptions options;
  options.connections_max = 20;
  Daemon daemon(options);
  std::vector<int> open;
  for (int i = 0; i < 20; ++i) open.push_back(daemon.connect());
  std::this_thread::sleep_for(100ms);
  CHECK(daemon.get("/healthz").status == 503);
  for (int socket : open) ::close(socket);
  std::this_thread::sleep_for(100ms);
  CHECK(daemon.get("/healthz").status == 200);
}

TEST_CASE("One connection carries several requests") {
  Daemon daemon;
  const Answer both = daemon.raw(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nHEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  CHECK(both.status == 200);
  CHECK(both.body.find("HTTP/1.1 200 OK") != std::string::npos);
}

TEST_CASE("A port in use and a name that is no address are refused with what to do") {
  Daemon daemon;
  HttpOptions options;
  options.port = daemon.port();
  auto second = HttpServer::listen(options, [](HttpRequest, const HttpServer::Respond&) {});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().in_use);
  CHECK(second.error().message.find("in use") != std::string::npos);
  CHECK(second.error().message.find("--listen") != std::string::npos);
  options.host = "shop.example";
  CHECK(HttpServer::listen(options, [](HttpRequest, const HttpServer::Respond&) {})
            .error()
            .message.find("not an address") != std::string::npos);
}

TEST_CASE("An answer that comes when nobody waits any more is dropped") {
  std::promise<HttpServer::Respond> asked;
  auto answer = asked.get_future();
  {
    auto server = HttpServer::listen(
        {.port = 0}, [&](HttpRequest, const HttpServer::Respond& respond) { asked.set_value(respond); });
    REQUIRE(server.has_value());
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons((*server)->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    (void)!::send(socket, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL);
    REQUIRE(answer.wait_for(10s) == std::future_status::ready);
    ::close(socket);
  }
  answer.get()({});
}

TEST_CASE("Routes, syncs and what is held of them are listed, and people say what becomes of it") {
  Daemon daemon;
  CHECK(daemon.get("/v1/routes").body == R"({"routes":[],"syncs":[]})");
  CHECK(daemon.post("/v1/routes", "{}").status == 405);
  CHECK(daemon.get("/v1/held?of=CountsOnline&after=7&limit=3").body == R"(["CountsOnline",7,3])");
  CHECK(daemon.get("/v1/held?limit=0").status == 400);
  CHECK(daemon.get("/v1/held?who=me").status == 400);
  CHECK(daemon.get("/v1/held/4").body == R"({"item":4})");
  CHECK(daemon.get("/v1/held/four").status == 404);
  CHECK(daemon.post("/v1/held/4/resend", R"({"by":"fay"})").status == 200);
  CHECK(daemon.post("/v1/held/4/drop", R"({"by":"fay","reason":"sold out"})").status == 200);
  CHECK(daemon.engine().said.back() == "held 4 drop fay sold out");
  CHECK(daemon.post("/v1/held/4/drop", R"({"by":"fay"})").status == 400);
  CHECK(daemon.post("/v1/held/4/drop", R"({"person":"fay","reason":"sold out"})").status == 400);
  CHECK(daemon.post("/v1/held/4/resend", R"({"by":"eve"})").status == 403);
  CHECK(daemon.post("/v1/held/4/again", R"({"by":"fay"})").status == 404);
  CHECK(daemon.get("/v1/held/4/drop").status == 405);
}

TEST_CASE("Metrics tell of each route and sync how many of its items are where") {
  Daemon daemon;
  CHECK(daemon.get("/metrics").body.find("endcap_carry_held") == std::string::npos);
  daemon.engine().routes_json =
      R"({"routes":[{"route":"a.B","waiting":3,"onTheirWay":2,"held":1}],"syncs":[{"sync":"a.C","waiting":0,"onTheirWay":0,"held":9}]})";
  daemon.engine().counted.carried = 41;
  const std::string metrics = daemon.get("/metrics").body;
  CHECK(metrics.find("# TYPE endcap_carry_waiting gauge\nendcap_carry_waiting{of=\"a.B\"} 3\n") !=
        std::string::npos);
  CHECK(metrics.find("\nendcap_carry_held{of=\"a.C\"} 9\n") != std::string::npos);
  CHECK(metrics.find("\nendcap_carried_total 41\n") != std::string::npos);
}
