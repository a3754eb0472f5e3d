// A project of a thousand files, checked by the command itself.
#include "tests/bench/project.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "compiler/schema/file.h"

extern char** environ;

namespace endcap::bench {
namespace {

namespace fs = std::filesystem;

struct Made {
  size_t files = 0, lines = 0;
};

struct Run {
  double seconds = 0;
  double megabytes = 0;  // most memory it had at once
};

std::string text_of(const fs::path& path) {
  auto text = read_file(path);
  if (!text) throw std::runtime_error(path.string() + ": " + text.error());
  return std::move(*text);
}

// The shipped workflows, over and over, each copy under names of its own.
class Copies {
 public:
  explicit Copies(const ProjectBench& bench) : bench_(bench) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(bench.workflows)) {
      if (entry.path().extension() == ".endcap")
        modules_.emplace_back(entry.path().lexically_relative(bench.workflows), text_of(entry.path()));
    }
    for (const auto& [path, text] : modules_) note_names(text);
    std::ifstream configuration(bench.workflows / "endcap.toml");
    bool speaks_of_them = false;
    for (std::string line; std::getline(configuration, line);) {
      if (line.starts_with("["))
        speaks_of_them = line.starts_with("[partners.") || line.starts_with("[advisors.");
      if (speaks_of_them) tables_ += line + "\n";
    }
  }

  Made write() const {
    fs::remove_all(bench_.folder);
    fs::create_directories(bench_.folder);
    for (const char* shared : {"endcap.toml", "endcap.lock", "schemas", "data"})
      fs::copy(bench_.workflows / shared, bench_.folder / shared, fs::copy_options::recursive);
    std::ofstream configuration(bench_.folder / "endcap.toml", std::ios::app);
    Made made;
    for (size_t copy = 0; made.files < bench_.files; ++copy) {
      for (const auto& [path, text] : modules_) {
        const fs::path target = bench_.folder / fmt::format("copy{}", copy) / path;
        fs::create_directories(target.parent_path());
        std::ofstream(target) << renamed(text, copy);
        made.files += 1;
        made.lines += static_cast<size_t>(std::ranges::count(text, '\n'));
      }
      if (copy > 0) configuration << "\n" << renamed(tables_, copy);
    }
    return made;
  }

 private:
  // What is known in the whole project, and not in a module only.
  void note_names(const std::string& text) {
    static const std::regex kDeclared(R"((?:^|\n)(?:partner|interface|advisor) (\w+))");
    for (std::sregex_iterator each(text.begin(), text.end(), kDeclared), end; each != end; ++each)
      names_ += (names_.empty() ? "" : "|") + (*each)[1].str();
  }

  std::string renamed(const std::string& text, size_t copy) const {
    static const std::regex kModule(R"(\bretail\.)"), kEventType(R"(\btype ")");
    const std::string own = fmt::format("copy{}.", copy);
    const std::string moved =
        std::regex_replace(std::regex_replace(text, kModule, own), kEventType, "type \"" + own);
    if (copy == 0 || names_.empty()) return moved;
    return std::regex_replace(moved, std::regex("\\b(" + names_ + ")\\b"), fmt::format("$01{}", copy));
  }

  const ProjectBench& bench_;
  std::vector<std::pair<fs::path, std::string>> modules_;
  std::string names_;   // as one pattern
  std::string tables_;  // of endcap.toml, which speak of them
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
    if (entry.is_regular_file()) text_of(entry.path());
  }
  return seconds_now() - begin;
}

}  // namespace

std::vector<Figure> bench_project(const ProjectBench& bench) {
  const Made made = Copies(bench).write();
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
