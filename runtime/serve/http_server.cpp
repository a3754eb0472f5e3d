// The HTTP server: one thread, one coroutine a connection.
#include "runtime/serve/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>  // before asio: its 1.74 headers forget it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace endcap {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Empty for an escape that is none.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

template <typename Visit>
bool split(std::string_view text, char separator, Visit visit) {
  while (true) {
    const size_t end = text.find(separator);
    if (!visit(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool parse_target(std::string_view target, HttpRequest& request) {
  const size_t question = target.find('?');
  const bool path_good = split(target.substr(0, question), '/', [&](std::string_view segment) {
    auto decoded = percent_decode(segment, false);
    if (decoded && !decoded->empty()) request.path.push_back(std::move(*decoded));
    return decoded.has_value();
  });
  if (!path_good || question == std::string_view::npos) return path_good;
  return split(target.substr(question + 1), '&', [&](std::string_view pair) {
    const size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value =
        percent_decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) return false;
    if (!name->empty()) request.query[*name] = std::move(*value);
    return true;
  });
}

std::optional<HttpRequest> convert(http::request<http::string_body>&& from) {
  HttpRequest request;
  request.method = std::string(from.method_string());
  if (!parse_target({from.target().data(), from.target().size()}, request)) return std::nullopt;
  for (const auto& field : from) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    request.headers[std::move(name)] = std::string(field.value());
  }
  request.body = std::move(from.body());
  return request;
}

// Why a request could be read in two ways; null: it can't. RFC 9112 section 6.3.
const char* why_ambiguous(const http::request<http::string_body>& request) {
  if (request.count(http::field::transfer_encoding) > 0 &&
      (request.count(http::field::transfer_encoding) > 1 ||
       !beast::iequals(request[http::field::transfer_encoding], "chunked")))
    return "The only Transfer-Encoding that is understood is chunked.";
  for (const char* name : {"Authorization", "Idempotency-Key", "Content-Type"}) {
    if (request.count(name) > 1) return "A header that may be there once is there twice.";
  }
  return nullptr;
}

HttpResponse malformed(const beast::error_code& error, const HttpOptions& options) {
  if (error == http::error::body_limit) {
    return error_response(413, "too_large",
                          fmt::format("The body is larger than {} bytes.", options.body_bytes_max));
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return error_response(431, "too_large",
                          fmt::format("The header is larger than {} bytes.", options.header_bytes_max));
  }
  return error_response(400, "invalid", fmt::format("The request is not HTTP: {}.", error.message()));
}

bool is_malformed(const beast::error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

}  // namespace

struct HttpServer::State {
  HttpOptions options;
  Handler handler;
  size_t connections = 0;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  std::thread thread;

  asio::awaitable<void> accept_all();
  asio::awaitable<void> converse(tcp::socket socket);
  asio::awaitable<HttpResponse> ask_handler(HttpRequest request);
};

namespace {

// Where the handler leaves its answer, from any thread. It may outlive whoever waits, and the server.
class Answer {
 public:
  void leave(const std::shared_ptr<Answer>& self, HttpResponse response) {
    std::scoped_lock lock(mutex_);
    if (io_ == nullptr || response_) return;
    response_ = std::move(response);
    asio::post(*io_, [self] { self->wake(); });
  }
  std::optional<HttpResponse> take() {
    std::scoped_lock lock(mutex_);
    return std::exchange(response_, std::nullopt);
  }
  void expect(asio::io_context* io, asio::steady_timer* ready) {
    std::scoped_lock lock(mutex_);
    io_ = io;
    ready_ = ready;
  }

 private:
  void wake() {
    std::scoped_lock lock(mutex_);
    if (ready_ != nullptr) ready_->cancel();
  }
  std::mutex mutex_;
  std::optional<HttpResponse> response_;
  asio::io_context* io_ = nullptr;
  asio::steady_timer* ready_ = nullptr;
};

// Whoever waits has gone: nothing is left for it any more.
struct Waiting {
  std::shared_ptr<Answer> answer = std::make_shared<Answer>();
  asio::steady_timer ready;
  explicit Waiting(asio::io_context& io) : ready(io) { answer->expect(&io, &ready); }
  ~Waiting() { answer->expect(nullptr, nullptr); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
};

}  // namespace

asio::awaitable<void> HttpServer::State::accept_all() {
  while (true) {
    beast::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // out of file descriptors: the connections there are will end
      asio::steady_timer pause(io, std::chrono::milliseconds(50));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    asio::co_spawn(io, converse(std::move(socket)), asio::detached);
  }
}

asio::awaitable<HttpResponse> HttpServer::State::ask_handler(HttpRequest request) {
  Waiting waiting(io);
  waiting.ready.expires_after(options.answer_timeout);
  handler(std::move(request),
          [answer = waiting.answer](HttpResponse response) { answer->leave(answer, std::move(response)); });
  beast::error_code ignored;
  auto response = waiting.answer->take();
  if (!response) {
    // An answer that comes between these two lines wakes the timer from a later turn of this very thread's
    // loop.
    co_await waiting.ready.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    response = waiting.answer->take();
  }
  if (response) co_return std::move(*response);
  co_return error_response(
      503, "unavailable",
      "The engine did not answer in time. Whether the request was kept is not known: ask again.");
}

asio::awaitable<void> HttpServer::State::converse(tcp::socket socket) {
  struct Count {
    size_t& count;
    explicit Count(size_t& number) : count(number) { ++count; }
    ~Count() { --count; }
  } counted(connections);
  beast::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer(options.header_bytes_max + (64u << 10));
  while (true) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(options.body_bytes_max);
    parser.header_limit(options.header_bytes_max);
    stream.expires_after(options.read_timeout);
    HttpResponse response;
    bool keep_alive = false;
    bool head = false;
    unsigned version = 11;
    if (connections > options.connections_max) {
      response = error_response(503, "overloaded", "There are too many connections.");
      response.headers["Retry-After"] = "1";
    } else {
      co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
      if (error && !is_malformed(error)) break;  // gone, or too slow
      if (error) {
        response = malformed(error, options);
      } else {
        keep_alive = parser.get().keep_alive();
        head = parser.get().method() == http::verb::head;
        version = parser.get().version();
        const char* const ambiguous = why_ambiguous(parser.get());
        auto request = convert(parser.release());
        if (ambiguous != nullptr) {  // whoever stands in front may have read it otherwise
          keep_alive = false;
          response = error_response(400, "invalid", ambiguous);
        } else if (!request) {
          response = error_response(
              400, "invalid", "The path or query has a % that is not followed by two hexadecimal digits.");
        } else {
          if (head) request->method = "GET";
          stream.expires_never();
          response = co_await ask_handler(std::move(*request));
        }
      }
    }
    http::response<http::string_body> out{static_cast<http::status>(response.status), version};
    out.set(http::field::server, "endcap");
    out.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) out.set(name, value);
    out.keep_alive(keep_alive);
    out.body() = std::move(response.body);
    out.prepare_payload();
    if (head) out.body().clear();
    stream.expires_after(options.read_timeout);
    http::response_serializer<http::string_body> serializer(out);
    if (head) {
      co_await http::async_write_header(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    }
    if (error || !keep_alive) break;
  }
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::expected<std::unique_ptr<HttpServer>, ListenError> HttpServer::listen(const HttpOptions& options,
                                                                           Handler handler) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->handler = std::move(handler);
  beast::error_code error;
  const auto address =
      asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error) {
    return std::unexpected(ListenError{
        false,
        fmt::format("\"{}\" is not an address to listen on. Give an address such as 127.0.0.1, or 0.0.0.0 "
                    "for all of this "
                    "machine's.",
                    options.host)});
  }
  const tcp::endpoint endpoint(address, options.port);
  state->acceptor.open(endpoint.protocol(), error);
  if (!error) state->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) state->acceptor.bind(endpoint, error);
  if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return std::unexpected(ListenError{
        true,
        fmt::format("Port {} on {} is in use by another program, perhaps another daemon. Stop it, or choose "
                    "another port with "
                    "--listen; port 0 picks a free one.",
                    options.port, options.host)});
  }
  if (error) {
    return std::unexpected(ListenError{
        false, fmt::format("Can't listen on {}:{}: {}. Choose another address or port with --listen.",
                           options.host, options.port, error.message())});
  }
  asio::co_spawn(state->io, state->accept_all(), asio::detached);
  state->thread = std::thread([running = state.get()] { running->io.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::~HttpServer() {
  state_->io.stop();
  state_->thread.join();
}

uint16_t HttpServer::port() const {
  beast::error_code error;
  return state_->acceptor.local_endpoint(error).port();
}

HttpResponse error_response(unsigned status, std::string_view kind, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.body = nlohmann::json{{"error", {{"kind", kind}, {"message", message}}}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace endcap
