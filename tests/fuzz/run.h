// What the fuzzers that make programs share: how many, from which seed, for how long, and how it goes.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/fuzz/census.h"
#include "tests/fuzz/fixture.h"
#include "tests/fuzz/random_workflow.h"

namespace endcap::fuzz {

struct Run {
  uint64_t programs = 1000;  // accepted ones
  uint64_t seed = 1;         // of the first program; the next ones follow
  double minutes = 0;        // not 0: for so long instead
  bool show = false;         // print the program of the seed
  bool census = false;       // count what the programs hold, and do nothing else
};

inline constexpr uint64_t kBatchSize = 40;  // modules checked and compiled together
inline constexpr uint64_t kSample = 1000;   // of so many programs some hold each construct

// The seed is part of the name, so that a failure can be made again.
inline Module make_module(uint64_t seed, const RandomWorkflowOptions& options = {}) {
  const std::string name = fmt::format("fuzz.m{}", seed);
  return {name, random_workflow(seed, name, options)};
}

// Says what the programs held. Not 0 when they were many and one of the constructs is in none of them.
inline int account(const Census& census) {
  fmt::print("{}", census.report());
  if (census.programs() < kSample || census.missing().empty()) return 0;
  for (const std::string& name : census.missing()) fmt::print(stderr, "no program holds {}\n", name);
  return 4;
}

// Compiles a batch, counts it and gives how many of its programs it took; it throws or prints and exits on a
// finding.
using Work = std::function<uint64_t(uint64_t first, uint64_t count, Census& census)>;

inline uint64_t counted(uint64_t first, uint64_t count, Census& census) {
  std::vector<Module> modules;
  for (uint64_t seed = first; seed < first + count; ++seed) modules.push_back(make_module(seed));
  const Batch batch = compile_in_fixture(modules);
  census.count(batch);
  return batch.accepted.size();
}

// Takes batches of seeds until enough programs were accepted. Returns the exit code.
inline int run_batches(int argc, char** argv, const std::string& what, Run run, const Work& work) {
  CLI::App app{what};
  app.add_option("--programs", run.programs, "accepted programs")->capture_default_str();
  app.add_option("--seed", run.seed, "the first program's; a failure names its own")->capture_default_str();
  app.add_option("--minutes", run.minutes, "run for so long instead");
  app.add_flag("--show", run.show, "print the program of --seed");
  app.add_flag("--census", run.census, "only count how many are accepted and what they hold");
  CLI11_PARSE(app, argc, argv);
  if (run.show) {
    fmt::print("{}", make_module(run.seed).text);
    return 0;
  }
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  auto told = began;
  const auto minutes = [&] { return std::chrono::duration<double>(Clock::now() - began).count() / 60; };
  uint64_t done = 0;
  Census census;
  for (uint64_t seed = run.seed; run.minutes > 0 ? minutes() < run.minutes : done < run.programs;) {
    const uint64_t count =
        run.minutes > 0 ? kBatchSize : std::min(kBatchSize, std::max<uint64_t>(run.programs - done, 1));
    done += run.census ? counted(seed, count, census) : work(seed, count, census);
    seed += count;
    if (Clock::now() - told < std::chrono::seconds(10)) continue;
    told = Clock::now();
    fmt::print(stderr, "{} programs, seeds up to {}\n", done, seed - 1);
  }
  fmt::print("{} programs in {:.0f} s\n", done, minutes() * 60);
  return account(census);
}

// How often each thing was counted, most often first.
inline std::string tally(const std::map<std::string, uint64_t>& counts) {
  std::vector<std::pair<uint64_t, std::string>> sorted;
  for (const auto& [what, count] : counts) sorted.emplace_back(count, what);
  std::ranges::sort(sorted, std::greater());
  std::string text;
  for (const auto& [count, what] : sorted)
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, what);
  return text;
}

}  // namespace endcap::fuzz
