// Parking many approvals and looking at the folder and at ourselves.
#include "tests/bench/parked.h"

#include <fmt/format.h>

#include "runtime/store/rocksdb_sizes.h"
#include "tests/bench/one_thread.h"

namespace endcap::bench {
namespace {

constexpr uint64_t kGrowth = 10;

}  // namespace

std::string approved_arguments(uint64_t number) {
  return fmt::format(
      R"({{"note":"N{}","pieces":{},"price":{{"amount":"{}.99","currency":"AUD"}},"end":"2099-12-31T00:00:00Z"}})",
      number, number % 500, 100 + number % 1900);
}

std::vector<Figure> bench_parked(const std::shared_ptr<const abi::Program>& program,
                                 const ParkedBench& bench) {
  std::filesystem::remove_all(bench.folder);
  const uint64_t all = bench.parked, tenth = all / kGrowth;
  double few = 0, many = 0, filled = 0;
  {
    OneThread world(program, bench.folder);
    world.fill("Approved", 0, tenth, approved_arguments);
    few = resident_megabytes();
    const double begin = seconds_now();
    world.fill("Approved", tenth, all, approved_arguments);
    filled = static_cast<double>(all - tenth) / (seconds_now() - begin);
    many = resident_megabytes();
  }
  const StoreSizes sizes = must(compacted_sizes(bench.folder / "store"));
  std::filesystem::remove_all(bench.folder);
  const std::string what =
      fmt::format("{} approvals with a deadline, three live values, three history rows", all);
  std::vector<Figure> figures = {{"parked_disk",
                                  static_cast<double>(sizes.files) / static_cast<double>(all),
                                  "B",
                                  {},
                                  what + "; table files after a full compaction"}};
  for (const auto& [table, bytes] : sizes.tables) {
    figures.push_back({fmt::format("parked_disk/{}", table_name(table)),
                       static_cast<double>(bytes) / static_cast<double>(all),
                       "B",
                       {},
                       "of that"});
  }
  figures.push_back({"parked_memory",
                     many - few,
                     "MB",
                     {},
                     fmt::format("resident memory from {} to {} parked, of the whole process: block cache of "
                                 "64 MB and write buffers included",
                                 tenth, all)});
  figures.push_back({"parked_memory/all", many, "MB", {}, "all of it then"});
  figures.push_back({"parked/parking",
                     filled,
                     "1/s",
                     {},
                     "started, notified and asked; one thread, a record of all that is ready and one sync"});
  return figures;
}

}  // namespace endcap::bench
