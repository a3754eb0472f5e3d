// An HTTP/1.1 server on loopback, one thread a connection: enough for a sandbox, and an injected delay holds
// up nobody else.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "tools/sandbox/http.h"

namespace endcap::sandbox {

class Server {
 public:
  using Handler = std::function<Response(const Request&)>;
  // Binds to 127.0.0.1; port 0 picks a free one. The error is a sentence.
  static std::expected<std::unique_ptr<Server>, std::string> bind(uint16_t port);
  ~Server();
  uint16_t port() const;
  // Serves until the process ends.
  void run(Handler handler);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace endcap::sandbox
