// Journal time for the shell: the machine's, a virtual one that jumps to the next timer, and an accelerated
// one.
//
// The engine's thread asks once a round. A clock never goes back; it starts no earlier than the newest
// journalled time it is given.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/value/time.h"

namespace endcap {

struct ClockInput {
  std::optional<Instant> next_due;  // earliest timer
  bool busy = false;                // calls in flight, or work queued or not in the store yet
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now(const ClockInput& input) = 0;
  // How long to wait, in real time, until `next_due` is reached when nothing comes in before. Empty: nothing
  // is due.
  virtual std::optional<std::chrono::nanoseconds> wait(const ClockInput& input) = 0;
  // A clock that nothing else keeps: how often, in real time, its reading is journalled while nothing
  // happens, so that a restart goes on where it stood. Empty: the machine keeps it, or it is thrown away.
  virtual std::optional<std::chrono::nanoseconds> keep_every() const { return std::nullopt; }
  virtual std::string name() const = 0;  // "real", "virtual", "accelerated=40000"
  // What an operator must look at, once each: a jump of the machine's clock. Empty: nothing.
  virtual std::string alarm() { return {}; }
};

// Readings of the machine, so that tests can turn its clock.
struct MachineTime {
  std::function<Instant()> wall;                         // CLOCK_REALTIME
  std::function<std::chrono::nanoseconds()> since_boot;  // CLOCK_BOOTTIME: no jumps, counts while suspended
};
MachineTime machine_time();

// The machine's clock. When it jumps against CLOCK_BOOTTIME by more than a minute, journal time goes on with
// the latter: deadlines are held rather than expired, and `alarm` says so.
std::unique_ptr<Clock> make_real_clock(Instant not_before, MachineTime machine = machine_time());

// Jumps to the next timer when nothing is in flight, and stands still otherwise.
std::unique_ptr<Clock> make_virtual_clock(Instant start);

// Runs at `factor` times real time while nothing is in flight, stands still otherwise, and stops exactly at
// each timer on the way.
std::unique_ptr<Clock> make_accelerated_clock(double factor, Instant start,
                                              MachineTime machine = machine_time());

}  // namespace endcap
