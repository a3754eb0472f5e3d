// HTTP over libcurl multi, for one thread: requests go out, answers come back as callbacks from `perform`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/connect/answer.h"

namespace endcap::connect {

struct HttpRequest {
  std::string method, url, body;
  bool has_body = false;
  std::vector<std::string> headers;  // "Name: value"
  std::string user, password;
  bool fresh_connection = false;
  bool once = false;  // it may change something: it leaves once, and what is lost then is for the caller to know
  uint64_t body_bytes_max = 0;
  std::chrono::milliseconds timeout{30000};
};

struct HttpOutcome {
  enum class Kind : uint8_t {
    Answered,  // `answer`
    NotSent,   // no connection was made: nothing can have happened there
    Lost,      // sent, perhaps; no whole answer
    TooLarge,  // an answer beyond body_bytes_max; its status is known
  } kind = Kind::Answered;
  HttpAnswer answer;
  std::string message;  // for people, when there is no answer
};

// Cookies of one system, shared by its requests.
class CookieJar {
 public:
  CookieJar();
  ~CookieJar();
  CookieJar(const CookieJar&) = delete;
  CookieJar& operator=(const CookieJar&) = delete;
  void* share() const { return share_; }

 private:
  void* share_;
};

class HttpClient {
 public:
  using Callback = std::function<void(HttpOutcome)>;
  HttpClient();
  ~HttpClient();

  void send(const HttpRequest& request, CookieJar& cookies, Callback done);
  void perform();                                // moves bytes; calls callbacks, which may call `send`
  void wait(std::chrono::milliseconds at_most);  // until a socket is ready or `wake` is called
  void wake();                                   // from any thread
  void drop_all();                               // open transfers end; their callbacks are not called

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace endcap::connect
