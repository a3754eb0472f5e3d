// Latencies of steps beside those of the disk.
#include "tests/bench/latency.h"

#include <algorithm>
#include <string>

#include "runtime/journal/disk.h"
#include "tests/bench/one_thread.h"
#include "tests/bench/shell_steps.h"

namespace endcap::bench {
namespace {

constexpr uint32_t kInTail = 100;
constexpr size_t kAppendBytes = 300;
constexpr uint64_t kAppends = 1000;
constexpr const char* kCommitRule = "intent and result durable before the next";

// fdatasync of small appends into a file that has its blocks already, in us each.
void sync_appends(const std::filesystem::path& folder, double seconds, std::vector<double>& samples) {
  std::filesystem::create_directories(folder);
  const auto disk = must(open_disk(folder));
  const auto file = must(disk->open("appends", true));
  must(file->allocate(kAppends * kAppendBytes));
  must(file->sync());
  const std::string bytes(kAppendBytes, 'b');
  const double end = seconds_now() + seconds;
  for (uint64_t i = 0; i < kAppends && (i < 10 || seconds_now() < end); ++i) {
    const double begin = seconds_now();
    must(file->write(i * kAppendBytes, bytes));
    must(file->sync());
    samples.push_back((seconds_now() - begin) * 1e6);
  }
  std::filesystem::remove_all(folder);
}

// The same step without the daemon's threads: what the two hand-overs of a step cost is the difference.
std::vector<double> on_one_thread(const std::shared_ptr<const abi::Program>& program,
                                  const LatencyBench& bench) {
  OneThread world(program, bench.folder / "alone");
  std::vector<double> samples;
  uint64_t started = 0;
  const double end = seconds_now() + bench.seconds;
  for (double begin = seconds_now(); begin < end; begin = seconds_now()) {
    if (!world.engine().busy()) {
      world.engine().start({.workflow = "NineSteps",
                            .arguments_json = R"({"note":"N)" + std::to_string(started++) + R"("})",
                            .request_id = {},
                            .reply = {}});
      world.round();
    } else if (world.round() > 0) {
      samples.push_back((seconds_now() - begin) * 1e6);
    }
  }
  return samples;
}

}  // namespace

std::vector<Figure> bench_step_latency(const std::shared_ptr<const abi::Program>& program,
                                       const LatencyBench& bench) {
  std::filesystem::remove_all(bench.folder);
  std::vector<double> syncs;
  sync_appends(bench.folder / "appends", bench.seconds, syncs);
  ShellSteps steps =
      run_shell_steps(program, {.folder = bench.folder / "steps", .in_flight = 1, .seconds = bench.seconds});
  std::vector<double> alone = on_one_thread(program, bench);
  sync_appends(bench.folder / "appends", bench.seconds, syncs);
  std::filesystem::remove_all(bench.folder);
  const std::string rule = kCommitRule;
  return {{"step_latency", percentile(steps.latencies_us, 0.5), "us", percentile(syncs, 0.5),
           "p50 of a step, one in flight, the daemon's threads; " + rule +
               "; limit: fdatasync of 300 B into a preallocated file"},
          {"step_latency/p99", percentile(steps.latencies_us, 0.99), "us", percentile(syncs, 0.99),
           "the same, p99 of each"},
          {"step_latency/one_thread", percentile(alone, 0.5), "us", percentile(syncs, 0.5),
           "p50 without hand-overs between threads"}};
}

std::vector<Figure> bench_tail(const std::shared_ptr<const abi::Program>& program,
                               const LatencyBench& bench) {
  std::filesystem::remove_all(bench.folder);
  ShellSteps steps =
      run_shell_steps(program, {.folder = bench.folder, .in_flight = kInTail, .seconds = bench.seconds});
  std::filesystem::remove_all(bench.folder);
  std::vector<double>& samples = steps.latencies_us;
  const std::string rule = kCommitRule;
  return {{"tail", percentile(samples, 0.99), "us", percentile(samples, 0.5),
           "p99 of a step, 100 in flight, the daemon's threads; " + rule + "; limit: p50"},
          {"tail/slowest", percentile(samples, 1) / 1000, "ms", {}, "the slowest of all"},
          {"tail/steps", steps.rate(), "steps/s", {}, "meanwhile"}};
}

}  // namespace endcap::bench
