// Where journal time comes from. The engine never asks a clock: the shell gives it a time with every drain.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/value/time.h"

namespace endcap {

// What a clock needs to know of the node to choose the next moment.
struct ClockInput {
  Instant last = 0;                 // newest journalled time: no clock goes back behind it
  std::optional<Instant> next_due;  // earliest timer
  bool busy = false;                // calls in flight, work queued or records not yet on disk
};

struct Tick {
  Instant now = 0;    // time of the next drain
  Duration idle = 0;  // real time that may pass before the clock wants to be asked again; 0: at once
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Tick tick(const ClockInput& input) = 0;
  virtual std::string describe() const = 0;  // for the log: "the wall clock", "40000 times real time"
};

using RealTime = std::function<Instant()>;  // microseconds, of a clock that never jumps back

// The wall clock, held where it is when the system's clock goes back.
std::unique_ptr<Clock> make_real_clock(RealTime wall = {});

// For `endcap run`: stands still while something is in flight, then jumps to the next timer.
std::unique_ptr<Clock> make_virtual_clock(Instant start);

// For demonstrations: `factor` times real time while nothing is in flight, still while something is. It stops
// at each timer on the way, so that recorded times are exact, and begins at `start` or, after a restart, at
// the last journalled time.
std::unique_ptr<Clock> make_accelerated_clock(double factor, Instant start, RealTime steady = {});

// "real", "virtual", "virtual@2026-11-23T09:00:00Z", "accelerated=40000",
// "accelerated=40000@2026-11-23T09:00:00Z". The error is one sentence for people.
std::expected<std::unique_ptr<Clock>, std::string> parse_clock(std::string_view text, Instant now);

}  // namespace endcap
