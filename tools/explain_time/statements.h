// What is given on the command line, sentence by sentence: `FinanceManager approves gate.pricing Friday
// 17:10`, `event PromotionCancelled Monday 10:00`, `erp is unavailable until Monday 08:00`.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/engine/engine.h"
#include "tools/explain_time/when.h"

namespace endcap::explain {

struct PersonAnswers {
  enum class Verb : uint8_t { Answers, Approves, Rejects, Counters, Does } verb = Verb::Answers;
  std::vector<uint32_t> roles;      // whichever of them is asked; none: `person`
  std::string who;                  // as it was said
  std::string person;
  std::string what;                 // path of an approval, name of a task; empty: any
  std::string element;              // `for 1001`; empty: any
  std::vector<std::string> except;  // `except 1003,1004`: lines that are refused
  std::vector<std::pair<std::string, std::string>> answers;  // fields of the form, as typed
  When when;                                                 // seen from when it is asked
};
struct EventComes {
  uint32_t event = 0;
  std::vector<std::pair<uint32_t, std::string>> fields;  // as typed
  When when;                                             // seen from the start
};
struct SystemAway {
  struct Target {
    bool is_view;
    uint32_t index;
  };
  std::vector<Target> targets;
  std::optional<When> from;
  When until;
};
struct Statement {
  std::string said;
  std::variant<PersonAnswers, EventComes, SystemAway> node;
};

// `asked` is what people can be asked. The error is one sentence, and says what was meant where it can be
// guessed.
std::expected<Statement, std::string> read_statement(const std::string& said, const abi::Program& program,
                                                     const EngineOptions& options,
                                                     const std::vector<std::string>& asked);

}  // namespace endcap::explain
