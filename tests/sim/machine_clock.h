// The machine's clock in a simulated life, set forward and back by somebody, under the clock of a daemon
// (runtime/serve/clock.h): deadlines are held through a jump, which is told; a daemon that starts takes the
// time as it is, but for what it has journalled already.
#pragma once

#include <memory>

#include "runtime/serve/clock.h"
#include "tests/sim/choices.h"

namespace endcap::test {

class MachineClock {
 public:
  explicit MachineClock(Instant start) : passed_(start) {}

  Instant daemon_starts(Instant last_journalled);
  // As much time passes as it takes for the daemon to read this; gives what it reads.
  Instant comes(Instant time);
  Instant passes(Duration duration);
  // Somebody sets the clock: far off, a little, or right. The text says which.
  std::string is_set(Choices& choices);
  uint64_t jumps() const { return jumps_; }

 private:
  Instant wall() const { return passed_ + off_; }
  Instant read();

  Instant passed_;          // by a clock that nobody sets
  Duration off_ = 0;        // what the wall clock is off by
  Duration taken_for_ = 0;  // ... of which the daemon takes so much for right
  Instant last_ = 0;
  bool jumped_ = false;  // since it was read last, or it is off still
  bool told_ = false;
  uint64_t jumps_ = 0;
  std::unique_ptr<Clock> clock_;
};

}  // namespace endcap::test
