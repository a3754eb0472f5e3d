// Steps in an empty folder, in one with many finished instances, in an empty one again, and while what is
// finished is dropped.
#include "tests/bench/history.h"

#include <fmt/format.h>

#include <optional>

#include "runtime/store/rocksdb_sizes.h"
#include "tests/bench/one_thread.h"
#include "tests/bench/shell_steps.h"

namespace endcap::bench {
namespace {

constexpr uint32_t kBesides = 100;  // workflows in flight
constexpr int kEndedHoursAgo = 72;

}  // namespace

std::vector<Figure> bench_history(const std::shared_ptr<const abi::Program>& program,
                                  const HistoryBench& bench) {
  std::filesystem::remove_all(bench.folder);
  const auto run = [&](const char* name, std::optional<Duration> keep = {}) {
    return run_shell_steps(program, {.folder = bench.folder / name,
                                     .in_flight = kBesides,
                                     .seconds = bench.seconds,
                                     .keep_history = keep});
  };
  {
    OneThread world(program, bench.folder / "full", hours_ago(kEndedHoursAgo));
    world.fill("OneStep", 0, bench.finished,
               [](uint64_t number) { return fmt::format(R"({{"note":"N{}"}})", number); });
  }
  const StoreSizes sizes = must(compacted_sizes(bench.folder / "full/store"));
  const double before = 1e6 / run("empty").rate();
  ShellSteps full = run("full");
  const double after = 1e6 / run("empty_again").rate();
  ShellSteps dropping = run("full", kDay);
  std::filesystem::remove_all(bench.folder);
  const auto bytes_each = [&](uint64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(bench.finished);
  };
  std::vector<Figure> figures = {
      {"history", 1e6 / full.rate(), "us/step", (before + after) / 2,
       fmt::format("{} in flight beside {} finished instances, store compacted before; limit: an empty "
                   "folder, mean of one run before and one after",
                   kBesides, bench.finished)},
      {"history/dropping/p99", percentile(dropping.latencies_us, 0.99), "us",
       percentile(full.latencies_us, 0.99),
       fmt::format("a step while a day is dropped, {} instances of it; limit: in the same folder before",
                   dropping.dropped)},
      {"history/bytes",
       bytes_each(sizes.files),
       "B",
       {},
       "a finished instance: started, notified, finished; table files after a full compaction"}};
  for (const auto& [table, bytes] : sizes.tables)
    figures.push_back(
        {fmt::format("history/bytes/{}", table_name(table)), bytes_each(bytes), "B", {}, "of that"});
  return figures;
}

}  // namespace endcap::bench
