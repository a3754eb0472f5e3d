// Who may enter: basic authentication, and CSRF tokens tied to a session as SAP Gateway does it.
#include <boost/beast/core/detail/base64.hpp>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

std::string base64(const std::string& text) {
  namespace codec = boost::beast::detail::base64;
  std::string out(codec::encoded_size(text.size()), '\0');
  out.resize(codec::encode(out.data(), text.data(), text.size()));
  return out;
}

std::string cookie(const Request& request, std::string_view name) {
  std::string all = request.header("Cookie");
  size_t at = all.find(std::string(name) + "=");
  if (at == std::string::npos) return "";
  size_t start = at + name.size() + 1;
  return all.substr(start, all.find(';', start) - start);
}

constexpr std::string_view kSessionCookie = "SAP_SESSIONID";

}  // namespace

std::optional<Response> Estate::refuse_access(Service& service, const Request& request) {
  if (&service != &erp_ || options_.user.empty()) return std::nullopt;
  if (request.header("Authorization") == "Basic " + base64(options_.user + ":" + options_.password))
    return std::nullopt;
  Response response;
  response.status = 401;
  response.content_type = "text/html";
  response.body = "<html><body>Logon failed</body></html>";
  response.headers.emplace_back("WWW-Authenticate",
                                "Basic realm=\"SAP NetWeaver Application Server [SBX/100]\"");
  return response;
}

void Estate::offer_token(const Request& request, Response& response) {
  LessIgnoringCase less;
  std::string wanted = request.header("X-CSRF-Token");
  if (wanted.empty() || less(wanted, "fetch") || less("fetch", wanted)) return;
  std::string session = cookie(request, kSessionCookie);
  if (!sessions_.contains(session)) {
    session = "session-" + std::to_string(next_session_++);
    sessions_[session] = sha256_hex(session + std::to_string(options_.seed)).substr(0, 24);
    response.headers.emplace_back("Set-Cookie",
                                  std::string(kSessionCookie) + "=" + session + "; path=/; HttpOnly");
  }
  response.headers.emplace_back("X-CSRF-Token", sessions_[session]);
}

std::optional<Response> Estate::refuse_without_token(const Request& request) const {
  auto session = sessions_.find(cookie(request, kSessionCookie));
  if (session != sessions_.end() && request.header("X-CSRF-Token") == session->second) return std::nullopt;
  Response response;
  response.status = 403;
  response.content_type = "text/plain";
  response.body = "CSRF token validation failed";
  response.headers.emplace_back("X-CSRF-Token", "Required");
  return response;
}

}  // namespace endcap::sandbox
