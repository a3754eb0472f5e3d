// Steps in an empty folder, in one with many finished instances, and in an empty one again.
#include "tests/bench/history.h"

#include <fmt/format.h>

#include "runtime/store/rocksdb_sizes.h"
#include "tests/bench/one_thread.h"
#include "tests/bench/shell_steps.h"

namespace endcap::bench {
namespace {

constexpr uint32_t kBesides = 100;  // workflows in flight

}  // namespace

std::vector<Figure> bench_history(const std::shared_ptr<const abi::Program>& program,
                                  const HistoryBench& bench) {
  std::filesystem::remove_all(bench.folder);
  const auto cost_us = [&](const char* name) {
    return 1e6 /
           run_shell_steps(program,
                           {.folder = bench.folder / name, .in_flight = kBesides, .seconds = bench.seconds})
               .rate();
  };
  {
    OneThread world(program, bench.folder / "full");
    world.fill("OneStep", 0, bench.finished,
               [](uint64_t number) { return fmt::format(R"({{"note":"N{}"}})", number); });
  }
  const StoreSizes sizes = must(compacted_sizes(bench.folder / "full/store"));
  const double before = cost_us("empty"), full = cost_us("full"), after = cost_us("empty_again");
  std::filesystem::remove_all(bench.folder);
  const auto bytes_each = [&](uint64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(bench.finished);
  };
  std::vector<Figure> figures = {
      {"history", full, "us/step", (before + after) / 2,
       fmt::format("{} in flight beside {} finished instances, store compacted before; limit: an empty "
                   "folder, mean of one run before and one after",
                   kBesides, bench.finished)},
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
