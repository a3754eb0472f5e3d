// Calls that leave together: boarding, the request, and what each of them hears of its answer.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/connect/batch.h"
#include "runtime/connect/exchange.h"

namespace endcap::connect {
namespace {

// How long a system that has no `$batch` is sent none.
constexpr std::chrono::hours kWithoutBatches{1};

// Said of the address, or of the size, not of what was sent there: nothing was done, and single calls may be.
bool wants_single_calls(long status) {
  return status == 404 || status == 405 || status == 413 || status == 415 || status == 501;
}

// Before anything of it was looked at: who asks, or how often.
bool says_not_done(long status) { return status == 401 || status == 403 || status == 429; }

}  // namespace

void SystemLink::board(const ExchangePtr& exchange) {
  const BatchPtr batch = exchange->batch;
  batch->ready.push_back(exchange);
  --batch->coming;
  send_when_ready(batch);
}

void SystemLink::leave(const ExchangePtr& exchange) {
  const BatchPtr batch = std::exchange(exchange->batch, nullptr);
  exchange->slot = nullptr;
  if (!batch) return;
  --batch->coming;
  send_when_ready(batch);
}

void SystemLink::send_when_ready(const BatchPtr& batch) {
  if (batch->coming > 0 || batch->ready.empty()) return;
  const auto members = std::exchange(batch->ready, {});
  for (const ExchangePtr& each : members) each->batch = nullptr;
  if (members.size() == 1) return transfer_one(members.front());
  for (const ExchangePtr& each : members) {
    each->sent = true;
    if (token_state_ == Token::Held) each->token_used = token_;
  }
  http_.send(request_of(members), cookies_,
             [this, members](const HttpOutcome& outcome) { batch_came(members, outcome); });
}

HttpRequest SystemLink::request_of(const std::vector<ExchangePtr>& members) const {
  std::vector<BatchPart> parts;
  for (const ExchangePtr& each : members) {
    BatchPart part{each->plan.method, each->plan.path, protocol_headers(), each->plan.body};
    for (std::string& header : headers_for(*each)) part.headers.push_back(std::move(header));
    parts.push_back(std::move(part));
  }
  BatchBody batch = write_batch(parts, version_);
  const auto first = std::ranges::min_element(members, {}, [](const auto& each) { return each->deadline; });
  HttpRequest request = request_for(**first, "POST", system_.url + "/$batch");
  request.headers.front() = "Accept: multipart/mixed";
  request.headers.push_back("Content-Type: " + batch.content_type);
  // Else a system may stop at the first that it refuses.
  if (version_ == Version::V4) request.headers.emplace_back("Prefer: odata.continue-on-error");
  if (token_state_ == Token::Held) request.headers.push_back("X-CSRF-Token: " + token_);
  request.fresh_connection =
      std::ranges::any_of(members, [](const auto& each) { return each->plan.fresh_connection; });
  request.once = std::ranges::any_of(members, [](const auto& each) { return each->plan.write; });
  request.body = std::move(batch.body);
  request.has_body = true;
  return request;
}

void SystemLink::batch_came(const std::vector<ExchangePtr>& members, const HttpOutcome& outcome) {
  const HttpAnswer& answer = outcome.answer;
  if (outcome.kind == HttpOutcome::Kind::Answered && success(answer.status)) return split(members, answer);
  heard(outcome);
  if (outcome.kind == HttpOutcome::Kind::Answered) {
    if (wants_single_calls(answer.status)) return one_by_one(members);
    if (wants_token(answer) && !members.front()->token_renewed) return batch_again(members);
  }
  for (const ExchangePtr& each : members) {
    if (outcome.kind != HttpOutcome::Kind::Answered) {
      answer_came(each, outcome);
      continue;
    }
    // What is said of all of them is no answer to one: its declared rejections do not count, and where the
    // status does not say that nothing was done, something may have been.
    CallResult result = refuse(answer, each->plan, system_.name, system_.user);
    if (!says_not_done(answer.status)) {
      result.kind = CallResult::Kind::Ambiguous;
    } else if (result.kind == CallResult::Kind::Rejected) {
      result.kind = answer.status == 429 ? CallResult::Kind::Unavailable : CallResult::Kind::Invalid;
    }
    finish(each, std::move(result));
  }
}

void SystemLink::split(const std::vector<ExchangePtr>& members, const HttpAnswer& answer) {
  const auto answers = read_batch(answer, members.size());
  const bool away =
      answers && std::ranges::all_of(*answers, [](const auto& each) { return each && each->status >= 500; });
  away ? breaker_.failed(Clock::now()) : breaker_.answered();
  for (size_t i = 0; i < members.size(); ++i) {
    if (answers && (*answers)[i]) {
      members[i]->token_renewed = true;  // tokens are the whole request's
      answer_came(members[i], {.kind = HttpOutcome::Kind::Answered, .answer = *(*answers)[i], .message = {}});
      continue;
    }
    const std::string why =
        answers ? "the answer to its batch does not say what became of it" : answers.error();
    finish(members[i], {.kind = CallResult::Kind::Ambiguous,
                        .message = fmt::format("{} {}: {}", system_.name, members[i]->plan.what, why)});
  }
}

void SystemLink::batch_again(const std::vector<ExchangePtr>& members) {
  renew_token(*members.front());
  const auto batch = std::make_shared<Batch>();
  batch->coming = members.size();
  for (const ExchangePtr& each : members) {
    each->token_renewed = true;
    each->sent = false;
    each->batch = batch;
  }
  for (const ExchangePtr& each : members) go_on(each);
}

void SystemLink::one_by_one(const std::vector<ExchangePtr>& members) {
  batches_from_ = Clock::now() + kWithoutBatches;
  auto& queue = queues_[members.front()->plan.operation];
  for (auto each = members.rbegin(); each != members.rend(); ++each) {
    (*each)->sent = false;
    (*each)->slot = nullptr;
    open_.erase(each->get());
    queue.push_front(*each);
  }
}

}  // namespace endcap::connect
