// The dated timeline of a workflow: what happens, when, and by which rule.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/value/time.h"

namespace endcap::explain {

// Why something falls on its moment.
struct Rule {
  std::string words;  // the author's: "8 business hours"
  Instant from = 0, at = 0;
  std::string calendar;                             // business time; empty: every hour counts
  std::vector<std::pair<Instant, Instant>> closed;  // between `from` and `at`, in order
  bool cut = false;                                 // the end of the grant came first
};

struct Line {
  Instant at = 0;
  std::string kind;   // of the history: "asked", "escalated", "write" ...; "tooLate": a --given in vain
  std::string place;  // as written: "gate.pricing"
  std::vector<std::string> elements;  // 1001, 1002: the same happens to all of them
  std::string text;
  std::optional<Rule> rule;
  std::optional<std::pair<Instant, std::string>> elsewhere;  // the same moment matters in this zone
  uint32_t times = 1;                                        // the same again, up to `last`
  Instant last = 0;
};

struct Explanation {
  std::string workflow, key, zone, calendar;
  Instant start = 0;
  std::string test;                  // whose data is used; empty: none
  std::vector<std::string> dues;     // what can be said of its steps that are due, without playing
  std::vector<std::string> assumed;  // what was made up
  std::vector<std::string> in_vain;  // --given that did not happen, with the reason
  std::vector<Line> lines;
  std::string end;  // "finished", "failed", "suspended", "running": it was given up
};

// For people, one line a moment without its reasons, and for programs.
std::string human_text(const Explanation& explanation);
std::string short_text(const Explanation& explanation);
std::string json_text(const Explanation& explanation);

}  // namespace endcap::explain
