// Nine POSTs a workflow, by the connector of the daemon, to a process that answers at once.
#include "tests/bench/steps_http.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/connect/odata.h"
#include "tests/bench/answering_process.h"
#include "tests/bench/http_client.h"
#include "tests/bench/shell_steps.h"

namespace endcap::bench {
namespace {

constexpr uint32_t kPosting = 400;  // workflows in flight

}  // namespace

std::vector<Figure> bench_steps_http(const std::shared_ptr<const abi::Program>& program,
                                     const StepsHttpBench& bench) {
  AnsweringProcess desk;
  std::filesystem::remove_all(bench.folder);
  const uint32_t on_the_wire = ODataSystem{}.in_flight_max;
  const double end = seconds_now() + std::min(1.0, bench.seconds);
  const std::string post = http_request(
      "POST", "/desk/Stamps", R"({"Note":"N1","Stage":1,"Reference":"0123456789abcdef0123456789"})");
  const HttpLoaded alone = run_http_load({.port = desk.port(), .connections = on_the_wire, .next = [&] {
                                            return seconds_now() < end ? std::optional(post) : std::nullopt;
                                          }});
  ShellSteps steps = run_shell_steps(
      program, {.folder = bench.folder,
                .workflow = "NinePosts",
                .in_flight = kPosting,
                .seconds = bench.seconds,
                .connector = [&] {
                  return make_odata_connector(
                      {{.name = "desk", .url = fmt::format("http://127.0.0.1:{}/desk", desk.port())}});
                }});
  std::filesystem::remove_all(bench.folder);
  return {
      {"steps_http", steps.rate(), "steps/s", static_cast<double>(alone.answered) / alone.seconds,
       fmt::format("{} in flight, {} POSTs on the wire to another process, intent and result durable before "
                   "the next; limit: a plain client's POSTs, nothing stored",
                   kPosting, on_the_wire)},
      {"steps_http/p50",
       percentile(steps.latencies_us, 0.5),
       "us",
       {},
       "a step: answer in to next call handed to the connector"},
      {"steps_http/p99", percentile(steps.latencies_us, 0.99), "us", {}, ""}};
}

}  // namespace endcap::bench
