// A hundred connections that start instances, each with a key of its own.
#include "tests/bench/starts.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/bench/daemon.h"
#include "tests/bench/http_client.h"

namespace endcap::bench {
namespace {

constexpr uint32_t kStarters = 100;

HttpLoaded load_for(uint16_t port, double seconds, const std::function<std::string()>& request) {
  const double end = seconds_now() + seconds;
  return run_http_load({.port = port, .connections = kStarters, .next = [&] {
                          return seconds_now() < end ? std::optional(request()) : std::nullopt;
                        }});
}

}  // namespace

std::vector<Figure> bench_starts(const StartsBench& bench) {
  std::filesystem::remove_all(bench.folder);
  std::filesystem::create_directories(bench.folder.parent_path());
  Daemon daemon({.command = bench.command, .project = bench.project, .data = bench.folder});
  const std::string nothing = http_request("GET", "/healthz");
  const HttpLoaded answers = load_for(daemon.port(), std::min(1.0, bench.seconds), [&] { return nothing; });
  uint64_t next = 0;
  HttpLoaded starts = load_for(daemon.port(), bench.seconds, [&] {
    return http_request(
        "POST", "/v1/instances",
        fmt::format(R"({{"workflow":"Due","arguments":{{"note":"N{}","moment":"2099-12-31T00:00:00Z"}}}})",
                    next++));
  });
  daemon.kill();
  std::filesystem::remove_all(bench.folder);
  const auto rate = [](const HttpLoaded& load) { return static_cast<double>(load.answered) / load.seconds; };
  return {{"starts", rate(starts), "1/s", rate(answers),
           fmt::format("over HTTP, {} connections, answered when durable, the load in a process of its own; "
                       "limit: GET /healthz, which waits for no sync",
                       kStarters)},
          {"starts/p50", percentile(starts.latencies_us, 0.5) / 1000, "ms", {}, ""},
          {"starts/p99",
           percentile(starts.latencies_us, 0.99) / 1000,
           "ms",
           {},
           fmt::format("{} were refused and sent again", starts.refused)}};
}

}  // namespace endcap::bench
