// One simulated life, thing by thing: see life.h.
#include "tests/sim/life.h"

#include "tests/sim/promise.h"
#include "tests/sim/promises.h"
#include "tests/sim/survive.h"
#include "tests/unit/runtime/engine/renumbered.h"

namespace endcap::test {
namespace {

// Clients ask again within the 30 days for which an answer is remembered.
const Instant kChaosUntil = kMonday + 20 * kDay;
constexpr uint64_t kWishesAtOnce = 4;
constexpr uint64_t kAtTheEnd = uint64_t{1} << 32;  // numbers of what happens when all comes to rest

}  // namespace

void Life::run() {
  starts();
  const auto lives_on = [this] {
    if (options_.only) return !options_.only->empty() && step_ < *options_.only->rbegin();
    if (step_ % 32 != 0) return true;  // it is counted now and then
    return world_.happened().all() < kStepsMin || world_.crashes < kCrashesMin;
  };
  while (lives_on()) {
    ++step_;
    if (options_.only && !options_.only->contains(step_)) continue;
    begin(step_);
    survive([&] { chaos(); });
  }
  begin(kAtTheEnd);
  calm_ = true;
  dies_soon_ = false;
  world_.disk().capacity(UINT64_MAX);
  trace_.tell("all comes to rest");
  end_carrying();
  end_mornings();
  settle_everything();
  estate_.land(world_.now);
  estate_.check_at_rest();
  crash();  // what is promised is on disk
  world_.run();
  check_promises({world_, *retail_.program(), estate_, wishes_.all(), mornings_});
}

void Life::begin(uint64_t step) {
  choices_.begin(step);
  world_.disk().reseed(options_.seed ^ step << 20);
}

// One thing happens.
void Life::chaos() {
  if (step_ <= kWishesAtOnce || one_in(100)) return wishes_.make(step_);
  switch (roll(16)) {
    case 0:
    case 1:
    case 2:
      return online_life_.chaos();
    case 3:
    case 4:
      return wishes_.send_any();
    case 5:
      return people_.decide(world_.tasks(), false);
    case 6:
      return answer_late();
    case 7: {
      const auto due = world_.engine().next_due();
      if (due && *due < kChaosUntil && one_in(2)) world_.now = clock_.comes(*due);
      return trace_.tell("time passes to what is due next");
    }
    case 8:
      if (world_.now >= kChaosUntil || !one_in(6)) return void(world_.tick());
      world_.now = clock_.passes(static_cast<Duration>(roll(3 * kHour)));
      return trace_.tell("time passes");
    case 9:
      return harm();
    default:
      return go_on();
  }
}

// Where nothing is left to do, nothing is due: a deadline is kept at its moment, or as soon as there is a
// daemon.
void Life::go_on() {
  trace_.tell("the engine goes on");
  if (world_.tick()) return;
  const auto due = world_.engine().next_due();
  require(!due || *due > world_.now, "what is due at {} is left at {}", instant_to_text(due.value_or(0)),
          instant_to_text(world_.now));
}

// Machines and those who run them.
void Life::harm() {
  switch (roll(24)) {
    case 0:
    case 1:
      trace_.tell("the process ends");
      return crash();
    case 2:
    case 3: {
      const uint64_t accesses = 1 + roll(60);
      trace_.tell("the process will end within {} accesses to the disk", accesses);
      return world_.disk().die_after(accesses);
    }
    case 4:
      trace_.tell("the next sync will fail");
      return world_.disk().fail_next_sync();
    case 15:
      trace_.tell("the next file can't be removed");
      return world_.disk().fail_next_remove();
    case 5:
      dies_soon_ = true;
      return trace_.tell("the process will end at a sync or at a call");
    case 6:
      if (!one_in(3)) return;
      trace_.tell("the disk fills up");
      return world_.disk().capacity(world_.disk().used() + roll(200'000));
    case 7:
      return start_second_daemon();
    case 8:
      if (one_in(3)) take_over();
      return;
    case 9:
    case 10:
    case 11: {
      if (world_.now >= kMonday + 15 * kDay) return;
      const std::string told = clock_.is_set(choices_);
      return trace_.tell("{}", told);
    }
    case 12:
    case 13:
    case 14:
      return estate_.costs(wishes_.any_id(), one_in(2) ? 30 : 5);  // an ERP price moves
    default:
      return;
  }
}

std::optional<CallResult> Life::answer(const CallRequest& asked) {
  const CallRequest request = in_first_numbers(asked, *retail_.program());
  const bool of_shop = online_.is_about(request);
  auto result = of_shop ? online_life_.answer(request) : estate_.answer(request, world_.now);
  tell_call(request, result ? &*result : nullptr);
  if (!dies_soon_ || !one_in(10)) return result;
  if (!result) left_alone(request);
  throw std::runtime_error("the process ends at a call");
}

void Life::tell_call(const CallRequest& request, const CallResult* result) const {
  if (!trace_) return;
  constexpr const char* kEnds[] = {"ok",        "rejected", "invalid", "unavailable",
                                   "ambiguous", "not done", "not sent"};
  const bool of_shop = online_.is_about(request);
  trace_.tell("call {}, {}: {}", request.call, of_shop ? online_.line(request) : estate_.line(request),
              result ? kEnds[static_cast<size_t>(result->kind)] : "no answer yet");
}

void Life::left_alone(const CallRequest& request) {
  if (!online_.is_about(request)) return estate_.left_alone(request, world_.now);
  online_life_.left_alone(request, request.now + request.timeout + 9 * kSecond - world_.now);
}

void Life::answer_late() {
  if (world_.open_calls.empty()) return;
  auto found = world_.open_calls.begin();
  std::advance(found, static_cast<long>(roll(world_.open_calls.size())));
  const auto [call, open] = *found;
  const CallRequest request = in_first_numbers(open.second, *retail_.program());
  const bool of_shop = online_.is_about(request);
  CallResult result = of_shop ? online_life_.answer_late(request) : estate_.answer_late(request, world_.now);
  tell_call(request, &result);
  // Told twice, and after "not done" the next attempt is under way when it is told again.
  if (one_in(request.what == CallRequest::What::Ask ? 2 : 8))
    world_.input().call_finished({open.first, call, request.attempt, result});
  world_.answer(call, std::move(result));
}

}  // namespace endcap::test
