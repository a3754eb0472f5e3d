// One call on its way: token, ETag, request, pages, result. Or several in one request. And the system they go
// to. All on the connector's thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connect/gate.h"
#include "runtime/connect/http.h"
#include "runtime/connect/odata.h"
#include "runtime/connect/plan.h"

namespace endcap::connect {

using Done = std::function<void(uint64_t, CallResult)>;

struct Batch;

struct Exchange {
  CallRequest request;
  Done done;
  std::shared_ptr<const Prepared> prepared;
  Plan plan;
  Clock::time_point queued;    // when it came in
  Clock::time_point deadline;  // of the attempt, set when it leaves the queue
  bool sent = false;           // the request itself is or was on the wire
  bool token_renewed = false;
  uint32_t etag_reads = 0;
  std::string token_used, etag;
  std::vector<Json> entities;    // of the pages so far
  uint64_t bytes = 0;            // of all pages
  std::shared_ptr<Batch> batch;  // it goes in; null: alone
  std::shared_ptr<void> slot;    // on the wire: its own, or its batch's
};
using ExchangePtr = std::shared_ptr<Exchange>;

// Calls of one operation that leave in one request, once each of them is ready to.
struct Batch {
  std::vector<ExchangePtr> ready;
  size_t coming = 0;  // left the queue, not ready
};
using BatchPtr = std::shared_ptr<Batch>;

// A system: its queue, its session, its breaker. `submit` gives one result for every exchange, sooner or
// later.
class SystemLink {
 public:
  SystemLink(ODataSystem system, HttpClient& http);
  void submit(ExchangePtr exchange);
  void launch();  // sends what may leave now
  std::optional<Clock::time_point> next_launch()
      const;       // when a rate limit lets go; nothing when none waits for one
  void abandon();  // answers everything that is open: the connector goes away

 private:
  enum class Token : uint8_t { Unknown, Fetching, Held, NotUsed };
  using Handler = void (SystemLink::*)(const ExchangePtr&, HttpOutcome);

  static bool turn_is_over(const Exchange& exchange, Clock::time_point now);
  // Those at the head of a queue that leave together; none when the first may not leave.
  std::vector<ExchangePtr> next_of(std::deque<ExchangePtr>& queue, Clock::time_point now);
  size_t batch_max(const Exchange& exchange) const;  // 1: it goes alone
  void begin(const std::vector<ExchangePtr>& together);
  void fetch_token(const ExchangePtr& exchange);
  void token_came(const ExchangePtr& exchange, HttpOutcome outcome);
  void read_etag(const ExchangePtr& exchange);
  void etag_came(const ExchangePtr& exchange, HttpOutcome outcome);
  void send(const ExchangePtr& exchange);
  void transfer_one(const ExchangePtr& exchange);
  // batching.cpp
  void board(const ExchangePtr& exchange);  // it is ready
  void leave(const ExchangePtr& exchange);  // it has its result, or goes on alone
  void send_when_ready(const BatchPtr& batch);
  void batch_came(const std::vector<ExchangePtr>& members, const HttpOutcome& outcome);
  void batch_again(const std::vector<ExchangePtr>& members);  // with another token
  void one_by_one(const std::vector<ExchangePtr>& members);   // the system takes no batches
  HttpRequest request_of(const std::vector<ExchangePtr>& members) const;
  void split(const std::vector<ExchangePtr>& members, const HttpAnswer& answer);
  std::vector<std::string> headers_for(const Exchange& exchange) const;  // of a write, its own

  void read(const ExchangePtr& exchange, const std::string& url);
  void answer_came(const ExchangePtr& exchange, HttpOutcome outcome);
  void succeeded(const ExchangePtr& exchange, const HttpOutcome& outcome);
  void found(const ExchangePtr& exchange);
  void unreadable(const ExchangePtr& exchange, const std::string& why);
  bool sent_again(const ExchangePtr& exchange, const HttpAnswer& answer);
  void renew_token(const Exchange& exchange);  // the one it was sent with is refused
  void go_on(const ExchangePtr& exchange);     // to the next stage

  std::vector<std::string> protocol_headers() const;
  HttpRequest request_for(const Exchange& exchange, std::string method, std::string url) const;
  void transfer(const ExchangePtr& exchange, const HttpRequest& request, Handler handler);
  void heard(const HttpOutcome& outcome);  // for the breaker
  CallResult failure(const Exchange& exchange, const HttpOutcome& outcome, bool may_be_done) const;
  void finish(const ExchangePtr& exchange, CallResult result);
  std::string clean(std::string text) const;  // without the password
  // The address of a next page; only below the service root, so that no answer can lead credentials
  // elsewhere.
  std::optional<std::string> page_url(const std::string& next) const;

  ODataSystem system_;
  Version version_;
  HttpClient& http_;
  CookieJar cookies_;
  Breaker breaker_;
  std::map<const abi::Operation*, RateLimit> limits_;
  std::map<const abi::Operation*, std::deque<ExchangePtr>> queues_;
  std::map<Exchange*, ExchangePtr> open_;                              // left the queue, not finished
  std::shared_ptr<size_t> on_the_wire_ = std::make_shared<size_t>(0);  // requests: a batch is one
  Clock::time_point batches_from_{};                                   // it takes none before
  Token token_state_ = Token::Unknown;
  std::string token_;
  std::vector<ExchangePtr> awaiting_token_;
};

}  // namespace endcap::connect
