// Whether new work is taken in: starts, events and calls of partners. What was promised goes on whatever this
// says: timers, decisions and results of calls.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/engine.h"

namespace endcap {

class Admission {
 public:
  // Once a round.
  void look(Journal& journal, Store& store);
  const std::optional<Refusal>& refuses() const { return refuses_; }
  bool disk_is_full() const { return refuses_ && refuses_->disk_full; }
  const Room& room() const { return room_; }
  const StorePressure& store() const { return store_; }
  // Lines for the log: once when it begins, and once when it is over.
  std::vector<std::string> take_notices() { return std::exchange(notices_, {}); }

 private:
  enum class State : uint8_t { Admits, Behind, Low, None };
  State state() const;
  std::optional<Refusal> refusal(State state) const;
  std::string notice(State state) const;

  State state_ = State::Admits;
  std::optional<Refusal> refuses_;
  Room room_;
  StorePressure store_;
  std::vector<std::string> notices_;
};

}  // namespace endcap
