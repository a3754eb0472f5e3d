// posix_spawn, and both outputs read as they come, so that neither pipe can fill up while the other is waited
// for.
#include "tools/endcap/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace endcap::command {
namespace {

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) read_end = ends[0], write_end = ends[1];
  }
  ~Pipe() {
    if (read_end >= 0) close(read_end);
    close_write();
  }
  void close_write() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

std::vector<std::string> environment_for(const ProcessOptions& options) {
  std::vector<std::string> result;
  auto name_of = [](const std::string& entry) { return entry.substr(0, entry.find('=')); };
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string name = name_of(*entry);
    const bool replaced =
        std::ranges::any_of(options.set, [&](const auto& one) { return one.first == name; });
    if (!replaced && std::ranges::find(options.unset, name) == options.unset.end())
      result.emplace_back(*entry);
  }
  for (const auto& [name, value] : options.set) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

int spawn(std::vector<std::string> arguments, const ProcessOptions& options, const Pipe& out, const Pipe& err,
          pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::string input = options.input.empty() ? "/dev/null" : options.input.string();
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end, STDERR_FILENO);
  std::vector<std::string> environment = environment_for(options);
  const int error = posix_spawnp(&child, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(),
                                 pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

void read_both(const Pipe& out, const Pipe& err, Finished& finished) {
  std::array<pollfd, 2> ends{{{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}}};
  std::array<std::string*, 2> texts{&finished.out, &finished.err};
  std::array<char, 1 << 16> buffer;
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR) return;
    for (size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      const ssize_t count = read(ends[i].fd, buffer.data(), buffer.size());
      if (count > 0) {
        texts[i]->append(buffer.data(), static_cast<size_t>(count));
      } else if (count == 0 || errno != EINTR) {
        ends[i].fd = -1;
      }
    }
  }
}

}  // namespace

std::expected<Finished, std::string> run_process(const std::vector<std::string>& arguments,
                                                 const ProcessOptions& options) {
  Pipe out, err;
  if (out.read_end < 0 || err.read_end < 0)
    return std::unexpected(arguments[0] + ": " + std::strerror(errno));
  pid_t child = -1;
  if (const int error = spawn(arguments, options, out, err, child); error != 0)
    return std::unexpected(arguments[0] + ": " + std::strerror(error));
  out.close_write();
  err.close_write();
  Finished finished;
  read_both(out, err, finished);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::unexpected(arguments[0] + ": " + std::strerror(errno));
  }
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

}  // namespace endcap::command
