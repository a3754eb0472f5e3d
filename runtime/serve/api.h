// The daemon's HTTP API: routes to the engine, its answers and refusals back. docs/reference/api.md describes
// it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "runtime/serve/backups.h"
#include "runtime/serve/http_server.h"
#include "runtime/serve/partner_calls.h"
#include "runtime/serve/shell.h"

namespace endcap {

struct ApiInfo {
  std::string program_hash;                               // hex
  std::string version;                                    // of the daemon
  std::shared_ptr<PartnerCalls> partner_calls = nullptr;  // of the interfaces, for the metrics
  // Starts and events that wait for their answer, each on a connection: so many, that others get through.
  size_t new_waiting_max = 768;
  std::shared_ptr<Backups> backups = nullptr;  // of the data folder
};

class Api {
 public:
  Api(Shell& shell, ApiInfo info) : shell_(shell), info_(std::move(info)) {}
  // Answers at once or from the engine's thread. The API must outlive the shell's threads.
  void handle(HttpRequest request, HttpServer::Respond respond);

 private:
  using Work = std::function<void(Engine&)>;
  void post(Work work, const HttpServer::Respond& respond, Share share = Share::Ordinary);
  // Counts what is new until it is answered; empty, and refused, when too much of it is waiting.
  std::optional<HttpServer::Respond> take_in(const HttpServer::Respond& respond);

  void start(const HttpRequest& request, HttpServer::Respond respond);
  void instances(HttpRequest request, HttpServer::Respond respond);
  void history(std::string workflow_or_id, std::string key, const HttpRequest& request,
               HttpServer::Respond respond);
  void resume(const std::string& id, const HttpRequest& request, HttpServer::Respond respond);
  void tasks(const HttpRequest& request, HttpServer::Respond respond);
  void task(const std::string& id, HttpServer::Respond respond);
  void lines(const std::string& id, const HttpRequest& request, HttpServer::Respond respond);
  void decide(const std::string& id, const HttpRequest& request, HttpServer::Respond respond);
  void delegate(const std::string& id, const HttpRequest& request, HttpServer::Respond respond);
  void events(const HttpRequest& request, HttpServer::Respond respond);
  void metrics(HttpServer::Respond respond);
  void schedules(HttpServer::Respond respond);
  void routes(HttpServer::Respond respond);
  void held(HttpRequest request, HttpServer::Respond respond);
  void held_list(const HttpRequest& request, HttpServer::Respond respond);
  void settle_held(uint64_t item, bool drop, const HttpRequest& request, HttpServer::Respond respond);
  void clock(HttpServer::Respond respond);
  void health(HttpServer::Respond respond);

  Shell& shell_;
  ApiInfo info_;
  std::shared_ptr<std::atomic<size_t>> new_waiting_ = std::make_shared<std::atomic<size_t>>(0);
};

HttpResponse refusal_response(const Refusal& refusal);
// Prometheus exposition format 0.0.4; the second of the routes and syncs of Engine::routes.
std::string metrics_text(const Counters& counters, Instant now);
std::string carry_metrics_text(const std::string& routes_json);
// Of what is refused, waits and is short of room.
std::string pressure_metrics_text(const Pressure& pressure, const Counters& counters);
// What GET /healthz answers.
std::string health_json(const Pressure& pressure, const ApiInfo& info);

}  // namespace endcap
