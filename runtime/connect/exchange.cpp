// The stages of a call.
#include "runtime/connect/exchange.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::connect {
namespace {

bool fits_a_header(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

SystemLink::SystemLink(ODataSystem system, HttpClient& http)
    : system_(std::move(system)),
      version_(system_.protocol == "odata-v4" ? Version::V4 : Version::V2),
      http_(http),
      breaker_(system_.breaker_failures, system_.breaker_open, system_.breaker_open_max) {
  while (system_.url.ends_with('/')) system_.url.pop_back();
}

void SystemLink::submit(ExchangePtr exchange) {
  auto plan = plan_call(*exchange->prepared, exchange->request, version_);
  if (!plan) {
    finish(exchange,
           {.kind = CallResult::Kind::Invalid, .message = fmt::format("{}: {}", system_.name, plan.error())});
    return;
  }
  exchange->plan = std::move(*plan);
  exchange->queued = Clock::now();
  const auto* operation = exchange->plan.operation;
  if (operation) limits_.try_emplace(operation, operation->limit_count, operation->limit_period);
  queues_[operation].push_back(std::move(exchange));
}

void SystemLink::launch() {
  for (auto at = queues_.begin(); at != queues_.end();) {
    auto& [operation, queue] = *at;
    while (!queue.empty() && *on_the_wire_ < system_.in_flight_max) {
      auto now = Clock::now();
      auto limit = limits_.find(operation);
      if (limit != limits_.end() && limit->second.next(now) > now) break;
      const auto together = next_of(queue, now);
      if (together.empty()) continue;
      if (limit != limits_.end()) limit->second.take(now);
      begin(together);
    }
    at = queue.empty() ? queues_.erase(at) : std::next(at);
  }
}

std::vector<ExchangePtr> SystemLink::next_of(std::deque<ExchangePtr>& queue, Clock::time_point now) {
  std::vector<ExchangePtr> together;
  while (!queue.empty()) {
    if (!together.empty() &&
        together.size() >= std::min(batch_max(*together.front()), batch_max(*queue.front())))
      break;
    ExchangePtr exchange = std::move(queue.front());
    queue.pop_front();
    if (turn_is_over(*exchange, now)) {
      finish(exchange, {.kind = CallResult::Kind::NotSent,
                        .message = fmt::format("the limits of {} let it leave too late", system_.name)});
    } else if (Duration away = together.empty() ? breaker_.closed_for(now) : 0) {
      finish(exchange,
             {.kind = CallResult::Kind::Unavailable,
              .message = fmt::format("{} does not answer; it is left alone for a moment", system_.name),
              .retry_after = away});
      break;
    } else {
      together.push_back(std::move(exchange));
    }
  }
  return together;
}

size_t SystemLink::batch_max(const Exchange& exchange) const {
  const Plan& plan = exchange.plan;
  const bool may = plan.write && plan.method == "POST" && !plan.needs_etag && plan.operation &&
                   Clock::now() >= batches_from_;
  return may ? plan.operation->batch_max : 1;
}

// What it rests on was looked at when it came in, and may have changed since: its sender looks again.
bool SystemLink::turn_is_over(const Exchange& exchange, Clock::time_point now) {
  const Duration within = exchange.request.turn_within;
  return within > 0 && now - exchange.queued > std::chrono::microseconds(within);
}

std::optional<Clock::time_point> SystemLink::next_launch() const {
  std::optional<Clock::time_point> out;
  if (*on_the_wire_ >= system_.in_flight_max) return out;  // an answer comes first
  for (const auto& [operation, queue] : queues_) {
    auto limit = limits_.find(operation);
    auto at = limit == limits_.end() ? Clock::now() : limit->second.next(Clock::now());
    if (!queue.empty() && (!out || at < *out)) out = at;
  }
  return out;
}

void SystemLink::abandon() {
  auto waiting = std::exchange(queues_, {});
  auto open = std::exchange(open_, {});
  awaiting_token_.clear();
  std::string message = fmt::format("the connector to {} was closed", system_.name);
  for (auto& entry : waiting) {
    for (auto& exchange : entry.second)
      finish(exchange, {.kind = CallResult::Kind::Unavailable, .message = message});
  }
  for (auto& entry : open) {
    entry.second->batch = nullptr;  // it does not leave any more
    bool ambiguous = entry.second->sent && entry.second->plan.write;
    finish(entry.second, {.kind = ambiguous ? CallResult::Kind::Ambiguous : CallResult::Kind::Unavailable,
                          .message = message});
  }
}

void SystemLink::begin(const std::vector<ExchangePtr>& together) {
  ++*on_the_wire_;
  const std::shared_ptr<void> slot(nullptr, [count = on_the_wire_](void*) { --*count; });
  const auto batch = together.size() > 1 ? std::make_shared<Batch>() : nullptr;
  if (batch) batch->coming = together.size();
  for (const ExchangePtr& exchange : together) {
    Duration timeout = exchange->request.timeout > 0 ? exchange->request.timeout : system_.timeout;
    exchange->deadline = Clock::now() + std::chrono::microseconds(timeout);
    exchange->batch = batch;
    exchange->slot = slot;
    open_.emplace(exchange.get(), exchange);
  }
  for (const ExchangePtr& exchange : together) go_on(exchange);
}

void SystemLink::go_on(const ExchangePtr& exchange) {
  if (Clock::now() >= exchange->deadline) {  // better not sent than sent without time for an answer
    return finish(exchange, {.kind = CallResult::Kind::Unavailable,
                             .message = fmt::format("{} took too long before {} could be sent", system_.name,
                                                    exchange->plan.what)});
  }
  if (exchange->plan.write && token_state_ != Token::Held && token_state_ != Token::NotUsed)
    return fetch_token(exchange);
  if (exchange->plan.needs_etag && exchange->etag_reads == 0) return read_etag(exchange);
  send(exchange);
}

// ---------------------------------------------------------------- CSRF token: one fetch for all who wait

void SystemLink::fetch_token(const ExchangePtr& exchange) {
  awaiting_token_.push_back(exchange);
  if (token_state_ == Token::Fetching) return;
  token_state_ = Token::Fetching;
  HttpRequest request = request_for(*exchange, "GET", system_.url + "/");
  request.headers.push_back("X-CSRF-Token: Fetch");
  transfer(exchange, request, &SystemLink::token_came);
}

void SystemLink::token_came(const ExchangePtr&, HttpOutcome outcome) {
  auto waiting = std::exchange(awaiting_token_, {});
  bool answered = outcome.kind == HttpOutcome::Kind::Answered || outcome.kind == HttpOutcome::Kind::TooLarge;
  const auto& answer = outcome.answer;
  if (answered && !answer.csrf_token.empty() && fits_a_header(answer.csrf_token) && !wants_token(answer)) {
    token_state_ = Token::Held;
    token_ = answer.csrf_token;
  } else if (answered && answer.status < 500 && answer.status != 401 && answer.status != 403 &&
             answer.status != 429) {
    token_state_ = Token::NotUsed;  // a service without CSRF protection
  } else {
    token_state_ = Token::Unknown;
    for (const auto& each : waiting) {
      Plan plain = each->plan;
      plain.write = false;  // only the token was asked for: nothing was done
      plain.operation = nullptr;
      finish(each,
             answered ? refuse(answer, plain, system_.name, system_.user) : failure(*each, outcome, false));
    }
    return;
  }
  for (const auto& each : waiting) go_on(each);
}

// ---------------------------------------------------------------- ETag of an entity that is to change

void SystemLink::read_etag(const ExchangePtr& exchange) {
  ++exchange->etag_reads;
  transfer(exchange, request_for(*exchange, "GET", system_.url + "/" + exchange->plan.entity_path),
           &SystemLink::etag_came);
}

void SystemLink::etag_came(const ExchangePtr& exchange, HttpOutcome outcome) {
  if (outcome.kind != HttpOutcome::Kind::Answered)
    return finish(exchange, failure(*exchange, outcome, false));
  if (!success(outcome.answer.status)) {
    Plan plain = exchange->plan;
    plain.write = false;
    return finish(exchange, refuse(outcome.answer, plain, system_.name, system_.user));
  }
  exchange->etag = outcome.answer.etag;
  if (exchange->etag.empty()) {
    // Services that send no header say it in the body.
    auto document = parse_json(outcome.answer.body);
    if (document && document->is_object()) {
      const Json* entity = document->contains("d") ? &(*document)["d"] : &*document;
      if (entity->is_object() && entity->contains("@odata.etag"))
        entity = &(*entity)["@odata.etag"];
      else if (entity->is_object() && entity->contains("__metadata") && (*entity)["__metadata"].is_object()) {
        entity = &(*entity)["__metadata"];
        if (entity->contains("etag")) entity = &(*entity)["etag"];
      }
      if (entity->is_string()) exchange->etag = entity->get<std::string>();
    }
  }
  if (!fits_a_header(exchange->etag)) exchange->etag.clear();
  send(exchange);
}

// ---------------------------------------------------------------- the request itself

void SystemLink::send(const ExchangePtr& exchange) {
  if (exchange->batch) return board(exchange);
  if (exchange->plan.write) return transfer_one(exchange);
  read(exchange, system_.url + "/" + exchange->plan.path);
}

void SystemLink::transfer_one(const ExchangePtr& exchange) {
  const Plan& plan = exchange->plan;
  HttpRequest request = request_for(*exchange, plan.method, system_.url + "/" + plan.path);
  request.body = plan.body;
  request.has_body = plan.has_body;
  request.fresh_connection = plan.fresh_connection;
  request.once = plan.write;
  if (!plan.tunnel.empty()) request.headers.push_back("X-HTTP-Method: " + plan.tunnel);
  for (std::string& header : headers_for(*exchange)) request.headers.push_back(std::move(header));
  if (token_state_ == Token::Held) {
    exchange->token_used = token_;
    request.headers.push_back("X-CSRF-Token: " + token_);
  }
  exchange->sent = true;
  transfer(exchange, request, &SystemLink::answer_came);
}

std::vector<std::string> SystemLink::headers_for(const Exchange& exchange) const {
  std::vector<std::string> headers;
  if (exchange.plan.has_body) {
    headers.push_back(version_ == Version::V2 ? "Content-Type: application/json"
                                              : "Content-Type: application/json;IEEE754Compatible=true");
  }
  if (fits_a_header(exchange.request.key)) headers.push_back("Idempotency-Key: " + exchange.request.key);
  if (!exchange.etag.empty()) headers.push_back("If-Match: " + exchange.etag);
  return headers;
}

void SystemLink::read(const ExchangePtr& exchange, const std::string& url) {
  exchange->sent = true;
  transfer(exchange, request_for(*exchange, "GET", url), &SystemLink::answer_came);
}

void SystemLink::answer_came(const ExchangePtr& exchange, HttpOutcome outcome) {
  bool answered = outcome.kind == HttpOutcome::Kind::Answered || outcome.kind == HttpOutcome::Kind::TooLarge;
  if (!answered) return finish(exchange, failure(*exchange, outcome, exchange->plan.write));
  if (success(outcome.answer.status)) return succeeded(exchange, outcome);
  if (sent_again(exchange, outcome.answer)) return;
  // It leads nowhere. Version 4 says 204 for that.
  if (outcome.answer.status == 404 && exchange->plan.answer == Plan::Answer::Perhaps &&
      version_ == Version::V2)
    return found(exchange);
  finish(exchange, refuse(outcome.answer, exchange->plan, system_.name, system_.user));
}

// The two refusals that say "not processed, and you know what to do": a stale token and a stale ETag. Each
// once.
bool SystemLink::sent_again(const ExchangePtr& exchange, const HttpAnswer& answer) {
  if (wants_token(answer) && exchange->plan.write && !exchange->token_renewed) {
    exchange->token_renewed = true;
    exchange->sent = false;
    renew_token(*exchange);
    go_on(exchange);
    return true;
  }
  if (answer.status == 412 && exchange->plan.needs_etag && exchange->etag_reads == 1) {
    exchange->sent = false;
    read_etag(exchange);
    return true;
  }
  return false;
}

// Unless somebody has a newer one, or is about to.
void SystemLink::renew_token(const Exchange& exchange) {
  if (token_state_ == Token::Fetching) return;
  if (token_state_ == Token::NotUsed || token_ == exchange.token_used) token_state_ = Token::Unknown;
}

void SystemLink::succeeded(const ExchangePtr& exchange, const HttpOutcome& outcome) {
  const Plan& plan = exchange->plan;
  bool empty = outcome.answer.body.find_first_not_of(" \r\n\t") == std::string::npos;
  bool wants_entities = plan.answer != Plan::Answer::Nothing;
  if (outcome.kind == HttpOutcome::Kind::TooLarge) {
    if (!wants_entities && !plan.write) return finish(exchange, {});
    return unreadable(exchange, fmt::format("{} answered with {}", plan.what, outcome.message));
  }
  if (!wants_entities && (empty || !plan.write)) return finish(exchange, {});
  if (empty && plan.answer == Plan::Answer::Perhaps) return found(exchange);  // 204
  auto page = read_page(outcome.answer, plan, version_);
  if (!page) return unreadable(exchange, page.error());
  if (!wants_entities) return finish(exchange, {});

  exchange->bytes += outcome.answer.body.size();
  std::move(page->entities.begin(), page->entities.end(), std::back_inserter(exchange->entities));
  if (plan.answer == Plan::Answer::Many && !page->next.empty()) {
    auto url = page_url(page->next);
    if (!url)
      return unreadable(exchange,
                        fmt::format("the next page of {} is said to be outside the service", plan.what));
    if (exchange->bytes > system_.body_bytes_max)
      return unreadable(
          exchange, fmt::format("{} answered with more than {} bytes", plan.what, system_.body_bytes_max));
    return read(exchange, *url);
  }
  if (plan.answer == Plan::Answer::Exists && exchange->entities.empty()) {
    return finish(exchange, {.kind = CallResult::Kind::NotDone});
  }
  found(exchange);
}

// All that was to be read has been read.
void SystemLink::found(const ExchangePtr& exchange) {
  const Plan& plan = exchange->plan;
  auto value = pack_answer(*exchange->prepared, *exchange->request.program, plan, exchange->entities,
                           exchange->request.now);
  if (value) return finish(exchange, {.kind = CallResult::Kind::Ok, .value = std::move(*value)});
  unreadable(exchange, fmt::format("{}: {}", plan.what, value.error()));
}

// A write was done, and its answer is lost on us: asking again with the same key is safe where the operation
// allows it.
void SystemLink::unreadable(const ExchangePtr& exchange, const std::string& why) {
  finish(exchange, {.kind = exchange->plan.write ? CallResult::Kind::Ambiguous : CallResult::Kind::Invalid,
                    .message = fmt::format("{}: {}", system_.name, why)});
}

// ---------------------------------------------------------------- what all stages share

HttpRequest SystemLink::request_for(const Exchange& exchange, std::string method, std::string url) const {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.user = system_.user;
  request.password = system_.password;
  request.body_bytes_max = system_.body_bytes_max;
  request.timeout =
      std::max(std::chrono::milliseconds(1),
               std::chrono::duration_cast<std::chrono::milliseconds>(exchange.deadline - Clock::now()));
  request.headers = protocol_headers();
  return request;
}

std::vector<std::string> SystemLink::protocol_headers() const {
  if (version_ == Version::V2)
    return {"Accept: application/json", "DataServiceVersion: 2.0", "MaxDataServiceVersion: 2.0"};
  return {"Accept: application/json;odata.metadata=minimal;IEEE754Compatible=true", "OData-Version: 4.0",
          "OData-MaxVersion: 4.0"};
}

void SystemLink::transfer(const ExchangePtr& exchange, const HttpRequest& request, Handler handler) {
  http_.send(request, cookies_, [this, exchange, handler](HttpOutcome outcome) {
    heard(outcome);
    (this->*handler)(exchange, std::move(outcome));
  });
}

void SystemLink::heard(const HttpOutcome& outcome) {
  bool away = outcome.kind == HttpOutcome::Kind::NotSent || outcome.kind == HttpOutcome::Kind::Lost ||
              outcome.answer.status >= 500;
  away ? breaker_.failed(Clock::now()) : breaker_.answered();
}

CallResult SystemLink::failure(const Exchange& exchange, const HttpOutcome& outcome, bool may_be_done) const {
  bool lost = outcome.kind != HttpOutcome::Kind::NotSent;
  CallResult result;
  result.kind = lost && may_be_done ? CallResult::Kind::Ambiguous : CallResult::Kind::Unavailable;
  result.message =
      fmt::format("{} {} {}: {}", system_.name, lost ? "gave no answer to" : "can't be reached for",
                  exchange.plan.what, outcome.message);
  return result;
}

void SystemLink::finish(const ExchangePtr& exchange, CallResult result) {
  open_.erase(exchange.get());
  leave(exchange);
  result.message = clean(std::move(result.message));
  exchange->done(exchange->request.call, std::move(result));
}

std::string SystemLink::clean(std::string text) const {
  if (system_.password.empty()) return text;
  for (size_t at = 0; (at = text.find(system_.password, at)) != std::string::npos; at += 3)
    text.replace(at, system_.password.size(), "***");
  return text;
}

std::optional<std::string> SystemLink::page_url(const std::string& next) const {
  if (next.find("/../") != std::string::npos || !fits_a_header(next)) return std::nullopt;
  if (next.starts_with(system_.url + "/")) return next;
  if (next.find("://") != std::string::npos || next.starts_with("//")) return std::nullopt;
  if (!next.starts_with("/")) return system_.url + "/" + next;
  auto authority = system_.url.find("://");
  auto path = authority == std::string::npos ? std::string::npos : system_.url.find('/', authority + 3);
  std::string root = path == std::string::npos ? "" : system_.url.substr(path);
  if (!next.starts_with(root + "/")) return std::nullopt;
  return system_.url.substr(0, path) + next;
}

}  // namespace endcap::connect
