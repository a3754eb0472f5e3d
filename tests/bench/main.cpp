// endcap_bench: every figure, as a table or as JSON. `tools/bench` builds and runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "tests/bench/front_end.h"
#include "tests/bench/guard.h"
#include "tests/bench/project.h"
#include "tests/bench/steps.h"
#include "tests/bench/sweep.h"
#include "tools/common/compile_project.h"

using namespace endcap;

namespace {

// A folder that something else lives in is not ours to empty.
void take_folder(const std::filesystem::path& folder) {
  const std::filesystem::path marker = folder / ".endcap-bench";
  if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder) &&
      !std::filesystem::exists(marker))
    throw std::runtime_error(folder.string() + " is not empty and no bench made it: name another --data");
  std::filesystem::create_directories(folder);
  std::ofstream(marker) << "emptied by endcap_bench\n";
}

std::shared_ptr<const abi::Program> own_program(const std::filesystem::path& source) {
  CheckedProject project = check_project(source / "tests/bench/project");
  if (!project.ok()) throw std::runtime_error("the bench's own project does not check cleanly");
  auto program = compile_project(project, std::nullopt);
  if (!program) throw std::runtime_error(program.error());
  return *program;
}

std::vector<bench::Figure> run_steps(const std::filesystem::path& source, const std::filesystem::path& data,
                                     double seconds) {
  take_folder(data);
  auto figures = bench::bench_steps(own_program(source), {.folder = data / "run", .seconds = seconds});
  std::filesystem::remove_all(data);
  return figures;
}

std::vector<bench::Figure> run_sweep(const std::filesystem::path& source, const std::filesystem::path& data) {
  take_folder(data);
  auto figures = bench::bench_sweep(own_program(source), data / "run");
  std::filesystem::remove_all(data);
  return figures;
}

std::vector<bench::Figure> run_project(const std::filesystem::path& source, const std::filesystem::path& data,
                                       const std::filesystem::path& command, size_t files) {
  take_folder(data);
  auto figures = bench::bench_project(
      {.workflows = source / "workflows", .folder = data / "project", .command = command, .files = files});
  std::filesystem::remove_all(data);
  return figures;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Figures of Endcap, each beside what the machine itself does in the same run."};
  std::string source = ".", data = "build/bench-data", json_file;
  std::string command = (std::filesystem::path(argv[0]).parent_path() / "endcap").string();
  double seconds = 3;
  size_t files = 1000;
  bool json = false;
  std::vector<std::string> names;
  app.add_option("--source", source, "the repository")->capture_default_str();
  app.add_option("--data", data, "folder on the disk to measure; emptied")->capture_default_str();
  app.add_flag("--json", json,
               "print a list of {name, value, unit, limit, ratio, note} instead of the table");
  app.add_option("--json-file", json_file, "write that list to a file beside the table");
  app.add_option("--seconds", seconds, "how long each level of `steps` runs")->capture_default_str();
  app.add_option("--command", command, "the endcap that `project` runs")->capture_default_str();
  app.add_option("--files", files, "how many files the project of `project` has, at least")
      ->capture_default_str();
  app.add_option("NAMES", names, "steps, guard, sweep, front_end, project; none: all");
  CLI11_PARSE(app, argc, argv);

  const std::vector<std::pair<std::string, std::function<std::vector<bench::Figure>()>>> benches = {
      {"steps", [&] { return run_steps(source, data, seconds); }},
      {"guard", [] { return bench::bench_guard(); }},
      {"sweep", [&] { return run_sweep(source, data); }},
      {"front_end", [&] { return bench::bench_front_end(std::filesystem::path(source) / "workflows", 100); }},
      {"project", [&] { return run_project(source, data, command, files); }},
  };
  for (const std::string& name : names) {
    if (std::ranges::none_of(benches, [&](const auto& known) { return known.first == name; })) {
      fmt::print(stderr, "there is no bench `{}`: steps, guard, sweep, front_end, project\n", name);
      return 2;
    }
  }
  try {
    std::vector<bench::Figure> figures;
    for (const auto& [name, run] : benches) {
      if (!names.empty() && std::ranges::find(names, name) == names.end()) continue;
      fmt::print(stderr, "bench: {}\n", name);
      for (bench::Figure& figure : run()) figures.push_back(std::move(figure));
    }
    if (!json_file.empty() && !(std::ofstream(json_file) << bench::json(figures) << "\n").flush())
      throw std::runtime_error(json_file + " can't be written");
    fmt::print("{}\n", json ? bench::json(figures) : bench::table(figures));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 3;
  }
}
