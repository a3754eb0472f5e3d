// The three clocks: see clock.h.
#include "runtime/serve/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

namespace endcap {
namespace {

using std::chrono::nanoseconds;

constexpr Duration kJump = kMinute;

nanoseconds from_microseconds(Duration duration) {
  return std::chrono::microseconds(std::max<Duration>(duration, 0));
}

class RealClock final : public Clock {
 public:
  RealClock(Instant not_before, MachineTime machine)
      : machine_(std::move(machine)), last_(not_before), offset_(machine_.wall() - since_boot()) {}

  Instant now(const ClockInput&) override {
    const Instant wall = machine_.wall();
    const Instant steady = since_boot() + offset_;
    if (std::abs(wall - steady) <= kJump) {
      offset_ += wall - steady;  // NTP's corrections are followed
      held_ = false;
      last_ = std::max(last_, wall);
    } else {
      if (!held_) {
        alarm_ = fmt::format(
            "The machine's clock jumped {} by {}: journal time goes on as if it had not, so that no deadline "
            "expires by it. Set the clock "
            "right, or restart the daemon to accept the new time.",
            wall > steady ? "forward" : "back", duration_to_text(std::abs(wall - steady)));
      }
      held_ = true;
      last_ = std::max(last_, steady);
    }
    return last_;
  }

  std::optional<nanoseconds> wait(const ClockInput& input) override {
    if (!input.next_due) return std::nullopt;
    return from_microseconds(*input.next_due - last_);
  }

  std::string name() const override { return "real"; }
  std::string alarm() override { return std::exchange(alarm_, {}); }

 private:
  Instant since_boot() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(machine_.since_boot()).count();
  }

  MachineTime machine_;
  Instant last_;
  Instant offset_;  // wall minus time since boot
  bool held_ = false;
  std::string alarm_;
};

class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Instant start) : now_(start) {}

  Instant now(const ClockInput& input) override {
    if (!input.busy && input.next_due) now_ = std::max(now_, *input.next_due);
    return now_;
  }
  std::optional<nanoseconds> wait(const ClockInput& input) override {
    if (!input.next_due) return std::nullopt;
    return nanoseconds(0);
  }
  std::string name() const override { return "virtual"; }

 private:
  Instant now_;
};

class AcceleratedClock final : public Clock {
 public:
  AcceleratedClock(double factor, Instant start, MachineTime machine)
      : factor_(factor), machine_(std::move(machine)), now_(start), read_at_(machine_.since_boot()) {}

  // Time that passed while something was in flight, or beyond a timer that was not fired yet, does not count.
  Instant now(const ClockInput& input) override {
    const nanoseconds reading = machine_.since_boot();
    if (input.busy || (input.next_due && *input.next_due <= now_)) {
      read_at_ = reading;
      return now_;
    }
    const auto passed =
        static_cast<Duration>(static_cast<double>((reading - read_at_).count()) / 1000.0 * factor_);
    if (passed <= 0) return now_;  // too short to count: it is not lost, the reading stays
    read_at_ = reading;
    now_ += passed;
    if (input.next_due) now_ = std::min(now_, *input.next_due);
    return now_;
  }

  std::optional<nanoseconds> wait(const ClockInput& input) override {
    if (!input.next_due) return std::nullopt;
    const double left = static_cast<double>(std::max<Duration>(*input.next_due - now_, 0));
    return nanoseconds(static_cast<int64_t>(std::ceil(std::min(left * 1000.0 / factor_, 1e15))));
  }

  std::optional<nanoseconds> keep_every() const override { return std::chrono::milliseconds(50); }
  std::string name() const override { return fmt::format("accelerated={:g}", factor_); }

 private:
  double factor_;
  MachineTime machine_;
  Instant now_;
  nanoseconds read_at_;
};

nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

}  // namespace

MachineTime machine_time() {
  return {[] {
            return std::chrono::duration_cast<std::chrono::microseconds>(read_clock(CLOCK_REALTIME)).count();
          },
          [] { return read_clock(CLOCK_BOOTTIME); }};
}

std::unique_ptr<Clock> make_real_clock(Instant not_before, MachineTime machine) {
  return std::make_unique<RealClock>(not_before, std::move(machine));
}

std::unique_ptr<Clock> make_virtual_clock(Instant start) { return std::make_unique<VirtualClock>(start); }

std::unique_ptr<Clock> make_accelerated_clock(double factor, Instant start, MachineTime machine) {
  return std::make_unique<AcceleratedClock>(factor, start, std::move(machine));
}

}  // namespace endcap
