// What holds a request back before it leaves: the rate limit of its operation and the circuit breaker of its
// system.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "runtime/value/time.h"

namespace endcap::connect {

using Clock = std::chrono::steady_clock;

// At most `count` in any window of `period`: the moments of the last `count` are kept.
class RateLimit {
 public:
  RateLimit(uint32_t count, Duration period) : count_(count), period_(period) {}
  // When the next may leave; not after `now` means at once.
  Clock::time_point next(Clock::time_point now) const;
  void take(Clock::time_point now);

 private:
  uint32_t count_;
  Duration period_;
  std::deque<Clock::time_point> taken_;
};

// Opens after `failures` in a row, lets one through when its time is over, doubles its time when that one
// fails too.
class Breaker {
 public:
  Breaker(uint32_t failures, Duration open, Duration open_max)
      : failures_max_(failures), open_(open), open_max_(open_max), next_open_(open) {}
  // How long to stay away; 0: go ahead. A request that goes ahead must report `answered` or `failed`.
  Duration closed_for(Clock::time_point now);
  void answered();
  void failed(Clock::time_point now);

 private:
  uint32_t failures_max_;
  Duration open_, open_max_, next_open_;
  uint32_t failures_ = 0;
  bool is_open_ = false, probing_ = false;
  Clock::time_point until_{};
};

}  // namespace endcap::connect
