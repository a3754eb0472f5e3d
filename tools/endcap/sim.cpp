// endcap sim: the simulator, a program of its own beside this one.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/endcap/commands.h"

namespace endcap::command {
namespace {

constexpr const char* kSimulatorHelp =
    "  --seed N          one life; the same seed is the same life\n"
    "  --seeds N         so many, from seed 1 or --first on\n"
    "  --seconds S       begin no life after so many\n"
    "  --jobs N          processes beside each other; all cores otherwise\n"
    "  --trace           with --seed: tell what happens, one line each\n"
    "  --only LIST       with --seed: only these of the things that happen, like 1-4,90\n"
    "\n"
    "Example:\n"
    "  endcap sim --seeds 2000\n"
    "\n"
    "A life that breaks a promise is told with as few of the things that happened as still break it, and "
    "how\n"
    "to replay exactly that. Exit codes: 0 every promise held, 1 one was broken, 2 usage.";

// Becomes the simulator; returns only when that is not possible.
int run_simulator(std::vector<std::string> arguments) {
  std::error_code error;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "endcap-sim";
  std::vector<char*> pointers;
  arguments.insert(arguments.begin(), beside.string());
  for (std::string& each : arguments) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  ::execv(beside.c_str(), pointers.data());
  const int code = errno;
  tell(
      fmt::format("the simulator can't be run: {}: {}. It is built with the tests: cmake --build --preset "
                  "release --target sim_engine",
                  beside.string(), std::strerror(code)));
  return kInternal;
}

}  // namespace

void add_sim(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "sim", "Try the engine itself: lives with crashes, power losses and late systems, from seeds");
  command->footer(kSimulatorHelp);
  command->prefix_command();
  command->callback([command, &exit_code] { exit_code = run_simulator(command->remaining()); });
}

}  // namespace endcap::command
