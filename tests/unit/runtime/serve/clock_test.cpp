// Clocks: never back, exactly at each timer, never while something is in flight.
#include "runtime/serve/clock.h"

#include <doctest/doctest.h>

using namespace endcap;
using namespace std::chrono_literals;

namespace {

// A machine whose clocks the test turns.
struct Machine {
  Instant wall = 1'000 * kSecond;
  std::chrono::nanoseconds boot = 5s;
  MachineTime time() {
    return {[this] { return wall; }, [this] { return boot; }};
  }
  void pass(Duration duration) {
    wall += duration;
    boot += std::chrono::microseconds(duration);
  }
};

ClockInput due(Instant at, bool busy = false) { return {at, busy}; }

}  // namespace

TEST_CASE("The real clock follows the machine, starts no earlier than the journal, and never goes back") {
  Machine machine;
  auto clock = make_real_clock(0, machine.time());
  CHECK(clock->now({}) == 1'000 * kSecond);
  machine.pass(3 * kSecond);
  CHECK(clock->now({}) == 1'003 * kSecond);
  machine.wall -= kSecond;  // a correction
  CHECK(clock->now({}) == 1'003 * kSecond);
  auto later = make_real_clock(2'000 * kSecond, machine.time());
  CHECK(later->now({}) == 2'000 * kSecond);
}

TEST_CASE("A forward jump of the machine's clock holds deadlines and raises an alarm, once") {
  Machine machine;
  auto clock = make_real_clock(0, machine.time());
  machine.pass(kSecond);
  machine.wall += 30 * kDay;
  CHECK(clock->now({}) == 1'001 * kSecond);
  CHECK(clock->alarm().find("forward") != std::string::npos);
  machine.pass(kSecond);
  CHECK(clock->now({}) == 1'002 * kSecond);
  CHECK(clock->alarm().empty());
  machine.wall -= 30 * kDay;  // set right again
  CHECK(clock->now({}) == 1'002 * kSecond);
  CHECK(clock->alarm().empty());
}

TEST_CASE("A jump back is held, too") {
  Machine machine;
  auto clock = make_real_clock(0, machine.time());
  machine.wall -= kHour;
  machine.boot += 2s;
  CHECK(clock->now({}) == 1'002 * kSecond);
  CHECK(clock->alarm().find("back") != std::string::npos);
}

TEST_CASE("The real clock waits until the next timer") {
  Machine machine;
  auto clock = make_real_clock(0, machine.time());
  clock->now({});
  CHECK(clock->wait(due(1'010 * kSecond)) == 10s);
  CHECK(clock->wait(due(10 * kSecond)) == 0s);
  CHECK_FALSE(clock->wait({}).has_value());
}

TEST_CASE("The virtual clock jumps to the next timer when nothing is in flight") {
  auto clock = make_virtual_clock(100);
  CHECK(clock->now({}) == 100);
  CHECK(clock->now(due(5'000, true)) == 100);
  CHECK(clock->now(due(5'000)) == 5'000);
  CHECK(clock->now(due(4'000)) == 5'000);
  CHECK(clock->wait(due(9'000)) == 0s);
}

TEST_CASE("The accelerated clock runs at its factor and stops exactly at each timer on the way") {
  Machine machine;
  auto clock = make_accelerated_clock(1000, 0, machine.time());
  machine.pass(kSecond);
  CHECK(clock->now({}) == 1'000 * kSecond);
  machine.pass(kSecond);
  CHECK(clock->now(due(1'234 * kSecond)) == 1'234 * kSecond);
  machine.pass(kSecond);
  CHECK(clock->now(due(1'234 * kSecond)) == 1'234 * kSecond);  // until it is fired
  machine.pass(kSecond);
  CHECK(clock->now({}) == 2'234 * kSecond);
  CHECK(clock->wait(due(2'334 * kSecond)) == 100ms);
}

TEST_CASE("The accelerated clock stands still while something is in flight, and that time never counts") {
  Machine machine;
  auto clock = make_accelerated_clock(1000, 0, machine.time());
  machine.pass(kSecond);
  CHECK(clock->now({std::nullopt, true}) == 0);
  machine.pass(kSecond);
  CHECK(clock->now({std::nullopt, true}) == 0);
  machine.pass(kSecond);
  CHECK(clock->now({}) == 1'000 * kSecond);
}

TEST_CASE("The accelerated clock starts where the journal ended") {
  Machine machine;
  auto clock = make_accelerated_clock(40'000, 123 * kDay, machine.time());
  CHECK(clock->now({}) == 123 * kDay);
  CHECK(clock->name() == "accelerated=40000");
}
