// The three clocks.
#include "runtime/serve/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace endcap {
namespace {

// How long an idle node sleeps at most, so that a changed wall clock is noticed.
constexpr Duration kIdleMax = kSecond;
// How finely an accelerated clock moves while nothing happens.
constexpr Duration kAcceleratedStep = 2'000;

Instant system_time() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}
Instant steady_time() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

class RealClock : public Clock {
 public:
  explicit RealClock(RealTime wall) : wall_(std::move(wall)) {}
  Tick tick(const ClockInput& input) override {
    const Instant now = std::max(wall_(), input.last);
    const Duration until_due = input.next_due ? std::max<Duration>(0, *input.next_due - now) : kIdleMax;
    return {now, std::min(until_due, kIdleMax)};
  }
  std::string describe() const override { return "the wall clock"; }

 private:
  RealTime wall_;
};

class VirtualClock : public Clock {
 public:
  explicit VirtualClock(Instant start) : now_(start) {}
  Tick tick(const ClockInput& input) override {
    now_ = std::max(now_, input.last);
    if (input.busy) return {now_, kIdleMax};
    if (input.next_due) now_ = std::max(now_, *input.next_due);
    return {now_, input.next_due ? 0 : kIdleMax};
  }
  std::string describe() const override { return "a virtual clock that jumps to the next timer"; }

 private:
  Instant now_;
};

class AcceleratedClock : public Clock {
 public:
  AcceleratedClock(double factor, Instant start, RealTime steady)
      : factor_(factor), now_(start), steady_(std::move(steady)), seen_(steady_()) {}
  Tick tick(const ClockInput& input) override {
    const Instant real = steady_();
    now_ = std::max(now_, input.last);
    if (!input.busy) {
      Instant next = now_ + static_cast<Duration>(static_cast<double>(real - seen_) * factor_);
      if (input.next_due) next = std::min(next, std::max(now_, *input.next_due));
      now_ = next;
    }
    seen_ = real;
    return {now_, input.busy ? kIdleMax : kAcceleratedStep};
  }
  std::string describe() const override {
    return fmt::format("{} times real time, still while calls are in flight", factor_);
  }

 private:
  double factor_;
  Instant now_;
  RealTime steady_;
  Instant seen_;
};

}  // namespace

std::unique_ptr<Clock> make_real_clock(RealTime wall) {
  return std::make_unique<RealClock>(wall ? std::move(wall) : system_time);
}

std::unique_ptr<Clock> make_virtual_clock(Instant start) { return std::make_unique<VirtualClock>(start); }

std::unique_ptr<Clock> make_accelerated_clock(double factor, Instant start, RealTime steady) {
  return std::make_unique<AcceleratedClock>(factor, start, steady ? std::move(steady) : steady_time);
}

std::expected<std::unique_ptr<Clock>, std::string> parse_clock(std::string_view text, Instant now) {
  const std::string whole(text);
  Instant start = now;
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    const auto instant = instant_from_text(text.substr(at + 1));
    if (!instant) {
      return std::unexpected(
          fmt::format("`{}` is not a moment; write it like 2026-11-23T09:00:00Z", text.substr(at + 1)));
    }
    start = *instant;
    text = text.substr(0, at);
  }
  if (text == "real" && whole == text) return make_real_clock();
  if (text == "virtual") return make_virtual_clock(start);
  constexpr std::string_view kAccelerated = "accelerated=";
  if (text.starts_with(kAccelerated)) {
    const std::string_view number = text.substr(kAccelerated.size());
    double factor = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), factor);
    if (error == std::errc{} && end == number.data() + number.size() && factor >= 1 && factor <= 1e7) {
      return make_accelerated_clock(factor, start);
    }
    return std::unexpected(fmt::format("`{}` is not a factor between 1 and 10000000", number));
  }
  return std::unexpected(fmt::format(
      "`{}` is no clock: use real, virtual or accelerated=FACTOR, the last two with @START if you like",
      whole));
}

}  // namespace endcap
