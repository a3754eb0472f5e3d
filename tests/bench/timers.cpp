// Filled by the bench for a second that has passed, then opened by a daemon that is killed half way.
#include "tests/bench/timers.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "runtime/store/rocksdb_sizes.h"
#include "runtime/value/time.h"
#include "tests/bench/daemon.h"
#include "tests/bench/http_client.h"
#include "tests/bench/one_thread.h"
#include "tests/bench/parked.h"
#include "tests/bench/people_deciding.h"
#include "tests/bench/progress.h"

namespace endcap::bench {
namespace {

constexpr uint64_t kDecisions = 1000;

void wait_until_fired(Daemon& daemon, uint64_t wanted, const std::string& what) {
  Progress progress(what, wanted);
  for (uint64_t fired = 0; fired < wanted;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    fired = daemon.counter("timers_fired_total");
    progress.at(fired);
  }
}

void fill_with_timers(const std::shared_ptr<const abi::Program>& program, const TimersBench& bench,
                      std::vector<uint64_t>& tasks) {
  const Instant second = hours_ago(1);
  OneThread world(program, bench.folder, hours_ago(2));
  world.fill("Approved", 0, std::min(kDecisions, bench.due), approved_arguments);
  tasks = open_approvals(world.engine(), kDecisions);
  world.fill("Due", 0, bench.due, [&](uint64_t number) {
    const Instant moment =
        second + static_cast<Instant>(static_cast<double>(number) / static_cast<double>(bench.due) * kSecond);
    return fmt::format(R"({{"note":"D{}","moment":"{}"}})", number, instant_to_text(moment));
  });
}

void require_all_rung(Daemon& daemon) {
  HttpConnection connection(daemon.port());
  nlohmann::json page, after = 0;
  for (; !after.is_null(); after = page.at("next")) {
    page = nlohmann::json::parse(
        connection.get("/v1/instances?workflow=Due&status=running&limit=1&after=" + after.dump()));
    if (!page.at("instances").empty()) throw std::runtime_error("a timer was lost: " + page.dump());
  }
}

}  // namespace

std::vector<Figure> bench_timers(const std::shared_ptr<const abi::Program>& program,
                                 const TimersBench& bench) {
  std::filesystem::remove_all(bench.folder);
  std::vector<uint64_t> tasks;
  fill_with_timers(program, bench, tasks);
  const DaemonOptions options{.command = bench.command, .project = bench.project, .data = bench.folder};
  (void)must(compacted_sizes(bench.folder / "store"));  // what slept for weeks has come to rest
  make_cold(bench.folder);

  double seconds = 0;
  std::vector<double> decisions_ms;
  const auto live = [&](const char* what, bool killed) {
    Daemon daemon(options);
    const uint16_t port = daemon.port();
    const double begin = killed ? seconds_now() : daemon.begun();
    Decider person(port, tasks);
    if (killed) {
      wait_until_fired(daemon, bench.due / 2, what);
      daemon.kill();
    } else {
      daemon.wait_until_idle();
    }
    seconds += seconds_now() - begin;
    for (const double each : person.stop()) decisions_ms.push_back(each);
    if (!killed) require_all_rung(daemon);
  };
  live("timers until the kill", true);
  live("timers after the kill", false);
  std::filesystem::remove_all(bench.folder);
  return {{"timers",
           static_cast<double>(bench.due) / seconds,
           "1/s",
           {},
           fmt::format(
               "{} due in one second that has passed; cold frames, the store compacted before; advanced and "
               "finished, durable; killed half way, the restart included",
               bench.due)},
          {"timers/decision_p50", percentile(decisions_ms, 0.5), "ms", {}, ""},
          {"timers/decision_p99",
           percentile(decisions_ms, 0.99),
           "ms",
           {},
           fmt::format("of {} human decisions over HTTP meanwhile, acknowledged when durable",
                       decisions_ms.size())}};
}

}  // namespace endcap::bench
