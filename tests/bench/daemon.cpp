// Starting, watching and killing the daemon.
#include "tests/bench/daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "runtime/serve/clock.h"
#include "runtime/value/time.h"
#include "tests/bench/figures.h"
#include "tests/bench/http_client.h"

namespace endcap::bench {
namespace {

constexpr double kStartPatience = 300, kIdlePatience = 600;  // seconds

void pause_ms(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

}  // namespace

Daemon::Daemon(const DaemonOptions& options)
    : port_file_(options.data.string() + ".port"), log_(options.data.string() + ".log") {
  std::filesystem::remove(port_file_);
  std::vector<std::string> words = {options.command, "serve",    options.project, "--data",     options.data,
                                    "--port-file",   port_file_, "--listen",      "127.0.0.1:0"};
  words.insert(words.end(), options.more.begin(), options.more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // Of the shipped project's ERP, which nobody asks here.
  setenv("ENDCAP_ERP_PASSWORD", "bench", 1);
  const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  begun_ = seconds_now();
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(log);
  if (process_ < 0) throw std::runtime_error("the daemon can't be started");
}

Daemon::~Daemon() { kill(); }

void Daemon::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

uint16_t Daemon::port() {
  while (port_ == 0) {
    std::ifstream(port_file_) >> port_;
    if (port_ != 0) break;
    const bool ended = waitpid(process_, nullptr, WNOHANG) == process_;
    if (ended) process_ = -1;
    if (ended || seconds_now() - begun_ > kStartPatience)
      throw std::runtime_error("the daemon does not start: " + said());
    pause_ms(1);
  }
  return port_;
}

std::string Daemon::said() const {
  std::ostringstream text;
  text << std::ifstream(log_).rdbuf();
  return text.str();
}

std::string Daemon::said_of(std::string_view words) const {
  std::istringstream lines(said());
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(words) != std::string::npos) found = line;
  }
  return found;
}

uint64_t Daemon::counter(std::string_view name) {
  HttpConnection connection(port());
  const std::string metrics = connection.get("/metrics"), line = fmt::format("\nendcap_{} ", name);
  const size_t at = metrics.find(line);
  if (at == std::string::npos) throw std::runtime_error(fmt::format("the daemon does not count {}", name));
  uint64_t value = 0;
  std::from_chars(metrics.data() + at + line.size(), metrics.data() + metrics.size(), value);
  return value;
}

void Daemon::wait_until_idle() {
  HttpConnection connection(port());
  for (const double begin = seconds_now(); seconds_now() - begin < kIdlePatience; pause_ms(2)) {
    const auto clock = nlohmann::json::parse(connection.get("/v1/clock"));
    if (clock.at("busy").get<bool>()) continue;
    if (clock.at("next_due").is_null()) return;
    const auto due = instant_from_text(clock.at("next_due").get<std::string>());
    if (due && *due > machine_time().wall()) return;
  }
  throw std::runtime_error("the daemon is still busy after ten minutes");
}

}  // namespace endcap::bench
