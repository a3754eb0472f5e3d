// The real engine, log and store between the shell's threads, with clients, people and readers of their own:
// what is answered is shown, what is asked for is done once, also while the store has no room now and then.
// Compiled apart: the engine's world and the shell's are both called World.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <deque>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "runtime/journal/local_log.h"
#include "runtime/journal/simulated_disk.h"
#include "runtime/serve/shell.h"
#include "runtime/store/simulated_store.h"
#include "tests/unit/runtime/engine/retail.h"

using namespace endcap;
using namespace endcap::test;
using namespace std::chrono_literals;

namespace {

constexpr int kClients = 2, kStarts = 60;

// Answers on a thread of its own.
class EstateThread final : public Connector {
 public:
  explicit EstateThread(Estate& estate) : thread_([this, &estate] { run(estate); }) {}
  ~EstateThread() override {
    {
      std::scoped_lock lock(mutex_);
      over_ = true;
    }
    wakes_.notify_one();
    thread_.join();
  }
  void start(CallRequest request, std::function<void(uint64_t, CallResult)> done) override {
    {
      std::scoped_lock lock(mutex_);
      asked_.emplace_back(std::move(request), std::move(done));
    }
    wakes_.notify_one();
  }

 private:
  void run(Estate& estate) {
    while (true) {
      std::unique_lock lock(mutex_);
      wakes_.wait(lock, [this] { return over_ || !asked_.empty(); });
      if (asked_.empty()) return;
      auto [request, done] = std::move(asked_.front());
      asked_.pop_front();
      lock.unlock();
      done(request.call, *estate(request));
    }
  }

  std::mutex mutex_;
  std::condition_variable wakes_;
  bool over_ = false;
  std::deque<std::pair<CallRequest, std::function<void(uint64_t, CallResult)>>> asked_;
  std::thread thread_;
};

class Daemon {
 public:
  Daemon() : estate_(retail_) {
    options_.partitions = 2;
    options_.people = retail_people();
    options_.scopes = retail_scopes();
    log_ = std::move(*open_local_log(disk_, {.partitions = 2, .segment_bytes = 1u << 20, .identity = 7}));
    engine_ = std::move(*open_engine(retail_.program(), store, *log_, options_));
    shell_.emplace(*engine_, *log_, *clock_, std::make_unique<EstateThread>(estate_), ShellOptions{});
    shell_->start();
  }
  ~Daemon() { stop(); }

  void stop() { shell_->stop(); }
  Shell& shell() { return *shell_; }
  const Estate& estate() const { return estate_; }  // once it is stopped
  const Counters& counters() const { return engine_->counters(); }

  // From any thread, what is asked of the engine on its own.
  template <typename Ask>
  std::string ask(Ask question, Share share = Share::Ordinary) {
    std::string answer;
    std::atomic<bool> answered = false;
    const JsonReply reply = [&](std::expected<std::string, Refusal> given) {
      answer = given ? *given : "";
      answered = true;
    };
    if (!shell_->post([&](Engine& engine) { question(engine, reply); }, share)) return "";
    while (!answered) std::this_thread::sleep_for(100us);
    return answer;
  }
  std::string show(const std::string& workflow, const std::string& key) {
    return ask([&](Engine& engine, const JsonReply& reply) { reply(engine.show(workflow, key)); });
  }
  std::string start(const std::string& workflow, const std::string& id) {
    return ask([&](Engine& engine, const JsonReply& reply) {
      engine.start({workflow, fmt::format(R"({{"id":"{}"}})", id), workflow + id, reply});
    });
  }
  // Does what is open; how much that was.
  size_t decide_all() {
    const auto open = nlohmann::json::parse(
        ask([](Engine& engine, const JsonReply& reply) { reply(engine.tasks(R"({"status":"open"})")); }));
    for (const auto& task : open["tasks"]) {
      ask(
          [&](Engine& engine, const JsonReply& reply) {
            engine.decide({task["task"], "ops", DecisionRequest::What::Done, "", reply});
          },
          Share::Promised);
    }
    return open["tasks"].size();
  }

  SimulatedStore store{2};

 private:
  Retail retail_;
  Estate estate_;
  SimulatedDisk disk_{1};
  EngineOptions options_;
  std::unique_ptr<Journal> log_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Clock> clock_ = make_real_clock(0);
  std::optional<Shell> shell_;
};

}  // namespace

TEST_CASE("Between the threads what is answered is shown, and all is done once") {
  for (const bool store_fills_up : {false, true}) {
    CAPTURE(store_fills_up);
    Daemon daemon;
    std::atomic<int> at_work = kClients, missing = 0;
    std::vector<std::thread> threads;
    for (int client = 0; client < kClients; ++client) {
      threads.emplace_back([&, client] {
        for (int i = 0; i < kStarts; ++i) {
          const std::string id = fmt::format("{}-{}", client, i);
          for (const char* workflow : {"Chain", "Do"}) {
            while (daemon.start(workflow, id).empty()) std::this_thread::sleep_for(1ms);  // it was refused
          }
          if (!store_fills_up && daemon.show("Chain", id).empty()) ++missing;
        }
        --at_work;
      });
    }
    threads.emplace_back([&] {  // who decides
      while (at_work > 0) daemon.decide_all();
    });
    threads.emplace_back([&] {  // who looks
      while (at_work > 0)
        daemon.ask([](Engine& engine, const JsonReply& reply) { reply(engine.list("{}")); });
    });
    threads.emplace_back([&] {
      while (at_work > 0) {
        if (store_fills_up) daemon.store.fill_up();
        std::this_thread::sleep_for(3ms);
        daemon.store.fill_up(false);
        std::this_thread::sleep_for(3ms);
      }
    });
    for (std::thread& thread : threads) thread.join();
    const auto ended = [&] {
      return daemon.ask([&](Engine& engine, const JsonReply& reply) {
        const Counters& now = engine.counters();
        reply(now.finished + now.failed == now.started ? "all" : "");
      }) == "all";
    };
    for (int i = 0; i < 5'000 && !ended(); ++i) {
      daemon.decide_all();
      std::this_thread::sleep_for(2ms);
    }
    CHECK(ended());
    CHECK(missing == 0);
    CHECK(daemon.shell().failure() == std::nullopt);
    daemon.stop();
    CHECK(daemon.counters().started == 2 * kClients * kStarts);
    CHECK(daemon.estate().effects.size() == 8 * kClients * kStarts);  // four writes of each Chain, taken back
    for (const auto& [key, times] : daemon.estate().effects) CHECK(times == 1);
  }
}
