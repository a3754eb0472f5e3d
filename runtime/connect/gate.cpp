// Rate limits and circuit breakers.
#include "runtime/connect/gate.h"

#include <algorithm>

namespace endcap::connect {

Clock::time_point RateLimit::next(Clock::time_point now) const {
  if (count_ == 0 || taken_.size() < count_) return now;
  return std::max(now, taken_.front() + std::chrono::microseconds(period_));
}

void RateLimit::take(Clock::time_point now) {
  if (count_ == 0) return;
  taken_.push_back(now);
  if (taken_.size() > count_) taken_.pop_front();
}

Duration Breaker::closed_for(Clock::time_point now) {
  if (!is_open_) return 0;
  if (now < until_)
    return std::max<Duration>(1, std::chrono::duration_cast<std::chrono::microseconds>(until_ - now).count());
  if (probing_) return open_;  // one knocks already
  probing_ = true;
  return 0;
}

void Breaker::answered() {
  failures_ = 0;
  is_open_ = probing_ = false;
  next_open_ = open_;
}

void Breaker::failed(Clock::time_point now) {
  ++failures_;
  bool probe_failed = is_open_ && probing_;
  if (!probe_failed && (is_open_ || failures_ < failures_max_)) return;
  is_open_ = true;
  probing_ = false;
  until_ = now + std::chrono::microseconds(next_open_);
  next_open_ = std::min(next_open_ * 2, open_max_);
}

}  // namespace endcap::connect
