// endcap_bench: every figure, as a table or as JSON. `tools/bench` builds and runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "tests/bench/benches.h"
#include "tests/bench/machine.h"

using namespace endcap;

namespace {

std::string names_of_benches() {
  std::string names;
  for (const bench::Bench& each : bench::benches()) names += (names.empty() ? "" : ", ") + each.name;
  return names;
}

std::string footer() {
  std::string text = "Benches:\n";
  for (const bench::Bench& each : bench::benches())
    text += fmt::format("  {:<14}{}\n", each.name, each.shows);
  return text +
         "\nEach runs on the real engine, log and RocksDB. A ratio is a figure beside its limit, both of "
         "this run "
         "and this\nmachine: compare ratios, and figures only of one session. No figure fails a test.\n"
         "\n"
         "Example:\n"
         "  tools/bench                                  all of them, some minutes\n"
         "  tools/bench step_latency tail                two of them\n"
         "  tools/bench events --waiting 1000000         at full size\n"
         "  tools/bench parked restart --parked 1000000  the same\n"
         "  tools/bench --json > figures.json\n";
}

std::vector<bench::Figure> run_benches(const std::vector<std::string>& names,
                                       const bench::Settings& settings) {
  std::vector<bench::Figure> figures{bench::machine_figure()};
  for (const bench::Bench& each : bench::benches()) {
    if (!names.empty() && std::ranges::find(names, each.name) == names.end()) continue;
    fmt::print(stderr, "bench: {}\n", each.name);
    for (bench::Figure& figure : each.run(settings)) figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Figures of Endcap, each beside what the machine itself does in the same run."};
  bench::Settings settings{.source = ".",
                           .data = "build/bench-data",
                           .command = std::filesystem::path(argv[0]).parent_path() / "endcap"};
  std::string json_file;
  bool json = false;
  std::vector<std::string> names;
  app.add_option("NAMES", names, "which benches; none: all")->type_name("NAME");
  app.add_flag("--json", json,
               "print a list of {name, value, unit, limit, ratio, note} instead of the table");
  app.add_option("--json-file", json_file, "write that list to a file beside the table");
  app.add_option("--seconds", settings.seconds, "how long each level under load runs")->capture_default_str();
  app.add_option("--parked", settings.parked, "of `parked` (memory grows from a tenth of them) and `restart`")
      ->capture_default_str();
  app.add_option("--due", settings.due, "timers of `timers`")->capture_default_str();
  app.add_option("--waiting", settings.waiting, "instances that wait for the events of `events`")
      ->capture_default_str();
  app.add_option("--finished", settings.finished, "instances that `history` runs beside")
      ->capture_default_str();
  app.add_option("--files", settings.files, "how many files the project of `project` has, at least")
      ->capture_default_str();
  app.add_option("--source", settings.source, "the repository")->capture_default_str();
  app.add_option("--data", settings.data, "folder on the disk to measure; emptied")->capture_default_str();
  app.add_option("--command", settings.command, "the endcap that is run")->capture_default_str();
  app.footer(footer());
  CLI11_PARSE(app, argc, argv);

  for (const std::string& name : names) {
    if (std::ranges::none_of(bench::benches(), [&](const auto& known) { return known.name == name; })) {
      fmt::print(stderr, "there is no bench `{}`: {}\n", name, names_of_benches());
      return 2;
    }
  }
  try {
    const std::vector<bench::Figure> figures = run_benches(names, settings);
    if (!json_file.empty() && !(std::ofstream(json_file) << bench::json(figures) << "\n").flush())
      throw std::runtime_error(json_file + " can't be written");
    fmt::print("{}\n", json ? bench::json(figures) : bench::table(figures));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 3;
  }
}
