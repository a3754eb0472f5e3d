// Accepting connections and carrying requests to the handler.
#include "tools/sandbox/server.h"

#include <fmt/format.h>

#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace endcap::sandbox {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = boost::asio::ip::tcp;

constexpr uint64_t kBodyBytesMax = 8u << 20;

Request convert(const http::request<http::string_body>& from) {
  Request out;
  out.method = std::string(from.method_string());
  std::string_view target(from.target().data(), from.target().size());
  auto question = target.find('?');
  out.path = percent_decode(target.substr(0, question));
  if (question != std::string_view::npos) out.query = target.substr(question + 1);
  for (const auto& field : from) out.headers[std::string(field.name_string())] = std::string(field.value());
  out.body = from.body();
  return out;
}

void converse(tcp::socket socket, const Server::Handler& handler) {
  beast::error_code failure;
  socket.set_option(tcp::no_delay(true), failure);
  beast::flat_buffer buffer;
  while (true) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kBodyBytesMax);
    http::read(socket, buffer, parser, failure);
    if (failure) return;
    const auto& request = parser.get();
    Response answer = handler(convert(request));
    if (answer.delay.count() > 0) std::this_thread::sleep_for(answer.delay);
    if (answer.drop) {
      socket.shutdown(tcp::socket::shutdown_both, failure);
      return;
    }
    http::response<http::string_body> response{static_cast<http::status>(answer.status), request.version()};
    response.set(http::field::server, "endcap-sandbox");
    if (!answer.body.empty()) response.set(http::field::content_type, answer.content_type);
    for (const auto& [name, value] : answer.headers) response.insert(name, value);
    if (request.method() != http::verb::head) response.body() = std::move(answer.body);
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    http::write(socket, response, failure);
    if (failure || !response.keep_alive()) return;
  }
}

}  // namespace

struct Server::State {
  boost::asio::io_context io;
  tcp::acceptor acceptor{io};
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

std::expected<std::unique_ptr<Server>, std::string> Server::bind(uint16_t port) {
  auto state = std::make_unique<State>();
  beast::error_code failure;
  tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
  state->acceptor.open(endpoint.protocol(), failure);
  if (!failure) state->acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) state->acceptor.bind(endpoint, failure);
  if (!failure) state->acceptor.listen(boost::asio::socket_base::max_listen_connections, failure);
  if (failure) {
    return std::unexpected(fmt::format("Port {} on 127.0.0.1 can't be used: {}. --port 0 picks a free one.",
                                       port, failure.message()));
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

uint16_t Server::port() const { return state_->acceptor.local_endpoint().port(); }

void Server::run(Handler handler) {
  while (true) {
    beast::error_code failure;
    tcp::socket socket(state_->io);
    state_->acceptor.accept(socket, failure);
    if (failure) continue;
    std::thread([connection = std::move(socket), &handler]() mutable {
      converse(std::move(connection), handler);
    }).detach();
  }
}

}  // namespace endcap::sandbox
