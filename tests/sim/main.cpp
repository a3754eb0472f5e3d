// The simulator's command line; `endcap sim` runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <thread>

#include "tests/sim/shrink.h"

namespace {

using namespace endcap::test;

constexpr std::chrono::seconds kShrinksFor{20};
constexpr std::chrono::seconds kLifeAtMost{120};
constexpr int kBroken = 1, kUsage = 2;

constexpr const char* kAbout =
    "Lives of the real engine on a simulated disk, from seeds: crashes, power losses, clocks that are set,\n"
    "systems that answer late, people who decide twice. After each, every promise is checked.";
constexpr const char* kFooter =
    "Examples:\n"
    "  endcap sim --seeds 2000              seeds 1 to 2000, on all cores\n"
    "  endcap sim --seed 17                 one life again; the same seed is the same life\n"
    "  endcap sim --seed 17 --trace         what happens in it, one line each: number, time, what\n"
    "  endcap sim --seed 17 --only 1-4,90   only these of the things that happen in it, and how it ends\n"
    "A life that breaks a promise is told with as few of these as still break it.\n"
    "\n"
    "Exit codes: 0 every promise held, 1 one was broken, 2 usage.";

struct Arguments {
  Runs runs;
  std::optional<uint64_t> seed;
  std::string only;
  bool trace = false;
};

Trace::Listener printed() {
  return [](const std::string& line) { fmt::print("{}\n", line); };
}

int tell_broken(uint64_t seed, const Ended& ended) {
  fmt::print("seed {}: {}\n", seed, ended.broken);
  const std::set<uint64_t> fewest = shrink(seed, ended, kShrinksFor);
  const std::string again =
      fewest.empty() ? fmt::format("endcap sim --seed {} --trace", seed)
                     : fmt::format("endcap sim --seed {} --only {} --trace", seed, list_text(fewest));
  if (!fewest.empty()) {
    fmt::print("The fewest things that come to that, of {}:\n", ended.last);
    live_apart({.seed = seed, .only = fewest, .trace = printed()}, kLifeAtMost);
  }
  fmt::print("Replay: {}\n", again);
  return kBroken;
}

int run_one(const Arguments& arguments) {
  LifeOptions options{.seed = *arguments.seed};
  if (arguments.trace) options.trace = printed();
  if (!arguments.only.empty()) {
    options.only = list_from_text(arguments.only);
    if (!options.only) {
      fmt::print(stderr, "endcap-sim: --only {} is no list of numbers like 1-4,90\n", arguments.only);
      return kUsage;
    }
  }
  const Ended ended = live(options);
  if (ended.broken.empty()) {
    fmt::print("seed {}: {} steps, {} crashes: every promise held\n", options.seed, ended.happened.all(),
               ended.crashes);
    return 0;
  }
  if (!options.only && !arguments.trace) return tell_broken(options.seed, ended);
  fmt::print("seed {}: {}\n", options.seed, ended.broken);
  return kBroken;
}

int run_many(const Runs& runs) {
  const auto begin = std::chrono::steady_clock::now();
  const Survey survey = live_many(runs);
  if (survey.broken != 0) {
    LifeOptions options{.seed = survey.broken};
    Ended ended = live_apart(options, kLifeAtMost);
    if (ended.broken.empty()) ended.broken = "it has not broken its promise again";
    return tell_broken(survey.broken, ended);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print(
      "{} seeds, {} steps (of a life at least {}), {} crashes (at least {}), {:.1f} s: every promise held\n",
      survey.lives, survey.steps, survey.lives == 0 ? 0 : survey.steps_min, survey.crashes,
      survey.lives == 0 ? 0 : survey.crashes_min, seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  Runs& runs = arguments.runs;
  runs.jobs = std::max(1u, std::thread::hardware_concurrency());
  CLI::App app{kAbout, "endcap-sim"};
  app.footer(kFooter);
  app.add_option("--seed", arguments.seed, "One life, in this process");
  app.add_option("--first", runs.first, "The first seed")->capture_default_str();
  app.add_option("--seeds", runs.seeds, "How many lives")->capture_default_str();
  app.add_option("--seconds", runs.seconds, "Begin no life after so many");
  app.add_option("--jobs", runs.jobs, "Processes beside each other")->capture_default_str();
  app.add_flag("--trace", arguments.trace, "With --seed: tell what happens");
  app.add_option("--only", arguments.only, "With --seed: only these of the things that happen");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (!arguments.seed && (arguments.trace || !arguments.only.empty())) {
    fmt::print(stderr, "endcap-sim: --trace and --only are of one life: name it with --seed\n");
    return kUsage;
  }
  return arguments.seed ? run_one(arguments) : run_many(runs);
}
