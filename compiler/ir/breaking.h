// What becomes of waiting instances when a new version of a workflow takes over: comparison of two signatures, without a server.
//
// A wait point maps by itself when it is in both versions under the same path and kind and the new one needs nothing that the old
// one does not hold. Everything else strands, because this release can't yet read the clause that would help; whether one could help
// is said, so that nobody writes a wait point away that a later release can map.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/signature.h"

namespace endcap::ir {

struct UpgradeFinding {
  enum class Kind : uint8_t {
    WorkflowGone,       // the whole workflow
    VersionNotRaised,   // the signature differs under the same number, or a lower one
    KeyChanged,         // instances are found under another key
    PointGone,          // a wait point
    KindChanged,        // the wait point waits for something else
    EventGone,          // the one event it waits for
    ValueNew,           // a value is live that the old version does not hold
    TypeChanged,
    LabelChanged,       // trusted <-> advice
    ProjectionChanged,  // a frozen read was taken from other properties
    ElementChanged,     // what a `for each` runs over or collects
    PayloadChanged,     // of an operation that is granted, proposed or in flight
    PolicyChanged,      // a grant is open under another policy
  };
  struct Place { std::string path, file; uint32_t line = 0; };  // in the new version; of what is gone: where it would have stood

  Kind kind;
  std::string subject;        // of the value, grant, event ...
  std::string before, after;
  std::vector<Place> places;  // every wait point it holds for
  bool clause_helps = false;  // an `upgrades from` clause could say what is meant
};

struct WorkflowUpgrade {
  enum class Verdict : uint8_t {
    Same,     // equal signatures
    New,      // not there before
    Maps,     // they differ, and every instance has a place to go
    Strands,
  };
  std::string workflow;
  uint32_t old_version = 0, new_version = 0;  // 0: absent
  Verdict verdict = Verdict::Same;
  std::vector<std::string> unchanged;         // paths that map by themselves
  std::vector<std::string> added;             // paths that only the new version has
  std::vector<UpgradeFinding> findings;
};

// Workflows in the order of their names.
std::vector<WorkflowUpgrade> compare(const std::vector<Signature>& before, const std::vector<Signature>& after);

// "a value is new: `region` (Text(3))". One sentence without its places.
std::string describe(const UpgradeFinding& finding);
// What to do about it, one sentence.
std::string remedy(const UpgradeFinding& finding, const WorkflowUpgrade& upgrade);
std::string_view word(UpgradeFinding::Kind kind);       // "value new": for programs
std::string_view word(WorkflowUpgrade::Verdict verdict);

}  // namespace endcap::ir
