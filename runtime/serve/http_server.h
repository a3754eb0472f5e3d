// An HTTP/1.1 server: connections, limits and timeouts. What is answered is the handler's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace endcap {

struct HttpRequest {
  std::string method;                          // "GET"
  std::vector<std::string> path;               // segments, percent-decoded: a key may contain a slash
  std::map<std::string, std::string> query;    // decoded; of a repeated name the last
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

struct HttpOptions {
  std::string host = "127.0.0.1";  // an address, not a name
  uint16_t port = 8700;            // 0: a free one
  uint64_t body_bytes_max = 4u << 20;
  uint32_t header_bytes_max = 16u << 10;
  size_t connections_max = 1024;
  std::chrono::milliseconds read_timeout{15'000};  // for one whole request, from its first byte or from idle
  std::chrono::milliseconds answer_timeout{60'000};  // for the handler; then 503
};

struct ListenError {
  bool in_use = false;  // somebody else listens there
  std::string message;
};

class HttpServer {
 public:
  // `respond` may be called from any thread, once; later calls and calls after the connection is gone do
  // nothing.
  using Respond = std::function<void(HttpResponse)>;
  using Handler = std::function<void(HttpRequest, Respond)>;

  // Binds and answers from a thread of its own. The error is one paragraph (port in use, no such address, no
  // permission).
  static std::expected<std::unique_ptr<HttpServer>, ListenError> listen(const HttpOptions& options,
                                                                        Handler handler);
  ~HttpServer();  // ends every connection
  uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// {"error":{"kind":"not_found","message":"..."}}
HttpResponse error_response(unsigned status, std::string_view kind, std::string_view message);

}  // namespace endcap
