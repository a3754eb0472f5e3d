// Native code of the shipped project, made here and found again by the daemon.
#include "tests/bench/jit.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "tests/bench/daemon.h"
#include "tools/common/compile_project.h"

namespace endcap::bench {
namespace {

constexpr int kCompilations = 3;

struct DaemonStart {
  double milliseconds = 0;  // until requests are answered
  uint64_t compiled = 0;    // modules
};

DaemonStart start_once(const DaemonOptions& options) {
  Daemon daemon(options);
  daemon.port();
  DaemonStart start{.milliseconds = (seconds_now() - daemon.begun()) * 1000};
  // "27 modules: 0 compiled, 27 from the cache, 12 ms; ..."
  const std::string line = daemon.said_of(" from the cache, ");
  const size_t colon = line.find(": ");
  if (colon == std::string::npos) throw std::runtime_error("the daemon does not say what it compiled");
  const size_t number = line.rfind(' ', line.find(" compiled") - 1) + 1;
  std::from_chars(line.data() + number, line.data() + line.size(), start.compiled);
  return start;
}

}  // namespace

std::vector<Figure> bench_jit(const JitBench& bench) {
  std::vector<double> all_ms;
  codegen::Statistics statistics;
  size_t workflows = 0;
  for (int i = 0; i < kCompilations; ++i) {
    CheckedProject project = check_project(bench.workflows);
    if (!project.ok()) throw std::runtime_error("the shipped workflows do not check cleanly");
    statistics = {};
    auto program = compile_project(project, std::nullopt, &statistics);
    if (!program) throw std::runtime_error(program.error());
    all_ms.push_back(statistics.milliseconds);
    workflows = (*program)->workflows.size();
  }
  std::filesystem::remove_all(bench.folder);
  std::filesystem::create_directories(bench.folder.parent_path());
  // Addresses at which nobody answers: what its schedules start goes nowhere.
  const DaemonOptions options{
      .command = bench.command,
      .project = bench.workflows,
      .data = bench.folder,
      .more = {"--system", "erp=http://127.0.0.1:1/erp", "--system", "shop=http://127.0.0.1:1/shop"}};
  const DaemonStart cold = start_once(options), warm = start_once(options);
  std::filesystem::remove_all(bench.folder);
  const double median = percentile(all_ms, 0.5);
  const std::string what = fmt::format("of {} workflows in {} modules", workflows, statistics.modules);
  return {{"jit", median / static_cast<double>(workflows), "ms", {}, "mean " + what + ", no object cache"},
          {"jit/all", median, "ms", {}, "all of them, one thread"},
          {"jit/daemon_start", warm.milliseconds, "ms", cold.milliseconds,
           "process to first answer, objects cached; limit: the first start, which compiles"},
          {"jit/daemon_start/compiled",
           static_cast<double>(warm.compiled),
           "modules",
           {},
           "compiled by it although they were cached"}};
}

}  // namespace endcap::bench
