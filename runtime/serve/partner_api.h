// What partners may ask for, on a listener of its own: the interfaces of the program, for those who prove who
// they are. docs/reference/api.md describes it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/serve/http_server.h"
#include "runtime/serve/partner_calls.h"
#include "runtime/serve/shell.h"

namespace endcap {

// Somebody who may call, and the token that proves it. The token itself is not kept.
struct PartnerAccess {
  PartnerAccess(std::string given_kind, std::string given_name, std::string_view token);
  std::string kind, name;    // "Marketplace", "acme"
  std::string token_sha256;  // raw
};

class PartnerApi {
 public:
  using Steady = std::function<std::chrono::steady_clock::time_point()>;
  PartnerApi(Shell& shell, std::shared_ptr<const abi::Program> program, std::vector<PartnerAccess> partners,
             std::shared_ptr<PartnerCalls> calls, Steady steady = std::chrono::steady_clock::now)
      : shell_(shell),
        program_(std::move(program)),
        partners_(std::move(partners)),
        calls_(std::move(calls)),
        steady_(std::move(steady)) {}

  // Answers at once or from the engine's thread. The API must outlive the shell's threads.
  void handle(HttpRequest request, HttpServer::Respond respond);

 private:
  const PartnerAccess* who(const HttpRequest& request) const;
  const abi::Interface* interface_at(const std::vector<std::string>& path) const;
  std::map<std::string, std::string> age_headers(const abi::Interface& interface, Instant now) const;
  // Seconds until the partner may ask again; 0: it may now, and that was one of its calls.
  uint64_t over_quota(const PartnerAccess& partner, const abi::Interface& interface);
  HttpResponse gone(const abi::Interface& interface) const;
  void operation(const PartnerAccess& partner, const abi::Interface& interface, const HttpRequest& request,
                 HttpServer::Respond respond);

  struct Window {  // of one partner and one version of an interface
    std::chrono::steady_clock::time_point began;
    uint32_t calls = 0;
  };
  Shell& shell_;
  std::shared_ptr<const abi::Program> program_;
  std::vector<PartnerAccess> partners_;
  std::shared_ptr<PartnerCalls> calls_;
  Steady steady_;
  std::mutex mutex_;
  std::map<std::pair<std::string, const abi::Interface*>, Window> windows_;
};

}  // namespace endcap
