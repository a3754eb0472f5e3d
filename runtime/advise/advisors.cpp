// The connector: a thread, a mailbox, and a queue for each advisor.
#include "runtime/advise/advisors.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "runtime/advise/wire.h"
#include "runtime/connect/gate.h"
#include "runtime/connect/http.h"

namespace endcap {
namespace {

using connect::Clock;
using connect::HttpOutcome;
using Kind = CallResult::Kind;

constexpr std::chrono::milliseconds kWaitMax{1000};
constexpr Duration kBreakerOpen = kSecond / 2, kBreakerOpenMax = 15 * kSecond;

CallResult failed(Kind kind, std::string message, Duration retry_after = 0) {
  return {
      .kind = kind, .value = "", .rejection = 0, .message = std::move(message), .retry_after = retry_after};
}

struct Question {
  CallRequest request;
  std::function<void(uint64_t, CallResult)> done;
  Clock::time_point deadline;  // of this attempt, its wait for a turn included
};
using QuestionPtr = std::shared_ptr<Question>;

class Server {
 public:
  Server(AdvisorServer server, connect::HttpClient& http)
      : server_(std::move(server)),
        http_(http),
        breaker_(server_.breaker_failures, kBreakerOpen, kBreakerOpenMax) {}

  void submit(QuestionPtr question) { queue_.push_back(std::move(question)); }

  void launch() {
    while (!queue_.empty() && open_.size() < server_.in_flight_max) {
      const QuestionPtr question = std::move(queue_.front());
      queue_.pop_front();
      const auto now = Clock::now();
      if (now >= question->deadline) {
        finish(question, failed(Kind::Ambiguous, fmt::format("{} has too much to answer", server_.name)));
      } else if (const Duration away = breaker_.closed_for(now)) {
        finish(question,
               failed(Kind::Unavailable,
                      fmt::format("{} does not answer; it is left alone for a moment", server_.name), away));
      } else {
        ask(question);
      }
    }
  }

  void abandon() {
    for (auto& question : std::exchange(queue_, {})) finish(question, failed(Kind::Unavailable, closed()));
    for (auto& entry : std::exchange(open_, {})) finish(entry.second, failed(Kind::Unavailable, closed()));
  }

 private:
  std::string closed() const { return fmt::format("the connector to {} was closed", server_.name); }

  void ask(const QuestionPtr& question) {
    open_.emplace(question.get(), question);
    connect::HttpRequest request;
    request.method = "POST";
    request.url = server_.url;
    request.body = advise::question(question->request);
    request.has_body = true;
    request.headers = {"Content-Type: application/json", "Accept: application/json"};
    if (!server_.token.empty()) request.headers.push_back("Authorization: Bearer " + server_.token);
    request.body_bytes_max = server_.body_bytes_max;
    request.timeout =
        std::max(std::chrono::milliseconds(1),
                 std::chrono::ceil<std::chrono::milliseconds>(question->deadline - Clock::now()));
    http_.send(request, cookies_, [this, question](HttpOutcome outcome) {
      const bool away = outcome.kind == HttpOutcome::Kind::NotSent ||
                        outcome.kind == HttpOutcome::Kind::Lost || outcome.answer.status >= 500;
      away ? breaker_.failed(Clock::now()) : breaker_.answered();
      finish(question, result_of(*question, outcome));
    });
  }

  CallResult result_of(const Question& question, const HttpOutcome& outcome) const {
    switch (outcome.kind) {
      case HttpOutcome::Kind::NotSent:
      case HttpOutcome::Kind::Lost:
        if (Clock::now() >= question.deadline)
          return failed(Kind::Ambiguous, fmt::format("{} gave no answer in time", server_.name));
        return failed(Kind::Unavailable, fmt::format("{}: {}", server_.name, outcome.message));
      case HttpOutcome::Kind::TooLarge:
        return failed(Kind::Invalid, fmt::format("{} answered with {}", server_.name, outcome.message));
      case HttpOutcome::Kind::Answered:
        break;
    }
    const long status = outcome.answer.status;
    const bool later = status >= 500 || status == 408 || status == 425 || status == 429;
    if (status < 200 || status > 299)
      return failed(later ? Kind::Unavailable : Kind::Invalid,
                    fmt::format("{} answered {}", server_.name, status), outcome.answer.retry_after);
    return advise::read_answer(question.request, outcome.answer.body);
  }

  void finish(const QuestionPtr& question, CallResult result) {
    open_.erase(question.get());
    result.message = without_token(std::move(result.message));
    question->done(question->request.call, std::move(result));
  }

  std::string without_token(std::string text) const {
    if (server_.token.empty()) return text;
    for (size_t at = 0; (at = text.find(server_.token, at)) != std::string::npos; at += 3)
      text.replace(at, server_.token.size(), "***");
    return text;
  }

  AdvisorServer server_;
  connect::HttpClient& http_;
  connect::CookieJar cookies_;
  connect::Breaker breaker_;
  std::deque<QuestionPtr> queue_;
  std::map<Question*, QuestionPtr> open_;
};

class AdvisorConnector final : public Connector {
 public:
  AdvisorConnector(std::vector<AdvisorServer> advisors, std::unique_ptr<Connector> systems)
      : systems_(std::move(systems)) {
    for (auto& advisor : advisors) {
      std::string name = advisor.name;
      servers_.emplace(std::move(name), std::make_unique<Server>(std::move(advisor), http_));
    }
    thread_ = std::thread([this] { run(); });
  }

  ~AdvisorConnector() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    http_.wake();
    thread_.join();
  }

  void start(CallRequest request, std::function<void(uint64_t, CallResult)> done) override {
    if (request.what != CallRequest::What::Advisor)
      return systems_->start(std::move(request), std::move(done));
    auto question = std::make_shared<Question>();
    question->deadline = Clock::now() + std::chrono::microseconds(request.timeout);
    question->request = std::move(request);
    question->done = std::move(done);
    {
      std::lock_guard lock(mutex_);
      mailbox_.push_back(std::move(question));
    }
    http_.wake();
  }

 private:
  void run() {
    while (true) {
      std::vector<QuestionPtr> mail;
      bool stopping = false;
      {
        std::lock_guard lock(mutex_);
        mail.swap(mailbox_);
        stopping = stopping_;
      }
      for (auto& each : mail) submit(std::move(each));
      if (stopping) break;
      for (auto& entry : servers_) entry.second->launch();
      http_.perform();
      // An answer makes room for a question: launch it before waiting.
      for (auto& entry : servers_) entry.second->launch();
      http_.wait(kWaitMax);
    }
    http_.drop_all();
    for (auto& entry : servers_) entry.second->abandon();
  }

  void submit(QuestionPtr question) {
    const std::string& name = question->request.program->advisors.at(question->request.target).name;
    const auto server = servers_.find(name);
    if (server != servers_.end()) return server->second->submit(std::move(question));
    question->done(question->request.call,
                   failed(Kind::Invalid, fmt::format("nobody knows where {} answers", name)));
  }

  std::unique_ptr<Connector> systems_;
  connect::HttpClient http_;  // outlives the servers
  std::map<std::string, std::unique_ptr<Server>> servers_;
  std::mutex mutex_;
  std::vector<QuestionPtr> mailbox_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Connector> make_advisor_connector(std::vector<AdvisorServer> advisors,
                                                  std::unique_ptr<Connector> systems) {
  return std::make_unique<AdvisorConnector>(std::move(advisors), std::move(systems));
}

}  // namespace endcap
