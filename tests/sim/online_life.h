// What happens around a route and a sync in the simulator: counts and changes that are told twice, late or
// never, a shop that commits and then times out, people who send again what is held; and what must have come
// of it.
#pragma once

#include <set>

#include "tests/sim/choices.h"
#include "tests/sim/trace.h"
#include "tests/unit/runtime/engine/online.h"

namespace endcap::test {

class OnlineLife {
 public:
  OnlineLife(Online& online, World& world, Choices& choices, const bool& calm, const Trace& trace);

  // One attempt; nothing: it is answered late, or never when the process ends before.
  std::optional<CallResult> answer(const CallRequest& request);
  CallResult answer_late(const CallRequest& request);
  // Nobody waits for this request any more: it has happened, never happens, or arrives later.
  void left_alone(const CallRequest& request, Duration at_most);
  void land();  // what has arrived by now

  // One thing happens; what it has told stands in `told`, and is sent again until it is answered.
  void chaos();
  struct Told {
    std::string id, type;
    Json data;
    bool accepted = false;
  };
  std::vector<Told>& told() { return told_; }
  void send(Told& event);
  void settle_held(bool all);  // by people who may, and by others

  // Everything is in its place or was given up, and all that was told is there.
  bool at_rest();
  // The shop's rights and wrongs of the last days are put right; then a reconciliation finds what was never
  // told.
  void calm_down();
  void check_told() const;
  void check_reconciled() const { check_stores(false); }

 private:
  uint64_t roll(uint64_t sides) { return choices_.roll(sides); }
  bool one_in(uint64_t sides) { return choices_.one_in(sides); }
  bool writes(const CallRequest& request) const;
  void change(const std::string& id, const std::string& region, bool told);
  void check_stores(bool only_told) const;

  Online& online_;
  World& world_;
  Choices& choices_;
  const bool& calm_;
  const Trace& trace_;
  std::vector<Told> told_;
  std::set<std::string> told_of_;                         // stores whose last change was told
  std::map<uint64_t, CallResult> early_;                  // what a read had found before it was answered
  std::vector<std::pair<Instant, CallRequest>> landing_;  // by when it arrives
  uint64_t counts_ = 0;
};

}  // namespace endcap::test
