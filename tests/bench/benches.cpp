// The list of benches, and the folder that those get which need one.
#include "tests/bench/benches.h"

#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "tests/bench/events.h"
#include "tests/bench/front_end.h"
#include "tests/bench/guard.h"
#include "tests/bench/history.h"
#include "tests/bench/jit.h"
#include "tests/bench/latency.h"
#include "tests/bench/parked.h"
#include "tests/bench/project.h"
#include "tests/bench/restart.h"
#include "tests/bench/starts.h"
#include "tests/bench/steps.h"
#include "tests/bench/steps_http.h"
#include "tests/bench/sweep.h"
#include "tests/bench/timers.h"
#include "tools/common/compile_project.h"

namespace endcap::bench {
namespace {

using Figures = std::vector<Figure>;
using ProgramPtr = std::shared_ptr<const abi::Program>;

// A folder that something else lives in is not ours to empty.
void take_folder(const std::filesystem::path& folder) {
  const std::filesystem::path marker = folder / ".endcap-bench";
  if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder) &&
      !std::filesystem::exists(marker))
    throw std::runtime_error(folder.string() + " is not empty and no bench made it: name another --data");
  std::filesystem::create_directories(folder);
  std::ofstream(marker) << "emptied by endcap_bench\n";
}

std::filesystem::path own_project(const Settings& settings) {
  return settings.source / "tests/bench/project";
}

ProgramPtr own_program(const Settings& settings) {
  CheckedProject project = check_project(own_project(settings));
  if (!project.ok()) throw std::runtime_error("the bench's own project does not check cleanly");
  auto program = compile_project(project, std::nullopt);
  if (!program) throw std::runtime_error(program.error());
  return *program;
}

// A bench that works in the folder, and is given a place in it.
template <typename Run>
Bench in_folder(std::string name, std::string shows, Run run) {
  return {std::move(name), std::move(shows), [run](const Settings& settings) {
            take_folder(settings.data);
            Figures figures = run(settings, settings.data / "run");
            std::filesystem::remove_all(settings.data);
            return figures;
          }};
}

Bench steps_bench() {
  return in_folder("steps", "nine durable steps a workflow, 1 to 400 in flight, beside log and store alone",
                   [](const Settings& settings, const std::filesystem::path& folder) {
                     return bench_steps(own_program(settings),
                                        {.folder = folder, .seconds = settings.seconds});
                   });
}

std::vector<Bench> step_benches() {
  using Path = std::filesystem::path;
  return {steps_bench(),
          in_folder("steps_http", "the same, each step a POST to another process",
                    [](const Settings& settings, const Path& folder) {
                      return bench_steps_http(own_program(settings),
                                              {.folder = folder, .seconds = settings.seconds});
                    }),
          in_folder("step_latency", "one in flight: a step beside one fdatasync",
                    [](const Settings& settings, const Path& folder) {
                      return bench_step_latency(own_program(settings),
                                                {.folder = folder, .seconds = settings.seconds});
                    }),
          in_folder("tail", "100 in flight: p99 beside p50, and the slowest",
                    [](const Settings& settings, const Path& folder) {
                      return bench_tail(own_program(settings),
                                        {.folder = folder, .seconds = settings.seconds});
                    }),
          in_folder("history", "a step beside finished instances and beside none, and what these take",
                    [](const Settings& settings, const Path& folder) {
                      return bench_history(
                          own_program(settings),
                          {.folder = folder, .finished = settings.finished, .seconds = settings.seconds});
                    })};
}

std::vector<Bench> waiting_benches() {
  using Path = std::filesystem::path;
  return {in_folder("parked", "disk and memory of an instance that waits for a person",
                    [](const Settings& settings, const Path& folder) {
                      return bench_parked(own_program(settings),
                                          {.folder = folder, .parked = settings.parked});
                    }),
          in_folder("restart", "kill -9 under full load: how soon the next daemon resumes and starts",
                    [](const Settings& settings, const Path& folder) {
                      return bench_restart(own_program(settings), {.project = own_project(settings),
                                                                   .folder = folder,
                                                                   .command = settings.command,
                                                                   .parked = settings.parked,
                                                                   .seconds = settings.seconds});
                    }),
          in_folder("timers", "many due in one second, cold, killed once; people who decide meanwhile",
                    [](const Settings& settings, const Path& folder) {
                      return bench_timers(own_program(settings), {.project = own_project(settings),
                                                                  .folder = folder,
                                                                  .command = settings.command,
                                                                  .due = settings.due});
                    }),
          in_folder("events", "over HTTP, each against many waiting instances, one match each",
                    [](const Settings& settings, const Path& folder) {
                      return bench_events(own_program(settings), {.project = own_project(settings),
                                                                  .folder = folder,
                                                                  .command = settings.command,
                                                                  .waiting = settings.waiting});
                    }),
          in_folder("starts", "over HTTP, 100 connections", [](const Settings& settings, const Path& folder) {
            return bench_starts({.project = own_project(settings),
                                 .folder = folder,
                                 .command = settings.command,
                                 .seconds = settings.seconds});
          })};
}

std::vector<Bench> compiler_benches() {
  using Path = std::filesystem::path;
  return {in_folder("sweep", "600 x 50,000 combinations through a compiled guard, durable",
                    [](const Settings& settings, const Path& folder) {
                      return bench_sweep(own_program(settings), folder);
                    }),
          {"guard", "a compiled guard beside C++ by hand", [](const Settings&) { return bench_guard(); }},
          in_folder("jit", "compiling the shipped workflows; a daemon's start with and without objects",
                    [](const Settings& settings, const Path& folder) {
                      return bench_jit({.workflows = settings.source / "workflows",
                                        .folder = folder,
                                        .command = settings.command});
                    }),
          in_folder("front_end", "lines a second of parsing and checking",
                    [](const Settings& settings, const Path& folder) {
                      return bench_front_end(settings.source / "workflows", folder, settings.files);
                    }),
          in_folder("project", "`endcap check` of a thousand files",
                    [](const Settings& settings, const Path& folder) {
                      return bench_project({.workflows = settings.source / "workflows",
                                            .folder = folder,
                                            .command = settings.command,
                                            .files = settings.files});
                    })};
}

}  // namespace

const std::vector<Bench>& benches() {
  static const std::vector<Bench> kAll = [] {
    std::vector<Bench> all;
    for (const auto& some : {step_benches(), waiting_benches(), compiler_benches()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return kAll;
}

}  // namespace endcap::bench
