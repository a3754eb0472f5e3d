// The connector: a thread, a mailbox, and a link to each system.
#include "runtime/connect/odata.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "runtime/connect/exchange.h"
#include "runtime/value/check.h"

namespace endcap {
namespace {

using namespace connect;

constexpr std::chrono::milliseconds kWaitMax{1000};

class ODataConnector final : public Connector {
 public:
  explicit ODataConnector(std::vector<ODataSystem> systems) {
    for (auto& system : systems) {
      std::string name = system.name;
      links_.emplace(std::move(name), std::make_unique<SystemLink>(std::move(system), http_));
    }
    thread_ = std::thread([this] { run(); });
  }

  ~ODataConnector() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    http_.wake();
    thread_.join();
  }

  void start(CallRequest request, std::function<void(uint64_t, CallResult)> done) override {
    {
      std::lock_guard lock(mutex_);
      mailbox_.push_back({std::move(request), std::move(done)});
    }
    http_.wake();
  }

 private:
  struct Mail {
    CallRequest request;
    Done done;
  };

  void run() {
    while (true) {
      std::vector<Mail> mail;
      bool stopping = false;
      {
        std::lock_guard lock(mutex_);
        mail.swap(mailbox_);
        stopping = stopping_;
      }
      for (auto& each : mail) submit(std::move(each));
      if (stopping) break;
      for (auto& entry : links_) entry.second->launch();
      http_.perform();
      http_.wait(pause());
    }
    http_.drop_all();
    for (auto& entry : links_) entry.second->abandon();
  }

  std::chrono::milliseconds pause() const {
    auto pause = kWaitMax;
    for (const auto& entry : links_) {
      auto next = entry.second->next_launch();
      if (!next) continue;
      auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
      pause = std::clamp(left, std::chrono::milliseconds(0), pause);
    }
    return pause;
  }

  void submit(Mail mail) {
    const auto& system = system_of(mail.request);
    auto link = links_.find(system.name);
    if (link == links_.end()) {
      mail.done(mail.request.call,
                {.kind = CallResult::Kind::Invalid,
                 .message = fmt::format("no connection is configured for the system {}", system.name)});
      return;
    }
    auto exchange = std::make_shared<Exchange>();
    exchange->prepared = prepare(*mail.request.program);
    exchange->request = std::move(mail.request);
    exchange->done = std::move(mail.done);
    link->second->submit(std::move(exchange));
  }

  static const abi::System& system_of(const CallRequest& request) {
    CHECK(request.program != nullptr);
    const auto& program = *request.program;
    switch (request.what) {
      case CallRequest::What::View:
        return program.systems.at(program.views.at(request.target).system);
      case CallRequest::What::Navigation:
        return program.systems.at(program.views.at(program.navigations.at(request.target).from_view).system);
      default:
        return program.systems.at(program.operations.at(request.target).system);
    }
  }

  std::shared_ptr<const Prepared> prepare(const abi::Program& program) {
    auto& slot = prepared_[&program];
    if (!slot || slot->hash != program.hash) slot = std::make_shared<Prepared>(program);
    return slot;
  }

  HttpClient http_;  // outlives the links
  std::map<std::string, std::unique_ptr<SystemLink>> links_;
  std::map<const abi::Program*, std::shared_ptr<const Prepared>> prepared_;
  std::mutex mutex_;
  std::vector<Mail> mailbox_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Connector> make_odata_connector(std::vector<ODataSystem> systems) {
  return std::make_unique<ODataConnector>(std::move(systems));
}

}  // namespace endcap
