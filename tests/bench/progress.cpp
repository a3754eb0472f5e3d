// Progress on stderr: one line that is written over on a terminal, a line now and then elsewhere.
#include "tests/bench/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "tests/bench/figures.h"

namespace endcap::bench {
namespace {

constexpr double kTerminalEvery = 2, kElsewhereEvery = 10;  // seconds

bool on_terminal() { return isatty(STDERR_FILENO) != 0; }

}  // namespace

Progress::Progress(std::string what, uint64_t of) : what_(std::move(what)), of_(of), told_(seconds_now()) {}

Progress::~Progress() {
  if (shown_ && on_terminal()) fmt::print(stderr, "\r\033[K");
}

void Progress::at(uint64_t done) {
  const double now = seconds_now();
  if (now - told_ < (on_terminal() || !shown_ ? kTerminalEvery : kElsewhereEvery)) return;
  told_ = now;
  shown_ = true;
  fmt::print(stderr, "{}bench: {}: {} of {}{}", on_terminal() ? "\r\033[K" : "", what_, done, of_,
             on_terminal() ? "" : "\n");
}

}  // namespace endcap::bench
