// The client on libcurl: see http_client.h.
#include "tools/endcap/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>

namespace endcap::command {
namespace {

constexpr long kConnectMilliseconds = 5'000;
constexpr long kAnswerMilliseconds = 90'000;  // longer than the daemon takes to give up

size_t collect(char* bytes, size_t size, size_t count, void* into) {
  static_cast<std::string*>(into)->append(bytes, size * count);
  return size * count;
}

ExitCode exit_code_of(long status) {
  switch (status) {
    case 400:
    case 404:
    case 413:
    case 415:
      return kUsage;
    case 403:
      return kDenied;
    case 409:
      return kConflict;
    case 429:
    case 503:
    case 507:
      return kUnreachable;
    default:
      return kInternal;
  }
}

}  // namespace

HttpClient::HttpClient(std::string url) : url_(std::move(url)) {
  const char* environment = std::getenv("ENDCAP_SERVER");
  if (url_.empty() && environment != nullptr) url_ = environment;
  if (url_.empty()) url_ = "http://127.0.0.1:8700";
  while (url_.ends_with('/')) url_.pop_back();
}

std::expected<Json, ServerError> HttpClient::call(const std::string& target, const std::string& body,
                                                  const std::string& content_type) const {
  const auto refuse = [](ExitCode code, std::string message) {
    return std::unexpected(ServerError{code, std::move(message)});
  };
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return refuse(kInternal, "The HTTP client can't be made.");
  std::string answer;
  const std::string url = url_ + target, header = "Content-Type: " + content_type;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, header.c_str()), &curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kAnswerMilliseconds);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  if (!body.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return refuse(kUnreachable, fmt::format("No daemon answers at {} ({}). Start one with `endcap serve`, or "
                                            "name another with --server or ENDCAP_SERVER.",
                                            url_, curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  Json json = Json::parse(answer, nullptr, false);
  if (status >= 200 && status < 300 && !json.is_discarded()) return json;
  if (json.is_object() && json.contains("error") && json["error"].is_object()) {
    return refuse(exit_code_of(status),
                  json["error"].value("message", "The daemon refused without saying why."));
  }
  return refuse(
      kUnreachable,
      fmt::format(
          "What answers at {} is no Endcap daemon (HTTP {}). Name one with --server or ENDCAP_SERVER.", url_,
          status));
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return out;
}

}  // namespace endcap::command
