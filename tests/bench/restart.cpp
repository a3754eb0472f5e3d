// Parked approvals, a daemon under full load, `kill -9`, and two people who want something of the next one.
#include "tests/bench/restart.h"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

#include "tests/bench/answering_process.h"
#include "tests/bench/daemon.h"
#include "tests/bench/http_client.h"
#include "tests/bench/one_thread.h"
#include "tests/bench/parked.h"
#include "tests/bench/people_deciding.h"

namespace endcap::bench {
namespace {

constexpr uint32_t kLoadStarters = 50;

// Starts of nine-step workflows, as many as it takes, until the daemon is killed.
std::thread load_fully(uint16_t port, std::string& problem) {
  return std::thread([port, &problem] {
    uint64_t next = 0;
    try {
      run_http_load(
          {.port = port,
           .connections = kLoadStarters,
           .next =
               [&] {
                 return std::optional(http_request(
                     "POST", "/v1/instances",
                     fmt::format(R"({{"workflow":"NinePosts","arguments":{{"note":"L{}"}}}})", next++)));
               },
           .may_break = true});
    } catch (const std::exception& error) {
      problem = error.what();
    }
  });
}

// When `request` was first answered as done, in seconds_now(); asked again until then.
double first_done(uint16_t port, const std::string& request) {
  HttpConnection connection(port);
  while (true) {
    const auto answer = connection.ask(request);
    if (answer && answer->status < 300) return seconds_now();
    if (!answer || (answer->status != 429 && answer->status != 503))
      throw std::runtime_error(answer ? answer->body : "the restarted daemon is gone");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

std::vector<Figure> bench_restart(const std::shared_ptr<const abi::Program>& program,
                                  const RestartBench& bench) {
  std::filesystem::remove_all(bench.folder);
  AnsweringProcess desk;
  uint64_t parked_first = 0;
  {
    OneThread world(program, bench.folder, hours_ago(2));
    world.fill("Approved", 0, bench.parked, approved_arguments);
    parked_first = open_approvals(world.engine(), 1).at(0);
  }
  const DaemonOptions options{
      .command = bench.command,
      .project = bench.project,
      .data = bench.folder,
      .more = {"--system", fmt::format("desk=http://127.0.0.1:{}/desk", desk.port())}};
  double killed = 0;
  uint64_t steps = 0;
  {
    Daemon loaded(options);
    std::string problem;
    std::thread load = load_fully(loaded.port(), problem);
    std::this_thread::sleep_for(std::chrono::duration<double>(bench.seconds));
    steps = loaded.counter("steps_total");
    killed = seconds_now();
    loaded.kill();
    load.join();
    if (!problem.empty()) throw std::runtime_error(problem);
  }
  Daemon again(options);
  const uint16_t port = again.port();
  const double up = seconds_now();
  auto decision = std::async(std::launch::async, first_done, port, reject_request(parked_first));
  const double started = first_done(
      port, http_request("POST", "/v1/instances", R"({"workflow":"OneStep","arguments":{"note":"S1"}})"));
  const double resumed = decision.get();
  const std::string said = again.said_of("records recovered");
  again.kill();
  std::filesystem::remove_all(bench.folder);
  return {
      {"restart/resumed",
       resumed - killed,
       "s",
       {},
       fmt::format("kill -9 after {:.2g} s of full load ({} steps), {} parked: until a decision about the "
                   "first is durable",
                   bench.seconds, steps, bench.parked)},
      {"restart/started",
       started - killed,
       "s",
       {},
       "until a new start is acknowledged, asked at the same time"},
      {"restart/answers", up - killed, "s", {}, "until requests are answered; " + said}};
}

}  // namespace endcap::bench
