// As much of HTTP/1.1 as a load needs: requests as bytes, answers with a Content-Length, on loopback.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace endcap::bench {

// A whole request.
std::string http_request(std::string_view method, std::string_view path, std::string_view body = {},
                         std::string_view content_type = "application/json");

struct HttpAnswered {
  int status = 0;
  std::string body;
};

// Takes the first answer off `bytes` when all of it is there.
std::optional<HttpAnswered> take_answer(std::string& bytes);

int connect_to(uint16_t port);  // a socket; -1 when nobody listens

// One connection that is kept, and made again when it broke. Not for two threads at once.
class HttpConnection {
 public:
  explicit HttpConnection(uint16_t port) : port_(port) {}
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  // Nothing when nobody listens, or the connection ends before the answer.
  std::optional<HttpAnswered> ask(const std::string& request);
  // Of a server that is there: throws std::runtime_error on anything but a success.
  std::string get(std::string_view path);

 private:
  void end();
  uint16_t port_;
  int socket_ = -1;
};

struct HttpLoad {
  uint16_t port = 0;
  uint32_t connections = 100;  // each with one request at a time
  // The next request; nothing: there are no more. One that is refused as too much (429, 503) is sent again.
  std::function<std::optional<std::string>()> next;
  std::function<void(uint64_t answered)> progress = {};
  bool may_break = false;  // the server is going to be killed: that is the end, and no error
};
struct HttpLoaded {
  uint64_t answered = 0, refused = 0;
  double seconds = 0;
  std::vector<double> latencies_us;  // from the first byte sent to the last one received, refusals included
};
// Throws std::runtime_error on an answer that is neither a success nor "too much", and on a broken
// connection.
HttpLoaded run_http_load(const HttpLoad& load);

}  // namespace endcap::bench
