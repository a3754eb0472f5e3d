// The author's own words for moments and deadlines, kept from the typed tree before lowering uses it up.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/source.h"
#include "compiler/sema/typed.h"

namespace endcap::explain {

// `promo.launch at 06:00 zone store.timeZone`, and where its zone comes from.
struct MomentWords {
  std::string text;
  std::string zone;                                 // written there
  std::optional<std::pair<uint32_t, uint32_t>> of;  // or: this field of an entity of this view
};

struct WaitWords {
  std::optional<MomentWords> moment;         // `wait until`
  std::map<std::string, MomentWords> moved;  // by the name of the event that moves it
  std::string within, remind;
  std::vector<std::string> escalations;
};

// What explaining a workflow needs of its text.
struct WorkflowWords {
  struct Parameter {
    std::string name;               // "promo"
    std::optional<uint32_t> view;   // given by its key
    uint32_t first = 0, count = 1;  // among abi::Workflow::parameters
  };
  std::vector<Parameter> parameters;
  std::optional<uint32_t> calendar;
  std::vector<std::string> dues;           // what can be said of steps that are due, a sentence each
  std::map<std::string, WaitWords> waits;  // by the path of the wait point
  std::vector<std::string> asked;          // what people can be asked: paths of approvals, names of tasks
};

// "Refused" of "retail.trial.Refused".
std::string last_part(const std::string& name);

WorkflowWords words_of(sema::Program& program, sema::Workflow& workflow, const SourceMap& sources);

}  // namespace endcap::explain
