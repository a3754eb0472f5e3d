// The machine's clock in a simulated life: see machine_clock.h.
#include "tests/sim/machine_clock.h"

#include <algorithm>
#include <cstdlib>

#include "tests/sim/promise.h"

namespace endcap::test {

Instant MachineClock::daemon_starts(Instant last_journalled) {
  clock_ = make_real_clock(
      last_journalled,
      {[this] { return wall(); }, [this] { return std::chrono::microseconds(passed_ - kMonday); }});
  taken_for_ = off_;
  told_ = false;
  last_ = last_journalled;
  return read();
}

// It never goes back, and never runs ahead of what has passed but by what was taken for right.
Instant MachineClock::read() {
  const bool is_off = std::abs(off_ - taken_for_) > kMinute;
  if (!is_off) taken_for_ = off_, told_ = false;  // small corrections are followed
  const Instant time = clock_->now({});
  require(time >= last_, "the clock went back from {} to {}", instant_to_text(last_), instant_to_text(time));
  require(time == std::max(last_, passed_ + taken_for_), "the clock reads {} when it is {}",
          instant_to_text(time), instant_to_text(passed_ + taken_for_));
  const std::string alarm = clock_->alarm();
  require(alarm.empty() == (!is_off || told_), "of a jump by {} it was told: \"{}\"",
          duration_to_text(off_ - taken_for_), alarm);
  told_ = is_off;
  return last_ = time;
}

Instant MachineClock::comes(Instant time) {
  passed_ += std::max<Duration>(time - (passed_ + taken_for_), 0);
  return read();
}

Instant MachineClock::passes(Duration duration) {
  passed_ += duration;
  return read();
}

std::string MachineClock::is_set(Choices& choices) {
  const auto by = [&](Duration at_most) {
    const auto amount = static_cast<Duration>(choices.roll(static_cast<uint64_t>(at_most)));
    return choices.one_in(2) ? amount : -amount;
  };
  switch (choices.roll(4)) {
    case 0:
      off_ += by(kMinute / 2);
      break;
    case 1:
      off_ = taken_for_ + by(3 * kDay);
      ++jumps_;
      break;
    default:
      off_ = taken_for_;
  }
  read();
  return fmt::format("the machine's clock is off by {}", duration_to_text(std::abs(off_ - taken_for_)));
}

}  // namespace endcap::test
