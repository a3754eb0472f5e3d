// `endcap serve` as a process of its own, on a free port of loopback, that can be killed at any moment.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace endcap::bench {

struct DaemonOptions {
  std::filesystem::path command, project, data;
  std::vector<std::string> more = {};  // of its arguments
};

class Daemon {
 public:
  explicit Daemon(const DaemonOptions& options);  // begins; throws std::runtime_error
  ~Daemon();                                      // kills it
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Waits until requests are answered. Throws std::runtime_error, with what it said, when it ends before.
  uint16_t port();
  void kill();                                  // SIGKILL, and waits until it is gone
  double begun() const { return begun_; }       // seconds_now()
  std::string said() const;                     // its log
  std::string said_of(std::string_view) const;  // the last line of it with these words
  // A counter of GET /metrics: "steps_total".
  uint64_t counter(std::string_view name);
  // Until nothing is queued, in flight or due by the machine's clock. Throws after ten minutes.
  void wait_until_idle();

 private:
  std::filesystem::path port_file_, log_;
  pid_t process_ = -1;
  uint16_t port_ = 0;
  double begun_ = 0;
};

}  // namespace endcap::bench
