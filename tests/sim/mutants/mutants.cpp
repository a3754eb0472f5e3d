// Breaks one rule of log and engine after the other (runtime/value/mutation.h), and lives simulated lives
// until one says so: a promise that was not kept, a CHECK, a crash, or an engine that does not come to rest.
// A rule that no life misses is a hole in the simulator. Where no rule is broken, the same seeds must find
// nothing.
//   sim_mutants                                                        every rule
//   sim_mutants --mutation ask-early --first 17 --seeds 1 --trace 1    one of them, and all that happens
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/value/mutation.h"
#include "tests/sim/runs.h"

namespace {

using namespace endcap;

// Of the processor, for one life, which takes less than one: more is an engine that runs in circles.
constexpr int kSecondsMost = 8;
constexpr size_t kFindingMost = 150;  // characters of what was found

struct Options {
  uint64_t first = 1, seeds = 60;
  size_t jobs = std::max(1u, std::thread::hardware_concurrency());
  std::string only;
  bool trace = false;
};

// Lives with one rule broken, in a process of their own: it may end in any way.
struct Run {
  RuleName rule;
  uint64_t first = 1, seeds = 0;
  pid_t process = 0;
  int ear = -1;
  std::string heard = {};  // "+" for each life that begins, then what was found
  std::chrono::steady_clock::time_point since = {};
};

std::filesystem::path folder_of(pid_t process) {
  return std::filesystem::temp_directory_path() / fmt::format("endcap-mutants-{}", process);
}

// In the child, whose stderr is heard: what a CHECK writes there was found, too.
[[noreturn]] void live(const Run& run, const Options& options) {
  broken_rule = run.rule.rule;
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::filesystem::create_directories(folder_of(getpid()));
  std::string found;
  for (uint64_t seed = run.first; found.empty() && seed < run.first + run.seeds; ++seed) {
    const itimerval most{{}, {kSecondsMost, 0}};
    setitimer(ITIMER_VIRTUAL, &most, nullptr);
    fmt::print(stderr, "+");
    test::LifeOptions life{.seed = seed, .folder = folder_of(getpid())};
    if (options.trace) life.trace = [](const std::string& line) { fmt::print("{}\n", line); };
    found = test::live(life).broken;
  }
  std::fflush(stdout);
  fmt::print(stderr, "{}", found);
  _exit(0);
}

void begin(Run& run, const Options& options) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("there is no pipe");
  run.since = std::chrono::steady_clock::now();
  run.process = fork();
  if (run.process < 0) throw std::runtime_error("there is no process");
  if (run.process == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]), close(ends[1]);
    live(run, options);
  }
  close(ends[1]);
  run.ear = ends[0];
}

// True: it has ended.
bool hear(Run& run) {
  char bytes[4096];
  const ssize_t count = read(run.ear, bytes, sizeof bytes);
  if (count > 0) run.heard.append(bytes, static_cast<size_t>(count));
  return count <= 0;
}

std::string finding(const Run& run, int status, uint64_t lives) {
  std::string found = run.heard.substr(lives);
  std::ranges::replace(found, '\n', ' ');
  if (found.size() > kFindingMost) found = found.substr(0, kFindingMost) + " ...";
  if (!WIFSIGNALED(status)) return found;
  if (WTERMSIG(status) == SIGVTALRM) return "it runs in circles";
  return found.empty() ? fmt::format("it ends with signal {}", WTERMSIG(status)) : found;
}

// Says what came of it. True: as it should be. `last` is the highest seed that anything was found at.
bool end(Run& run, uint64_t& last) {
  int status = 0;
  waitpid(run.process, &status, 0);
  close(run.ear);
  std::error_code ignored;
  std::filesystem::remove_all(folder_of(run.process), ignored);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - run.since).count();
  const uint64_t lives = std::min(run.heard.find_first_not_of('+'), run.heard.size());
  const std::string found = finding(run, status, lives);
  const bool unbroken = run.rule.rule == Rule::None;
  if (!found.empty()) {
    const uint64_t seed = run.first + lives - 1;
    last = std::max(last, seed);
    fmt::print("{:18} found at seed {}, {:.1f} s: {}\n", run.rule.name, seed, seconds, found);
  } else {
    fmt::print("{:18} nothing found in {} lives, {:.1f} s{}\n", run.rule.name, lives, seconds,
               unbroken ? "" : fmt::format(": no promise misses that {}", run.rule.broken));
  }
  return found.empty() == unbroken;
}

bool run_all(std::list<Run> waiting, const Options& options, uint64_t& last) {
  bool well = true;
  std::list<Run> running;
  while (!waiting.empty() || !running.empty()) {
    while (running.size() < options.jobs && !waiting.empty()) {
      running.splice(running.end(), waiting, waiting.begin());
      begin(running.back(), options);
    }
    std::vector<pollfd> ears;
    for (const Run& run : running) ears.push_back({run.ear, POLLIN, 0});
    poll(ears.data(), ears.size(), -1);
    auto run = running.begin();
    for (const pollfd& ear : ears) {
      if (ear.revents == 0 || !hear(*run)) {
        ++run;
        continue;
      }
      well = end(*run, last) && well;
      run = running.erase(run);
    }
  }
  return well;
}

}  // namespace

int main(int argc, char** argv) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const uint64_t number = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--first") options.first = number;
    if (name == "--seeds") options.seeds = number;
    if (name == "--jobs") options.jobs = std::max<uint64_t>(1, number);
    if (name == "--trace") options.trace = number != 0;
    if (name == "--mutation") options.only = argv[i + 1];
  }
  std::list<Run> broken_runs, unbroken;
  for (const RuleName& rule : kRules) {
    if (options.only.empty() || rule.name == options.only)
      broken_runs.push_back({rule, options.first, options.seeds});
  }
  if (broken_runs.empty()) {
    fmt::print(stderr, "there is no rule \"{}\": runtime/value/mutation.h names them\n", options.only);
    return 2;
  }
  uint64_t last = options.first;
  bool well = run_all(std::move(broken_runs), options, last);
  const uint64_t each = (last - options.first) / options.jobs + 1;
  for (uint64_t first = options.first; first <= last; first += each)
    unbroken.push_back({{Rule::None, "unbroken", ""}, first, std::min(each, last - first + 1)});
  well = run_all(std::move(unbroken), options, last) && well;
  return well ? 0 : 1;
}
