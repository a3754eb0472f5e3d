// A comparison of upgrade signatures, as people and programs read it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/ir/breaking.h"
#include "compiler/ir/interface_breaking.h"

namespace endcap::command {

struct BreakingReport {
  std::string against;  // "main (1a2b3c4)"
  std::vector<ir::WorkflowUpgrade> upgrades;
  std::set<std::string> rewritten;             // workflows whose text differs
  std::vector<ir::InterfaceFinding> partners;  // what they notice
  bool strands() const;
  bool breaks_partners() const;
};

std::string human_text(const BreakingReport& report);
std::string json_text(const BreakingReport& report);
std::string summary_text(const BreakingReport& report);  // "1 workflow would strand instances, 2 are safe"

}  // namespace endcap::command
