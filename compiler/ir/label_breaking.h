// What comes to count as advice for those who use it: comparison of what two versions of a project export. Nothing
// is refused for it, for whoever uses it in the project is checked with it; but they are told.
#pragma once

#include <string>
#include <vector>

#include "compiler/sema/exported_labels.h"

namespace endcap::ir {

struct LabelFinding {
  enum class Kind : uint8_t {
    Function,   // a part of what it gives is advice where a parameter is
    Outcome,    // a part of what a workflow ends with, or that it does
    Told,       // an exception is told advice
    Raised,     // and raised by it
  };
  Kind kind;
  std::string subject;             // full name
  std::string part;                // "`.units` of outcome Covered", "its result"
  std::string by;                  // Function: "promo.forecast"
  std::vector<std::string> users;  // in the new version
};

// Of what both versions have.
std::vector<LabelFinding> compare(const sema::ExportedLabels& before, const sema::ExportedLabels& after);

std::string describe(const LabelFinding& finding);      // one sentence
std::string_view word(LabelFinding::Kind kind);         // "function label": for programs

}  // namespace endcap::ir
