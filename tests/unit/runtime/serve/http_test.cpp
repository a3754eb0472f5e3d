// The HTTP server, spoken to over real sockets.
#include "runtime/serve/http.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

using namespace endcap;

namespace {

// Sends the text and reads until the server closes the connection.
std::string exchange(uint16_t port, const std::string& text) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<size_t>(n);
  }
  std::string answer;
  char buffer[4096];
  for (ssize_t n; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
    answer.append(buffer, static_cast<size_t>(n));
  ::close(socket);
  return answer;
}

std::unique_ptr<HttpServer> serve(HttpHandler handler, HttpLimits limits = {}) {
  auto server = listen_http("127.0.0.1:0", std::move(handler), limits);
  REQUIRE(server.has_value());
  return std::move(*server);
}

}  // namespace

TEST_CASE("a request reaches the handler decoded, and its answer comes back") {
  auto server = serve([](HttpRequest request, Respond respond) {
    respond({.status = 201,
             .body = request.method + " " + request.path + " " + request.query["a b"] + " " + request.body,
             .headers = {}});
  });
  const std::string answer = exchange(
      server->port(),
      "POST /v1/x%2Fy?a+b=c%26d HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody");
  CHECK(answer.starts_with("HTTP/1.1 201"));
  CHECK(answer.ends_with("POST /v1/x/y c&d body"));
}

TEST_CASE("two requests on one connection are answered in order, also from another thread") {
  std::vector<std::jthread> threads;
  auto server = serve([&](HttpRequest request, Respond respond) {
    threads.emplace_back([respond, path = request.path] { respond({.body = path, .headers = {}}); });
  });
  const std::string answer =
      exchange(server->port(),
               "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(answer.find("/1") < answer.find("/2"));
  CHECK(answer.ends_with("/2"));
}

TEST_CASE("what is no HTTP, too large or too slow is refused without harm to others") {
  auto server = serve([](HttpRequest, Respond respond) { respond({.body = "ok", .headers = {}}); },
                      {.body_bytes_max = 100, .idle_seconds_max = 1});
  CHECK(exchange(server->port(), "nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(exchange(server->port(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            .starts_with("HTTP/1.1 413"));
  CHECK(exchange(server->port(), "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n")
            .find(" 200 ") == std::string::npos);
  CHECK(exchange(server->port(), "GET / HT") == "");
  CHECK(exchange(server->port(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ends_with("ok"));
}

TEST_CASE("a handler that answers twice, or after the server is gone, does no harm") {
  Respond late;
  {
    auto server = serve([&](HttpRequest request, Respond respond) {
      if (request.path == "/late") late = respond;
      respond({.body = "first", .headers = {}});
      respond({.body = "second", .headers = {}});
    });
    CHECK(exchange(server->port(), "GET /late HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
              .ends_with("first"));
  }
  late({.body = "nobody listens", .headers = {}});
}

TEST_CASE("a port in use and a bad address are explained") {
  auto server = serve([](HttpRequest, Respond respond) { respond({}); });
  const auto second = listen_http("127.0.0.1:" + std::to_string(server->port()), [](HttpRequest, Respond) {});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().find("in use") != std::string::npos);
  CHECK(second.error().find("--listen") != std::string::npos);
  CHECK_FALSE(listen_http("localhost", [](HttpRequest, Respond) {}).has_value());
  CHECK_FALSE(listen_http("127.0.0.1:99999", [](HttpRequest, Respond) {}).has_value());
}
