// Rounds of the engine, and filling a folder by them.
#include "tests/bench/one_thread.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "runtime/serve/clock.h"
#include "tests/bench/figures.h"
#include "tests/bench/progress.h"

namespace endcap::bench {
namespace {

constexpr uint64_t kStartsPerRound = 512;

}  // namespace

EngineOptions bench_engine_options() {
  EngineOptions options;
  options.people["Clerk"] = {kClerk};
  return options;
}

Instant hours_ago(int hours) { return machine_time().wall() - hours * kHour; }

OneThread::OneThread(std::shared_ptr<const abi::Program> program, const std::filesystem::path& folder,
                     Instant from)
    : data_(folder),
      engine_(must(open_engine(std::move(program), *data_.store, *data_.journal, bench_engine_options()))),
      now_(from) {}

size_t OneThread::round() {
  engine_->drain(++now_);
  data_.journal->sync();
  settle_and_apply(*engine_);
  if (const auto failed = engine_->failure()) throw std::runtime_error(*failed);
  const auto calls = engine_->take_calls();
  for (const auto& [partition, call] : calls)
    engine_->call_finished({partition, call.call, call.attempt, {}});
  return calls.size();
}

void OneThread::fill(const std::string& workflow, uint64_t first, uint64_t last, const Arguments& arguments) {
  Progress progress("starting " + workflow, last);
  std::string refused;
  const auto reply = [&](const std::expected<std::string, Refusal>& answer) {
    if (!answer) refused = answer.error().message;
  };
  for (uint64_t next = first; next < last || engine_->busy();) {
    for (uint64_t i = 0; i < kStartsPerRound && next < last; ++i, ++next)
      engine_->start(
          {.workflow = workflow, .arguments_json = arguments(next), .request_id = {}, .reply = reply});
    round();
    if (!refused.empty()) throw std::runtime_error(workflow + " does not start: " + refused);
    progress.at(next);
  }
}

}  // namespace endcap::bench
