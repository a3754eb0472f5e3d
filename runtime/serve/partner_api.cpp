// Interfaces over HTTP: see partner_api.h. In this order: who it is, what is asked for, whether that is still
// there, whether it was asked for too often; the rest is the engine's to say.
#include "runtime/serve/partner_api.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/abi/frame.h"
#include "runtime/serve/api.h"
#include "runtime/serve/openapi.h"

namespace endcap {
namespace {

using Respond = HttpServer::Respond;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::seconds;

constexpr size_t kIdempotencyKeyMax = 200;

// In one time, whatever differs where.
bool same_digest(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

// IMF-fixdate of RFC 9110.
std::string http_date(Instant at) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(static_cast<std::time_t>(at / kSecond)));
}

std::string path_of(const abi::Interface& interface) {
  return fmt::format("/v1/{}/{}", interface.name, interface.version);
}

HttpResponse unauthorized() {
  HttpResponse response = error_response(
      401, "unauthorized", "Send the token that you were given, as Authorization: Bearer TOKEN.");
  response.headers["WWW-Authenticate"] = "Bearer";
  return response;
}

HttpResponse no_such_interface() {
  return error_response(404, "not_found", "There is no such interface, or it is not for you.");
}

HttpResponse only(std::string_view allowed) {
  HttpResponse response = error_response(405, "invalid", fmt::format("Only {} is possible here.", allowed));
  response.headers["Allow"] = allowed;
  return response;
}

// Visible characters only: the key stands in histories.
bool is_key(const std::string& key) {
  return !key.empty() && key.size() <= kIdempotencyKeyMax &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string result_of(unsigned status) {
  switch (status) {
    case 200:
    case 201:
    case 202:
      return "accepted";
    case 401:
      return "unauthorized";
    case 403:
      return "denied";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    case 410:
      return "gone";
    case 429:
      return "over_quota";
    case 503:
      return "unavailable";
    default:
      return "invalid";
  }
}

}  // namespace

PartnerAccess::PartnerAccess(std::string given_kind, std::string given_name, std::string_view token)
    : kind(std::move(given_kind)), name(std::move(given_name)), token_sha256(abi::sha256(token)) {}

// All are looked at, so that how long it takes says nothing about any of them.
const PartnerAccess* PartnerApi::who(const HttpRequest& request) const {
  constexpr std::string_view kBearer = "bearer ";
  const auto header = request.headers.find("authorization");
  std::string token = header == request.headers.end() ? "" : header->second;
  std::string scheme = token.substr(0, kBearer.size());
  std::ranges::transform(scheme, scheme.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const bool bears = scheme == kBearer && token.size() > kBearer.size();
  const std::string digest = abi::sha256(bears ? token.substr(kBearer.size()) : "");
  const PartnerAccess* found = nullptr;
  for (const PartnerAccess& each : partners_) {
    if (same_digest(digest, each.token_sha256)) found = &each;
  }
  return bears ? found : nullptr;
}

const abi::Interface* PartnerApi::interface_at(const std::vector<std::string>& path) const {
  if (path.size() != 4 || path[0] != "v1") return nullptr;
  uint32_t version = 0;
  const auto [end, error] = std::from_chars(path[2].data(), path[2].data() + path[2].size(), version);
  if (error != std::errc() || end != path[2].data() + path[2].size()) return nullptr;
  for (const abi::Interface& interface : program_->interfaces) {
    if (interface.name == path[1] && interface.version == version) return &interface;
  }
  return nullptr;
}

// RFC 9745 and RFC 8594.
std::map<std::string, std::string> PartnerApi::age_headers(const abi::Interface& interface,
                                                           Instant now) const {
  if (!interface.deprecated || now < *interface.deprecated) return {};
  return {{"Deprecation", fmt::format("@{}", *interface.deprecated / kSecond)},
          {"Sunset", http_date(*interface.until)}};
}

// A window of its period begins with the first call in it; a restart begins anew.
uint64_t PartnerApi::over_quota(const PartnerAccess& partner, const abi::Interface& interface) {
  const auto period = microseconds(interface.quota_period);
  const auto now = steady_();
  std::scoped_lock lock(mutex_);
  Window& window = windows_[{partner.kind + '\0' + partner.name, &interface}];
  if (window.calls == 0 || now - window.began >= period) window = {now, 0};
  if (window.calls < interface.quota_count) {
    ++window.calls;
    return 0;
  }
  return static_cast<uint64_t>(duration_cast<seconds>(period - (now - window.began)).count()) + 1;
}

HttpResponse PartnerApi::gone(const abi::Interface& interface) const {
  const abi::Interface* newest = &interface;
  for (const abi::Interface& other : program_->interfaces) {
    if (other.name == interface.name && other.version > newest->version) newest = &other;
  }
  const std::string instead =
      newest == &interface ? "" : fmt::format(" {} takes its place.", path_of(*newest));
  HttpResponse response = error_response(
      410, "gone",
      fmt::format("{} is gone since {}.{}", path_of(interface), instant_to_text(*interface.until), instead));
  if (newest != &interface)
    response.headers["Link"] = fmt::format("<{}/openapi.json>; rel=\"successor-version\"", path_of(*newest));
  return response;
}

void PartnerApi::handle(HttpRequest request, Respond respond) {
  const abi::Interface* interface = interface_at(request.path);
  const Instant now = shell_.now();
  if (interface != nullptr) {
    respond = [this, interface, headers = age_headers(*interface, now),
               respond = std::move(respond)](HttpResponse response) {
      calls_->count(interface->name, interface->version, result_of(response.status));
      // Who has not proved anything learns nothing of what there is.
      if (response.status != 401 && response.status != 404)
        for (const auto& [name, value] : headers) response.headers[name] = value;
      respond(std::move(response));
    };
  }
  const PartnerAccess* partner = who(request);
  if (partner == nullptr) return respond(unauthorized());
  if (interface == nullptr || program_->partners[interface->partner].name != partner->kind)
    return respond(no_such_interface());
  if (interface->until && now >= *interface->until) return respond(gone(*interface));
  if (request.path[3] == "openapi.json") {
    if (request.method != "GET") return respond(only("GET"));
    HttpResponse response;
    response.body = openapi_json(*program_, *interface);
    return respond(std::move(response));
  }
  if (request.method != "POST") return respond(only("POST"));
  if (const uint64_t wait = over_quota(*partner, *interface); wait > 0) {
    HttpResponse response = error_response(
        429, "overloaded",
        fmt::format("That were more than {} calls; come back in {} s.", interface->quota_count, wait));
    response.headers["Retry-After"] = std::to_string(wait);
    return respond(std::move(response));
  }
  operation(*partner, *interface, request, std::move(respond));
}

void PartnerApi::operation(const PartnerAccess& partner, const abi::Interface& interface,
                           const HttpRequest& request, Respond respond) {
  const auto type = request.headers.find("content-type");
  if (type == request.headers.end() || !type->second.starts_with("application/json"))
    return respond(
        error_response(415, "invalid", "Send the body as JSON, with Content-Type: application/json."));
  const auto key = request.headers.find("idempotency-key");
  if (key == request.headers.end() || !is_key(key->second))
    return respond(error_response(
        400, "invalid",
        fmt::format("Send an Idempotency-Key of 1 to {} visible ASCII characters; give each call its own.",
                    kIdempotencyKeyMax)));
  using What = abi::Interface::Operation::What;
  const auto operation =
      std::ranges::find(interface.operations, request.path[3], &abi::Interface::Operation::name);
  const unsigned done =
      operation != interface.operations.end() && operation->what == What::Starts ? 201 : 202;
  InboundRequest call;
  call.interface = interface.name;
  call.version = interface.version;
  call.operation = request.path[3];
  call.partner_kind = partner.kind;
  call.partner = partner.name;
  call.key = key->second;
  call.arguments_json = request.body;
  call.reply = [respond, done](std::expected<std::string, Refusal> result) {
    // Not a quota that is used up, and nothing of how the engine does: whether it was kept nobody knows.
    if (!result && result.error().kind == Refusal::Kind::Overloaded) {
      HttpResponse busy = error_response(
          503, "unavailable",
          "Whether the call was kept is not known: make it again with the same Idempotency-Key.");
      busy.headers["Retry-After"] = std::to_string(result.error().retry_after_s);
      return respond(std::move(busy));
    }
    if (!result) return respond(refusal_response(result.error()));
    HttpResponse response;
    response.status = done;
    response.body = std::move(*result);
    respond(std::move(response));
  };
  if (shell_.post([call = std::move(call)](Engine& engine) { engine.inbound(call); })) return;
  HttpResponse response =
      error_response(503, "overloaded",
                     "The daemon takes in nothing more just now: it is stopping, or too much is waiting.");
  response.headers["Retry-After"] = "1";
  respond(std::move(response));
}

}  // namespace endcap
