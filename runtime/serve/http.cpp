// The HTTP server: one acceptor, one session a connection.
#include "runtime/serve/http.h"

#include <fmt/format.h>

#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <charconv>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace endcap {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::map<std::string, std::string> read_query(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (!pair.empty()) query[url_decode(pair.substr(0, equals), true)] = url_decode(value, true);
  }
  return query;
}

HttpRequest read_request(const http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  const std::string target(message.target());
  const size_t mark = target.find('?');
  request.path = url_decode(std::string_view(target).substr(0, mark), false);
  if (mark != std::string::npos) request.query = read_query(std::string_view(target).substr(mark + 1));
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers[name] = std::string(field.value());
  }
  request.body = message.body();
  return request;
}

class Session;

// Outlives the server as long as an answer is still to come, so that a late answer finds a context to be
// dropped in.
struct Shared {
  HttpHandler handler;
  HttpLimits limits;
  std::atomic<bool> stopped{false};
  asio::io_context io{1};
  std::mutex mutex;  // of `sessions`: the last one to let go of a session may be any thread
  std::set<Session*> sessions;
};

// One connection: reads a request, waits for its answer, writes it, reads the next.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::shared_ptr<Shared> shared)
      : stream_(std::move(socket)), shared_(std::move(shared)) {
    const std::lock_guard lock(shared_->mutex);
    shared_->sessions.insert(this);
  }
  ~Session() {
    const std::lock_guard lock(shared_->mutex);
    shared_->sessions.erase(this);
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(shared_->limits.body_bytes_max);
    parser_->header_limit(shared_->limits.header_bytes_max);
    stream_.expires_after(std::chrono::seconds(shared_->limits.idle_seconds_max));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, size_t) { self->on_read(error); });
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

 private:
  void on_read(beast::error_code error) {
    if (error == http::error::body_limit) return refuse(413, "the body is larger than this server takes");
    if (error == http::error::header_limit) return refuse(431, "the header is larger than this server takes");
    if (error == http::error::end_of_stream || error == beast::error::timeout ||
        error == asio::error::operation_aborted)
      return close();
    if (error.category() == http::make_error_code(http::error::bad_target).category())
      return refuse(400, "this is not HTTP");
    if (error) return close();
    stream_.expires_never();
    keep_alive_ = parser_->get().keep_alive();
    auto answered = std::make_shared<std::atomic<bool>>(false);
    shared_->handler(
        read_request(parser_->get()), [self = shared_from_this(), answered](HttpResponse response) {
          if (answered->exchange(true) || self->shared_->stopped) return;
          asio::post(self->stream_.get_executor(),
                     [self, response = std::move(response)]() mutable { self->write(std::move(response)); });
        });
  }

  void refuse(int status, std::string_view why) {
    keep_alive_ = false;
    write({.status = status,
           .body = fmt::format(R"({{"error":{{"kind":"invalid","message":"{}"}}}})", why),
           .headers = {}});
  }

  void write(HttpResponse response) {
    auto message =
        std::make_shared<http::response<http::string_body>>(static_cast<http::status>(response.status), 11);
    message->set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) message->set(name, value);
    message->keep_alive(keep_alive_);
    message->body() = std::move(response.body);
    message->prepare_payload();
    stream_.expires_after(std::chrono::seconds(shared_->limits.idle_seconds_max));
    http::async_write(stream_, *message,
                      [self = shared_from_this(), message](beast::error_code error, size_t) {
                        if (error || !self->keep_alive_) return self->close();
                        self->read();
                      });
  }

  beast::tcp_stream stream_;
  std::shared_ptr<Shared> shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  bool keep_alive_ = true;
};

class Server : public HttpServer {
 public:
  Server(HttpHandler handler, HttpLimits limits)
      : shared_(std::make_shared<Shared>()), acceptor_(shared_->io) {
    shared_->handler = std::move(handler);
    shared_->limits = limits;
  }
  // Without work left the thread ends by itself; nothing is torn from under an operation.
  ~Server() override {
    if (!thread_.joinable()) return;
    asio::post(shared_->io, [this] {
      shared_->stopped = true;
      beast::error_code ignored;
      acceptor_.close(ignored);
      const std::lock_guard lock(shared_->mutex);
      for (Session* session : shared_->sessions) session->close();
    });
    thread_.join();
  }

  void listen(const tcp::endpoint& endpoint) {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(asio::socket_base::max_listen_connections);
    accept();
    thread_ = std::thread([this] { shared_->io.run(); });
  }
  uint16_t port() const override { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error && has_room()) {
        socket.set_option(tcp::no_delay(true), error);
        std::make_shared<Session>(std::move(socket), shared_)->read();
      }
      accept();
    });
  }

  bool has_room() {
    const std::lock_guard lock(shared_->mutex);
    return shared_->sessions.size() < shared_->limits.connections_max;
  }

  std::shared_ptr<Shared> shared_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace

std::string url_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::expected<std::unique_ptr<HttpServer>, std::string> listen_http(std::string_view address,
                                                                    HttpHandler handler, HttpLimits limits) {
  const size_t colon = address.rfind(':');
  const std::string host(address.substr(0, colon));
  const std::string_view digits = colon == std::string_view::npos ? "" : address.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(host, error);
  if (error || bad != std::errc{} || end != digits.data() + digits.size()) {
    return std::unexpected(
        fmt::format("`{}` is no address to listen on. Give an IP address and a port, such as 127.0.0.1:8700; "
                    "port 0 takes a free one.",
                    address));
  }
  auto server = std::make_unique<Server>(std::move(handler), limits);
  try {
    server->listen({ip, port});
  } catch (const boost::system::system_error& failure) {
    if (failure.code() == asio::error::address_in_use) {
      return std::unexpected(
          fmt::format("Port {} on {} is in use, so the daemon can't listen there. Another daemon may be "
                      "running: stop it, or give this one another "
                      "port with --listen {}:PORT (0 takes a free one). Nothing was started.",
                      port, host, host));
    }
    return std::unexpected(
        fmt::format("Can't listen on {}: {}. Nothing was started.", address, failure.code().message()));
  }
  return server;
}

}  // namespace endcap
