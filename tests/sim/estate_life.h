// The ERP in a simulated life: late, unclear, sometimes away; requests that nobody waits for any more and
// that arrive all the same. In calm weather it answers.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/choices.h"
#include "tests/sim/trace.h"
#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

class EstateLife {
 public:
  EstateLife(Retail& retail, Choices& choices, const bool& calm, const Trace& trace);

  // One attempt, in the first program's numbers; nothing: it is answered late, or never when the process ends
  // before.
  std::optional<CallResult> answer(const CallRequest& request, Instant now);
  CallResult answer_late(const CallRequest& request, Instant now);
  // The process that made this request is gone: it has happened, never happens, or arrives later.
  void left_alone(const CallRequest& request, Instant now);
  void land(Instant now);  // what has arrived by now

  void costs(const std::string& id, int64_t cost) { costs_[id] = cost; }
  bool is_out(const std::string& store) const { return out_.contains(store); }  // of stock, for ever
  bool has_seen(const std::string& key) const { return committed_.contains(key); }

  std::string line(const CallRequest& request) const { return estate_.line(request); }

  // Afterwards: nothing is on its way but what changes nothing, whenever it arrives.
  void check_at_rest();
  size_t count(const std::string& line) const;
  bool came_before(const std::string& line, const std::string& other) const;  // its last time
  const std::vector<std::string>& stores() const { return estate_.stores; }

 private:
  bool is_effect(const CallRequest& request, const std::string& line) const;
  CallResult now_done(const CallRequest& request, const std::string& line, bool effectful);
  void happens_perhaps(const CallRequest& request, const std::string& line, Instant now, Duration at_most);
  void commit(const CallRequest& request, const std::string& line);
  int64_t cost_of(const CallRequest& request) const;

  Retail& retail_;
  Choices& choices_;
  const bool& calm_;
  const Trace& trace_;
  Estate estate_;
  std::map<std::string, int64_t> costs_;
  std::set<std::string> out_;
  std::set<std::string> committed_;                     // keys
  std::map<std::string, std::vector<size_t>> effects_;  // by line, their places in the order of all
  size_t effects_so_far_ = 0;
  std::vector<std::pair<Instant, CallRequest>> landing_;  // requests that nobody waits for any more
};

}  // namespace endcap::test
