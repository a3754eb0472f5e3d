// A small HTTP/1.1 server on Boost.Beast: connections on one thread, answers from any thread, in the order of
// each connection's requests.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace endcap {

struct HttpRequest {
  std::string method;                          // upper case
  std::string path;                            // decoded, without the query: "/v1/instances/17"
  std::map<std::string, std::string> query;    // decoded
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers;  // Retry-After and the like
};

using Respond = std::function<void(HttpResponse)>;              // called once; later calls are ignored
using HttpHandler = std::function<void(HttpRequest, Respond)>;  // on the server's thread: must not block

struct HttpLimits {
  uint64_t body_bytes_max = 4u << 20;     // larger: 413
  uint32_t header_bytes_max = 16u << 10;  // larger: 431
  uint32_t connections_max = 2000;        // further ones are closed at once
  uint32_t idle_seconds_max = 30;         // a silent or slow client is cut off
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;  // stops listening, drops connections, joins its thread
  virtual uint16_t port() const = 0;
};

// Listens on "host:port"; port 0 takes a free one. The error is a paragraph that says what to do (port in
// use, no such address).
std::expected<std::unique_ptr<HttpServer>, std::string> listen_http(std::string_view address,
                                                                    HttpHandler handler,
                                                                    HttpLimits limits = {});

// "a%20b+c" -> "a b+c"; `plus_is_space` for queries. Bad escapes stay as they are.
std::string url_decode(std::string_view text, bool plus_is_space);

}  // namespace endcap
