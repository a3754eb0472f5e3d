// Lives in processes of their own: see runs.h.
#include "tests/sim/runs.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

namespace endcap::test {
namespace {

using std::chrono::steady_clock;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "endcap-sim-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made for " + name);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Ended live_in(const LifeOptions& options) {
  Ended ended;
  Life life(options);
  try {
    life.run();
  } catch (const std::exception& error) {
    ended.broken = error.what();
    if (ended.broken.empty()) ended.broken = "an error without words";
  }
  ended.last = life.last();
  ended.happened = life.happened();
  ended.crashes = life.crashes();
  return ended;
}

void write_all(int pipe, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(pipe, text.data() + at, text.size() - at);
    if (written <= 0) return;
    at += static_cast<size_t>(written);
  }
}

// Until it is closed, or `until`; then false.
bool read_all(int pipe, std::string& text, steady_clock::time_point until) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
    pollfd ready{pipe, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return false;
    char bytes[4096];
    const ssize_t count = ::read(pipe, bytes, sizeof bytes);
    if (count <= 0) return true;
    text.append(bytes, static_cast<size_t>(count));
  }
}

// What the processes of live_many share.
struct Shared {
  std::atomic<uint64_t> next = 0, lives = 0, steps = 0, crashes = 0;
  std::atomic<uint64_t> steps_min = UINT64_MAX, crashes_min = UINT64_MAX, broken = 0;
};

void lower(std::atomic<uint64_t>& to, uint64_t value) {
  for (uint64_t before = to; value < before && !to.compare_exchange_weak(before, value);) {
  }
}
void tell_broken(Shared& shared, uint64_t seed) {
  for (uint64_t before = shared.broken;
       (before == 0 || seed < before) && !shared.broken.compare_exchange_weak(before, seed);) {
  }
}

void work(Shared& shared, std::atomic<uint64_t>& at, const Runs& runs, const std::filesystem::path& folder,
          steady_clock::time_point begin) {
  while (shared.broken == 0) {
    const double seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
    if (runs.seconds > 0 && seconds > runs.seconds) return;
    const uint64_t index = shared.next++;
    if (index >= runs.seeds) return;
    at = runs.first + index;
    const Ended ended = live({.seed = at, .folder = folder});
    ++shared.lives;
    shared.steps += ended.happened.all();
    shared.crashes += ended.crashes;
    if (!ended.broken.empty()) return tell_broken(shared, at);
    lower(shared.steps_min, ended.happened.all());
    lower(shared.crashes_min, ended.crashes);
  }
}

}  // namespace

Ended live(const LifeOptions& options) {
  if (!options.folder.empty()) return live_in(options);
  const TemporaryFolder folder;
  LifeOptions here = options;
  here.folder = folder.path();
  return live_in(here);
}

Ended live_apart(const LifeOptions& options, std::chrono::seconds at_most) {
  const TemporaryFolder folder;
  LifeOptions here = options;
  here.folder = folder.path();
  int pipe[2];
  if (::pipe(pipe) != 0) throw std::runtime_error("no pipe can be made");
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process can be made");
  if (child == 0) {
    ::close(pipe[0]);
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);  // of a CHECK that fails, many times over
    const Ended ended = live_in(here);
    write_all(pipe[1], fmt::format("{} {}", ended.last, ended.broken));
    std::fflush(stdout);
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string told;
  const bool in_time = read_all(pipe[0], told, steady_clock::now() + at_most);
  ::close(pipe[0]);
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!in_time) return {.broken = fmt::format("it goes on for more than {} s", at_most.count())};
  if (WIFSIGNALED(status)) return {.broken = fmt::format("signal {} ended it", WTERMSIG(status))};
  const size_t space = told.find(' ');
  if (space == std::string::npos) return {.broken = "it ended without a word"};
  return {.broken = told.substr(space + 1), .last = std::strtoull(told.c_str(), nullptr, 10)};
}

Survey live_many(const Runs& runs) {
  const unsigned jobs = std::max(1u, runs.jobs);
  const size_t bytes = sizeof(Shared) + jobs * sizeof(std::atomic<uint64_t>);
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory can be shared");
  auto* const shared = new (memory) Shared;
  auto* const at = new (shared + 1) std::atomic<uint64_t>[jobs]();
  const auto begin = steady_clock::now();
  std::vector<std::unique_ptr<TemporaryFolder>> folders;
  std::vector<pid_t> workers;
  std::fflush(stdout);
  for (unsigned job = 0; job < jobs; ++job) {
    folders.push_back(std::make_unique<TemporaryFolder>());
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process can be made");
    if (child == 0) {
      work(*shared, at[job], runs, folders.back()->path(), begin);
      ::_exit(0);
    }
    workers.push_back(child);
  }
  for (unsigned job = 0; job < jobs; ++job) {
    int status = 0;
    ::waitpid(workers[job], &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) tell_broken(*shared, at[job]);
  }
  const Survey survey{shared->lives,     shared->steps,       shared->crashes,
                      shared->steps_min, shared->crashes_min, shared->broken};
  ::munmap(memory, bytes);
  return survey;
}

}  // namespace endcap::test
