// Admission: see admission.h.
#include "runtime/engine/admission.h"

#include <fmt/format.h>

#include <utility>

namespace endcap {
namespace {

constexpr uint32_t kRetryBehind = 5, kRetryFull = 10;  // seconds

}  // namespace

Admission::State Admission::state() const {
  if (room_.level == Room::Level::None) return State::None;
  if (room_.level == Room::Level::Low || store_.full) return State::Low;
  return store_.behind.empty() ? State::Admits : State::Behind;
}

void Admission::look(Journal& journal, Store& store) {
  room_ = journal.room();
  store_ = store.pressure();
  const State now = state();
  refuses_ = refusal(now);
  if (now == std::exchange(state_, now)) return;
  notices_.push_back(notice(now));
}

std::optional<Refusal> Admission::refusal(State state) const {
  if (state == State::Admits) return std::nullopt;
  Refusal refusal{Refusal::Kind::Overloaded, {}};
  if (state == State::Behind) {
    refusal.message = fmt::format("the store falls behind ({}): nothing new is taken in just now; try again",
                                  store_.behind);
    refusal.retry_after_s = kRetryBehind;
    return refusal;
  }
  refusal.message = fmt::format(
      "the disk is full: {} bytes are free in {}. Nothing new is taken in until there is room; what was "
      "promised {}",
      room_.free_bytes, room_.folder, state == State::None ? "waits, too" : "goes on in the reserve");
  refusal.retry_after_s = kRetryFull;
  refusal.disk_full = true;
  return refusal;
}

std::string Admission::notice(State state) const {
  switch (state) {
    case State::Admits:
      return fmt::format("new work is taken in again: {} bytes are free in {}", room_.free_bytes,
                         room_.folder);
    case State::Behind:
      return fmt::format(
          "overloaded: the store falls behind ({}); new work is refused until it has caught up",
          store_.behind);
    case State::Low:
      return fmt::format(
          "the disk is full: {} bytes are free in {}. New work is refused; timers, decisions and results of "
          "calls go on in a reserve of {} bytes. Free some space: it goes on by itself then",
          room_.free_bytes, room_.folder, room_.reserve_bytes);
    case State::None:
      return fmt::format(
          "the disk is full and its reserve is used up: {} bytes are free in {}. Everything but reads waits. "
          "Free some space: it goes on by itself then, and nothing is lost",
          room_.free_bytes, room_.folder);
  }
  return {};
}

}  // namespace endcap
