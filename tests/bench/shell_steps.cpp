// A load of nine-step workflows on the shell, kept up by its own connector.
#include "tests/bench/shell_steps.h"

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

#include "runtime/serve/shell.h"
#include "tests/bench/figures.h"
#include "tests/bench/one_thread.h"

namespace endcap::bench {
namespace {

constexpr int kCallsOfEach = 9;

class AtOnce final : public Connector {
 public:
  void start(CallRequest request, std::function<void(uint64_t, CallResult)> done) override {
    done(request.call, {});
  }
};

// What the connector and whoever started it share: the connector goes when the shell stops.
struct Tally {
  struct Underway {
    double answered = 0;  // when its last call was
    int calls = 0;
  };
  std::mutex mutex;
  std::unordered_map<uint64_t, Underway> runs;
  std::vector<double> latencies_us;
  std::string problem;
  std::atomic<uint64_t> steps{0};
  std::atomic<bool> over{false};
  std::function<void()> begin;  // another workflow

  void asked(uint64_t note, double now) {
    std::scoped_lock lock(mutex);
    const Underway& run = runs[note];
    if (run.calls > 0) latencies_us.push_back((now - run.answered) * 1e6);
  }
  // True when that was its last call.
  bool answered(uint64_t note, const CallResult& result) {
    ++steps;
    std::scoped_lock lock(mutex);
    if (result.kind != CallResult::Kind::Ok && !over) problem = result.message;
    Underway& run = runs[note];
    run.answered = seconds_now();
    if (++run.calls < kCallsOfEach) return false;
    runs.erase(note);
    return true;
  }
};

class Tallying final : public Connector {
 public:
  Tallying(std::unique_ptr<Connector> inner, Tally& tally) : inner_(std::move(inner)), tally_(tally) {}
  void start(CallRequest request, std::function<void(uint64_t, CallResult)> done) override {
    const uint64_t note = note_in(request.payload);
    tally_.asked(note, seconds_now());
    inner_->start(std::move(request), [this, note, done](uint64_t call, CallResult result) {
      const bool last = tally_.answered(note, result);
      done(call, std::move(result));
      if (last && !tally_.over) tally_.begin();
    });
  }

 private:
  std::unique_ptr<Connector> inner_;
  Tally& tally_;
};

}  // namespace

uint64_t note_in(const std::string& payload) {
  const size_t at = payload.find('N');
  uint64_t number = 0;
  if (at != std::string::npos)
    std::from_chars(payload.data() + at + 1, payload.data() + payload.size(), number);
  return number;
}

ShellSteps run_shell_steps(const std::shared_ptr<const abi::Program>& program,
                           const ShellStepsOptions& options) {
  OpenData data(options.folder);
  EngineOptions engine_options = bench_engine_options();
  engine_options.keep_history = options.keep_history;
  const auto engine = must(open_engine(program, *data.store, *data.journal, engine_options));
  const auto clock = make_real_clock(engine->last_time());
  Tally tally;
  auto inner = options.connector ? options.connector() : std::make_unique<AtOnce>();
  Shell shell(*engine, *data.journal, *clock, std::make_unique<Tallying>(std::move(inner), tally), {});
  std::atomic<uint64_t> next{0};
  tally.begin = [&] {
    shell.post([&, arguments = fmt::format(R"({{"note":"N{}"}})", next++)](Engine& each) {
      each.start({.workflow = options.workflow, .arguments_json = arguments, .request_id = {}, .reply = {}});
    });
  };
  shell.start();
  const double begin = seconds_now();
  for (uint32_t i = 0; i < options.in_flight; ++i) tally.begin();
  while (seconds_now() - begin < options.seconds && !shell.failure())
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(0.1, options.seconds)));
  ShellSteps result{.steps = tally.steps, .seconds = seconds_now() - begin};
  {
    std::scoped_lock lock(tally.mutex);
    result.latencies_us = tally.latencies_us;
  }
  tally.over = true;
  shell.stop();
  result.dropped = engine->counters().instances_dropped;
  if (const auto failed = engine->failure()) throw std::runtime_error(*failed);
  if (!tally.problem.empty()) throw std::runtime_error(tally.problem);
  return result;
}

}  // namespace endcap::bench
