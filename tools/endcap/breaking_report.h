// A comparison of upgrade signatures, as people and programs read it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/diag/report.h"
#include "compiler/ir/breaking.h"
#include "compiler/ir/calendar_breaking.h"
#include "compiler/ir/carrier_breaking.h"
#include "compiler/ir/interface_breaking.h"
#include "compiler/ir/label_breaking.h"
#include "tools/endcap/signatures.h"

namespace endcap::command {

struct BreakingReport {
  std::string against;  // "main (1a2b3c4)"
  std::vector<ir::WorkflowUpgrade> upgrades;
  std::set<std::string> rewritten;             // workflows whose text differs
  std::vector<ir::InterfaceFinding> partners;  // what they notice
  std::vector<ir::CarrierFinding> carriers;    // routes and syncs that leave something behind
  std::vector<ir::CalendarFinding> calendars;  // that are others under their old version
  std::vector<ir::LabelFinding> labels;        // what counts as advice now: a note to those who use it
  DeclarationPlaces places;                    // in the new version
  bool strands() const;
  bool breaks_partners() const;
  bool leaves_behind() const { return !carriers.empty(); }
  bool reuses_versions() const { return !calendars.empty(); }
};

std::string human_text(const BreakingReport& report);
std::string json_text(const BreakingReport& report);

// What would strand, what partners would miss, and what a clause names in vain; paths start in `folder`.
std::vector<ReportFinding> report_findings(const BreakingReport& report, const std::string& folder);
std::string summary_text(const BreakingReport& report);  // "1 workflow would strand instances, 2 are safe"

}  // namespace endcap::command
