// Clocks: time never goes back, timers are met exactly, nothing passes while calls are in flight.
#include "runtime/serve/clock.h"

#include <doctest/doctest.h>

using namespace endcap;

TEST_CASE("the wall clock never goes behind the journal") {
  Instant wall = 100;
  auto clock = make_real_clock([&] { return wall; });
  CHECK(clock->tick({.last = 500}).now == 500);
  wall = 600;
  CHECK(clock->tick({.last = 500}).now == 600);
}

TEST_CASE("the wall clock wants to be asked again when the next timer is due") {
  auto clock = make_real_clock([] { return Instant{1000}; });
  CHECK(clock->tick({.next_due = 1250}).idle == 250);
  CHECK(clock->tick({.next_due = 900}).idle == 0);
}

TEST_CASE("a virtual clock waits for what is in flight, then jumps to the next timer") {
  auto clock = make_virtual_clock(10);
  CHECK(clock->tick({.next_due = 5000, .busy = true}).now == 10);
  CHECK(clock->tick({.next_due = 5000}).now == 5000);
  CHECK(clock->tick({}).now == 5000);
}

TEST_CASE("an accelerated clock stops exactly at each timer on its way") {
  Instant real = 0;
  auto clock = make_accelerated_clock(1000, 0, [&] { return real; });
  real = 10;
  CHECK(clock->tick({.next_due = 4000}).now == 4000);
  real = 20;
  CHECK(clock->tick({.next_due = 1'000'000}).now == 14'000);
}

TEST_CASE("an accelerated clock stands still while calls are in flight and does not catch up afterwards") {
  Instant real = 0;
  auto clock = make_accelerated_clock(1000, 0, [&] { return real; });
  real = 50;
  CHECK(clock->tick({.busy = true}).now == 0);
  real = 51;
  CHECK(clock->tick({}).now == 1000);
}

TEST_CASE("an accelerated clock goes on where the journal stopped") {
  Instant real = 7;
  auto clock = make_accelerated_clock(1000, 0, [&] { return real; });
  CHECK(clock->tick({.last = 123'456}).now == 123'456);
}

TEST_CASE("a clock is written in words, and a wrong word is explained") {
  CHECK(parse_clock("real", 0).has_value());
  CHECK(parse_clock("accelerated=40000@2026-11-23T09:00:00Z", 0).value()->tick({}).now >=
        1'795'424'400'000'000);
  CHECK(parse_clock("accelerated=0.5", 0).error().find("factor") != std::string::npos);
  CHECK(parse_clock("fast", 0).error().find("accelerated=FACTOR") != std::string::npos);
  CHECK(parse_clock("virtual@soon", 0).error().find("2026-11-23T09:00:00Z") != std::string::npos);
}
