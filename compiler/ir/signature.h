// The upgrade signature of a workflow version: what an instance that waits depends on. Two versions whose signatures are equal can
// exchange instances; where they differ, breaking.h says what becomes of which.
//
// Names identify, numbers do not: an index moves when an unrelated declaration comes or goes. Types, payloads and projections stand
// as hashes of their structure; `shapes` keeps the text behind a type's hash.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/abi/program.h"

namespace endcap::ir {

// A value that is live across a wait.
struct SignatureSlot {
  std::string name;         // as the author named it; empty for a value the compiler keeps
  std::string type;         // as an author writes it: "list of Store"
  std::string shape;        // key into `shapes`
  std::string projection;   // hash of which properties the views in it were read from; empty without a view
  abi::Kind kind = abi::Kind::Bool;
  bool advice = false;
  abi::Parts advised;       // which parts of it, no part of the hash; see runtime/abi/parts.h
  // Of a record, no part of the hash: its single values with their shapes. A value is read again by them.
  std::map<std::string, std::string> fields;
};

struct SignatureProposal {
  std::string name;
  std::string operation, payload;  // and the hash of its payload's schema
  std::string undo, undo_payload;  // empty without an undo
  friend bool operator==(const SignatureProposal&, const SignatureProposal&) = default;
};

// A grant that is asked for or held.
struct SignatureGrant {
  std::string name;
  std::string policy, facts;           // and the hash of what it looks at, and reads again before a write
  std::vector<SignatureProposal> proposals;
  bool by_line = false;                // lines of it may be refused
  std::vector<abi::Parts> knows;       // of each proposal: abi::WaitPoint::ProposalRef::knows; no part of the hash
};

// An event that is awaited, or handled.
struct SignatureEvent {
  std::string name;
  std::string key, key_shape;          // the field that tells whose it is; empty without one
  friend bool operator==(const SignatureEvent&, const SignatureEvent&) = default;
};

// A place where an instance, an element, a branch or a handler stands still: a wait point, or the start of a machine that has not
// begun ("coverage.each[store] (start)").
struct SignaturePoint {
  std::string path;
  std::string kind;                    // "approve", "until", ..., "start"
  std::string machine;                 // whose wait it is: empty for the workflow itself, "coverage.each" for its elements
  std::string file;                    // place in this version; not part of what is compared
  uint32_t line = 0;
  std::vector<SignatureSlot> live;
  bool advice = false;                 // advice decided that anybody comes here
  std::vector<SignatureGrant> grants;  // open here, the one that is asked for included
  // Of the grants: "pricing: prices", asked for without knowing that advice, and so not written where it leads.
  std::vector<std::string> unasked;
  // Of the grants: abi::WaitPoint::written, written_now and ahead.
  std::vector<std::string> written, written_now, ahead;
  std::string call, payload;           // read and notify: the call in flight and the hash of its payload's schema
  std::vector<SignatureEvent> events;  // awaited
  abi::Parts brings;                   // what of that it gives is advice, no part of the hash: it may have come already
  std::string element, collected;      // for each: shapes of an element and of what elements yield; empty: nothing is collected.
                                       // together: the branches
};

struct SignatureParameter {
  std::string name, type, shape;
};

// What the version says of instances of an older one. No part of the hash.
struct SignatureUpgrade {
  struct Default { std::string name, shape, value; };  // packed
  struct Reread {
    std::string name, shape;
    struct Cell { std::string from, field, shape; };   // without `from`: written down
    std::vector<std::vector<Cell>> ways;               // as abi::UpgradeClause::Reread::ways
  };
  uint32_t from = 0;
  std::vector<abi::UpgradeClause::Rename> renames;
  std::vector<Default> defaults;
  std::vector<Reread> rereads;
};

struct Signature {
  std::string workflow;                           // full name
  uint32_t version = 1;
  std::string hash;                               // of all below; what the engine keeps beside an instance
  std::string key;                                // of the instance: name of the parameter
  bool parts_noted = false;                       // or an older Endcap made it: `advised` and `brings` are all that could be
  std::vector<SignatureParameter> parameters;
  std::vector<SignaturePoint> points;             // by path
  std::vector<SignatureUpgrade> upgrades;
  std::map<std::string, std::string> projections; // view -> hash, of the views in live values
  std::map<std::string, std::string> payloads;    // operation -> hash, of the operations that are called or granted
  std::map<std::string, std::string> shapes;      // hash -> structure, of every type above
  // The n-th of a path: two handlers of one event have one.
  const SignaturePoint* find(std::string_view path, uint32_t occurrence = 0) const;
};

Signature signature_of(const abi::Program& program, uint32_t workflow);

// As JSON: keys in a fixed order, places included. The same program always gives the same bytes.
std::string to_json(const Signature& signature, int indent);

}  // namespace endcap::ir
