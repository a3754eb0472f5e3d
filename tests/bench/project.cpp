// A project of a thousand files, checked by the command itself.
#include "tests/bench/project.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/schema/file.h"
#include "tests/bench/copied_project.h"

extern char** environ;

namespace endcap::bench {
namespace {

namespace fs = std::filesystem;

struct Run {
  double seconds = 0;
  double megabytes = 0;  // most memory it had at once
};

Run check(const ProjectBench& bench, bool anew) {
  const std::string command = bench.command.string(), folder = bench.folder.string();
  // A cache of its own: the user's is left alone.
  const std::string cache = "XDG_CACHE_HOME=" + fs::absolute(bench.folder).string() + ".cache";
  std::vector<char*> environment{const_cast<char*>(cache.c_str())};
  for (char** each = environ; *each; ++each) {
    if (!std::string_view(*each).starts_with("XDG_CACHE_HOME=")) environment.push_back(*each);
  }
  environment.push_back(nullptr);
  std::vector<const char*> arguments{command.c_str(), "check", folder.c_str()};
  if (anew) arguments.push_back("--no-cache");
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const double begin = seconds_now();
  pid_t child = 0;
  const int failed = posix_spawn(&child, command.c_str(), &files, nullptr,
                                 const_cast<char* const*>(arguments.data()), environment.data());
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  rusage used{};
  if (failed != 0 || wait4(child, &status, 0, &used) != child)
    throw std::runtime_error(command + " can't be run");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(fmt::format("{} check {} does not end clean", command, folder));
  return {seconds_now() - begin, static_cast<double>(used.ru_maxrss) / 1024};
}

// What no check can do without: reading every file.
double reading(const fs::path& folder) {
  const double begin = seconds_now();
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && !read_file(entry.path()))
      throw std::runtime_error(entry.path().string() + " can't be read");
  }
  return seconds_now() - begin;
}

}  // namespace

std::vector<Figure> bench_project(const ProjectBench& bench) {
  const CopiedProject made = copy_project(bench.workflows, bench.folder, bench.files);
  const std::string what = fmt::format("`endcap check`, {} lines in {} files", made.lines, made.files);
  const Run anew = check(bench, true);
  check(bench, false);  // fills the cache
  std::vector<double> unchanged;
  for (int i = 0; i < 5; ++i) unchanged.push_back(check(bench, false).seconds * 1000);
  const double read = reading(bench.folder) * 1000;
  fs::remove_all(bench.folder);
  fs::remove_all(bench.folder.string() + ".cache");
  return {{"project", static_cast<double>(made.lines) / anew.seconds, "lines/s", {}, what},
          {"project/memory", anew.megabytes, "MB", {}, what + ", the most at once"},
          {"project/unchanged", percentile(unchanged, 0.5), "ms", read,
           what + ", nothing changed; limit: reading the files"}};
}

}  // namespace endcap::bench
