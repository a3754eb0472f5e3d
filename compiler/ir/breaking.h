// What becomes of waiting instances when a new version of a workflow takes over: comparison of two signatures, without a server.
//
// A wait point maps by itself when it is in both versions under the same path and kind and the new one needs nothing that the old
// one does not hold. Where it does not, an `upgrades from` clause of the new version can say which wait point took its place, and
// what a value is that is new. Everything else strands.
#pragma once

#include <optional>
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
    EventNew,           // an event is heard there by a key that the old version did not note
    EventKeyChanged,    // or by another one
    ValueNew,           // a value is live that the old version does not hold
    TypeChanged,
    LabelChanged,       // trusted <-> advice, of a value or a part of it
    ControlChanged,     // advice decided who stands at the wait point, and what follows is no longer written for that
    UnaskedChanged,     // a grant was asked for without knowing that advice, and would be used for it
    ProjectionChanged,  // a frozen read was taken from other properties
    ElementChanged,     // what a `for each` runs over or collects
    WrittenAlready,     // a write of a grant stands behind the wait that may have been made before it
    PayloadChanged,     // of an operation that is granted, proposed or in flight
    PolicyChanged,      // a grant is open under another policy
    WholeAgain,         // a grant of which lines may be refused is decided as a whole
  };
  struct Place { std::string path, file; uint32_t line = 0; };  // in the new version; of what is gone: where it would have stood

  Kind kind;
  std::string subject;        // of the value, grant, event ...
  std::string before, after;
  std::vector<Place> places;  // every wait point it holds for
  bool clause_helps = false;  // an `upgrades from` clause could say what is meant
  bool parts_unknown = false; // an older Endcap made the old version, and did not note which parts are advice
};

// Subject of LabelChanged: of what comes when the wait is over. "what it gives[].units".
inline constexpr std::string_view kGiven = "what it gives";

// What becomes of one wait point of the old version.
struct PointMap {
  struct Source {                      // of a value of the new frame
    std::optional<uint32_t> held;      // place in the old frame
    std::string value;                 // else: packed
    struct Reread {                    // or it is read again
      uint32_t clause = 0, way = 0;    // places in SignatureUpgrade::rereads and in its ways
      std::vector<std::optional<uint32_t>> held;  // of each cell of the way: the value of the old frame; written down: none
    };
    std::optional<Reread> reread;
  };
  std::string before, after;           // paths; `after` is empty when there is none
  uint32_t occurrence = 0;             // of `after`, when several have that path
  std::vector<size_t> findings;        // into WorkflowUpgrade::findings
  std::vector<Source> values;          // complete without findings
  std::vector<std::optional<uint32_t>> events;  // of each event of the old one: the same in the new one
  std::vector<uint32_t> fresh_events;  // of the new one
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
  std::vector<PointMap> points;               // in the order of the old signature's; empty without one of the two
  std::vector<std::string> lost;              // of the clause: what names nothing of the old version
};

// The path in the new version of what was called `path`: clauses name paths as authors write them.
std::string renamed(std::string_view path, const SignatureUpgrade* clause, const Signature& after);
const SignatureUpgrade* clause_from(const Signature& after, uint32_t version);

// Workflows in the order of their names.
std::vector<WorkflowUpgrade> compare(const std::vector<Signature>& before, const std::vector<Signature>& after);

// "a value is new: `region` (Text(3))". One sentence without its places.
std::string describe(const UpgradeFinding& finding);
// What to do about it, one sentence.
std::string remedy(const UpgradeFinding& finding, const WorkflowUpgrade& upgrade);
std::string_view word(UpgradeFinding::Kind kind);       // "value new": for programs
std::string_view word(WorkflowUpgrade::Verdict verdict);

}  // namespace endcap::ir
