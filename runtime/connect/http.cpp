// libcurl behind its door: easy handles, callbacks, and what a failed transfer means.
#include "runtime/connect/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "runtime/connect/headers.h"
#include "runtime/value/check.h"

namespace endcap::connect {
namespace {

constexpr long kConnectTimeoutMsMax = 10000;
constexpr long kIdleConnectionsMax = 256;

struct Transfer {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  HttpRequest request;  // keeps the body alive
  HttpClient::Callback done;
  HttpAnswer answer;
  bool too_large = false;
  int sent = 0;  // how often; 0: it can't have reached the other side
  char error[CURL_ERROR_SIZE] = {};
  ~Transfer() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
  }
};

size_t take_body(char* data, size_t, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.answer.body.size() + count > transfer.request.body_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  transfer.answer.body.append(data, count);
  return count;
}

size_t take_header(char* data, size_t, size_t count, void* user) {
  auto& answer = static_cast<Transfer*>(user)->answer;
  std::string_view line(data, count);
  if (line.starts_with("HTTP/")) {  // a new answer begins (after "100 Continue")
    answer = HttpAnswer{};
    return count;
  }
  keep_header(answer, line);
  return count;
}

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

// Before a request is put on a connection. On one that was kept open and dies without a word, libcurl sends
// it once more on a new one by itself: what comes back then is not the whole answer, for the first may have
// been carried out. Only what changes nothing may go twice.
int before_it_is_sent(void* user, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(user);
  const bool again = transfer.sent++ > 0;
  return again && transfer.request.once ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

}  // namespace

struct HttpClient::State {
  CURLM* multi = nullptr;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers;
};

CookieJar::CookieJar() : share_(curl_share_init()) {
  CHECK(share_ != nullptr);
  curl_share_setopt(static_cast<CURLSH*>(share_), CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
}
CookieJar::~CookieJar() { curl_share_cleanup(static_cast<CURLSH*>(share_)); }

HttpClient::HttpClient() : state_(std::make_unique<State>()) {
  static std::once_flag once;
  std::call_once(once, [] { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == 0); });
  state_->multi = curl_multi_init();
  CHECK(state_->multi != nullptr);
  curl_multi_setopt(state_->multi, CURLMOPT_MAXCONNECTS, kIdleConnectionsMax);
  curl_multi_setopt(state_->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

HttpClient::~HttpClient() {
  drop_all();
  curl_multi_cleanup(state_->multi);
}

void HttpClient::drop_all() {
  for (auto& entry : state_->transfers) curl_multi_remove_handle(state_->multi, entry.first);
  state_->transfers.clear();
}

void HttpClient::send(const HttpRequest& request, CookieJar& cookies, Callback done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->request = request;
  transfer->done = std::move(done);
  transfer->easy = curl_easy_init();
  CHECK(transfer->easy != nullptr);
  CURL* easy = transfer->easy;
  const HttpRequest& kept = transfer->request;
  long timeout_ms = std::max<long>(1, static_cast<long>(kept.timeout.count()));

  set(easy, CURLOPT_URL, kept.url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_PROXY, "");  // what a system is called by stands in the project, not in the environment
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);  // credentials stay where they were sent
  set(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout_ms, kConnectTimeoutMsMax));
  set(easy, CURLOPT_ACCEPT_ENCODING, "");
  set(easy, CURLOPT_COOKIEFILE, "");
  set(easy, CURLOPT_SHARE, static_cast<CURLSH*>(cookies.share()));
  set(easy, CURLOPT_ERRORBUFFER, transfer->error);
  set(easy, CURLOPT_PREREQFUNCTION, before_it_is_sent);
  set(easy, CURLOPT_PREREQDATA, transfer.get());
  set(easy, CURLOPT_WRITEFUNCTION, take_body);
  set(easy, CURLOPT_WRITEDATA, transfer.get());
  set(easy, CURLOPT_HEADERFUNCTION, take_header);
  set(easy, CURLOPT_HEADERDATA, transfer.get());
  if (kept.fresh_connection) {
    set(easy, CURLOPT_FRESH_CONNECT, 1L);
    set(easy, CURLOPT_FORBID_REUSE, 1L);
  }
  if (!kept.user.empty()) {
    set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy, CURLOPT_USERNAME, kept.user.c_str());
    set(easy, CURLOPT_PASSWORD, kept.password.c_str());
  }
  if (kept.method != "GET") {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(kept.body.size()));
    set(easy, CURLOPT_POSTFIELDS, kept.body.c_str());
    set(easy, CURLOPT_CUSTOMREQUEST, kept.method.c_str());
  }
  for (const auto& header : kept.headers)
    transfer->headers = curl_slist_append(transfer->headers, header.c_str());
  transfer->headers = curl_slist_append(transfer->headers, "Expect:");
  if (!kept.has_body && kept.method != "GET")
    transfer->headers = curl_slist_append(transfer->headers, "Content-Type:");
  set(easy, CURLOPT_HTTPHEADER, transfer->headers);

  CHECK(curl_multi_add_handle(state_->multi, easy) == CURLM_OK);
  state_->transfers.emplace(easy, std::move(transfer));
}

void HttpClient::perform() {
  int running = 0;
  curl_multi_perform(state_->multi, &running);
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(state_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    CURLcode code = message->data.result;
    curl_multi_remove_handle(state_->multi, easy);
    auto node = state_->transfers.extract(easy);
    CHECK(!node.empty());
    std::unique_ptr<Transfer> transfer = std::move(node.mapped());
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &transfer->answer.status);
    HttpOutcome outcome;
    outcome.answer = std::move(transfer->answer);
    if (transfer->too_large) {
      outcome.kind = HttpOutcome::Kind::TooLarge;
      outcome.message = fmt::format("an answer of more than {} bytes", transfer->request.body_bytes_max);
    } else if (code != CURLE_OK) {
      outcome.kind = transfer->sent > 0 ? HttpOutcome::Kind::Lost : HttpOutcome::Kind::NotSent;
      outcome.message = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
      if (code == CURLE_ABORTED_BY_CALLBACK) outcome.message = "the connection ended without an answer";
    }
    transfer->done(std::move(outcome));
  }
}

void HttpClient::wait(std::chrono::milliseconds at_most) {
  curl_multi_poll(state_->multi, nullptr, 0, static_cast<int>(at_most.count()), nullptr);
}

void HttpClient::wake() { curl_multi_wakeup(state_->multi); }

}  // namespace endcap::connect
