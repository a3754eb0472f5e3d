// Opening the estate, and the way of a request through faults to the part that answers it.
#include "tools/sandbox/estate.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::sandbox {
namespace {

bool under(const std::string& path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

Response refuse(const Fault& fault, Version version) {
  if (fault.kind == Fault::Kind::Reject) return error_response(version, {400, fault.code, fault.message});
  if (fault.kind == Fault::Kind::Garbage)
    return {.status = 200, .body = "{\"d\": <<<", .content_type = "application/json"};
  Response response =
      error_response(version, {fault.status, fmt::format("Sandbox{}", fault.status), fault.message});
  if (fault.retry_after > 0) response.headers.emplace_back("Retry-After", std::to_string(fault.retry_after));
  return response;
}

}  // namespace

std::expected<std::unique_ptr<Estate>, std::string> Estate::open(const EstateOptions& options) {
  auto estate = std::make_unique<Estate>();
  estate->options_ = options;
  auto erp = load_service("erp", options.schemas + "/erp.edmx");
  if (!erp) return std::unexpected(erp.error());
  auto shop = load_service("shop", options.schemas + "/shop.xml");
  if (!shop) return std::unexpected(shop.error());
  estate->erp_ = std::move(*erp);
  estate->shop_ = std::move(*shop);
  if (!options.ledger_file.empty() && !estate->ledger_.open(options.ledger_file)) {
    return std::unexpected(
        fmt::format("The ledger {} can't be written. Give another file with --ledger.", options.ledger_file));
  }
  if (!options.sink.empty()) estate->events_.set_sink(options.sink, Json::object());
  estate->seed();
  return estate;
}

Response Estate::handle(const Request& request) {
  std::lock_guard lock(mutex_);
  ++requests_;
  if (under(request.path, "/sandbox")) return control(request);
  return through_faults(request, under(request.path, "/shop") ? shop_.version : erp_.version,
                        [&] { return process(request); });
}

Response Estate::through_faults(const Request& request, Version version,
                                const std::function<Response()>& answer) {
  auto fault = faults_.take(request);
  if (!fault) return answer();
  switch (fault->kind) {
    case Fault::Kind::DropBeforeCommit:
      return {.drop = true};
    case Fault::Kind::Status:
    case Fault::Kind::Reject:
    case Fault::Kind::Garbage:
      return refuse(*fault, version);
    case Fault::Kind::Latency:
      break;
    case Fault::Kind::TimeoutAfterCommit:
      break;
    case Fault::Kind::DropAfterCommit:
      break;
  }
  Response response = answer();
  // What hit a part of a batch stays.
  if (fault->kind != Fault::Kind::DropAfterCommit)
    response.delay = std::max(response.delay, std::chrono::milliseconds(fault->milliseconds));
  response.drop = response.drop || fault->kind != Fault::Kind::Latency;
  return response;
}

Response Estate::process(const Request& request) {
  if (under(request.path, "/erp")) return odata(erp_, request);
  if (under(request.path, "/shop")) return odata(shop_, request);
  if (under(request.path, "/pos")) return tills(request);
  if (under(request.path, "/wms")) return warehouses(request);
  if (under(request.path, "/models")) return models(request);
  return plain_error(404, "the estate answers under /erp, /shop, /pos, /wms, /models and /sandbox");
}

}  // namespace endcap::sandbox
