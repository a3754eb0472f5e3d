// Rows about what people are asked: tasks, approvals with their leaves, and the accounts of budgets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/engine/fields.h"
#include "runtime/engine/row_keys.h"

namespace endcap::rows {

using abi::TypeId;

struct Proposal {
  std::string name;
  uint32_t operation = 0;
  uint32_t undo = 0;  // operation + 1
  TypeId leaf = abi::kNoType;
  template <typename F>
  void fields(F& f) {
    f(1, name), f(2, operation), f(3, undo), f(4, leaf);
  }
};

struct Decision {
  std::string person;
  uint32_t role = 0;  // whose decision it is
  uint32_t as = 0;    // the role by which the person may: the same, or a stand-in's
  bool approved = false;
  std::string reason;
  Instant time = 0;
  std::string role_name, as_name;
  std::string covers = {};  // who is away, in whose place; empty: nobody
  uint64_t refused = 0;     // lines that were excepted from what was approved
  bool countered = false;   // not approved: something else was offered
  std::string remark = {};  // beside the reason
  const std::string& whose() const { return covers.empty() ? person : covers; }
  template <typename F>
  void fields(F& f) {
    f(1, person), f(2, role), f(3, as), f(4, approved), f(5, reason), f(6, time), f(7, role_name),
        f(8, as_name), f(9, covers), f(10, refused), f(11, countered), f(12, remark);
  }
};

// How long, kept so that an approval that is asked again has the limits it had.
struct Limit {
  int64_t amount = 0;  // microseconds, or working days
  bool business = false, days = false;
  uint32_t calendar = 0;             // + 1
  uint32_t role = 0;                 // escalations
  std::optional<std::string> scope;  // escalations: only those of the role who answer for it
  template <typename F>
  void fields(F& f) {
    f(1, amount), f(2, business), f(3, days), f(4, calendar), f(5, role), f(6, scope);
  }
};

// An account that has not answered, and what is decided when it does not bear what is asked of it.
struct Beyond {
  std::string budget, key;
  std::vector<uint32_t> roles;
  bool forbidden = false;
  std::string reason;
  template <typename F>
  void fields(F& f) {
    f(1, budget), f(2, key), f(3, roles), f(4, forbidden), f(5, reason);
  }
};

// For a role of a task, one person decides or does it, and nobody else of that role.
struct Delegation {
  std::string role, to;
  std::string by = {};  // who handed it over
  Instant time = 0;
  template <typename F>
  void fields(F& f) {
    f(1, role), f(2, to), f(3, by), f(4, time);
  }
};

// A person's work: tasks, approvals, questions about outcomes. Key: 'o' open or 'c' closed, number.
struct Task {
  enum class Kind : uint8_t {
    Task = 1,
    Approval = 2,
    Again = 3,    // the same leaves with the facts as they are now
    Outcome = 4,  // did this call take effect?
    Undo = 5,     // this could not be taken back
  };
  enum class Status : uint8_t {
    Open = 1,
    Done = 2,
    Granted = 3,
    Rejected = 4,
    Expired = 5,
    Cancelled = 6,
    Countered = 7
  };
  uint64_t number = 0;
  Kind kind = Kind::Task;
  Status status = Status::Open;
  uint64_t root = 0, instance = 0;
  std::string workflow, key, path, label, element;
  std::vector<uint32_t> roles;      // each must decide (approvals), any may (others)
  std::vector<uint32_t> escalated;  // asked too since
  Instant created = 0, deadline = 0, reminded = 0, closed = 0;
  std::string arguments;  // JSON shown to people
  std::vector<Decision> decisions;
  std::vector<std::string> timers;
  // Approval, Again
  uint32_t policy = 0;
  std::vector<Proposal> proposals;
  uint64_t leaves = 0;
  std::string merkle_root;
  Instant valid_until = 0;
  std::vector<Limit> within, remind, escalations;  // none or one; none or one; any
  std::vector<uint64_t> asks;                      // Approval: the Again tasks of it
  uint64_t of = 0;                                 // Again: the approval
  std::string facts;                               // Again: as they are now
  std::string void_facts;                          // Again: of the leaves that are void
  uint64_t row = 0;                                // Again: of the policy
  std::vector<uint64_t> waiters;                   // Again: instances
  // Outcome, Undo
  uint64_t call = 0;
  // The names of roles, escalated and policy: a task outlives its family, and the program that numbered them.
  std::vector<std::string> role_names, escalated_names;
  std::string policy_name;
  // With a form: a task's, or what an approval is countered with. JSON objects: what was filled in, what the
  // form came with, and which of that is advice.
  std::string answers, prefilled;
  std::vector<std::string> advised;
  std::optional<std::string> scope;    // Task: only those of the role who answer for it
  std::vector<uint32_t> escalated_by;  // one each of `escalated`: of `escalations`
  // Approval, Again: while accounts have not answered, nobody else is asked.
  std::vector<Beyond> reserving;
  bool forbidden = false;  // by what was beyond a budget
  std::string reason;      // why that, or what who rejected it gave
  bool by_advice = false;  // Approval, Again: a model had a hand in what is asked for
  bool by_line = false;    // Approval, Again: people may refuse single leaves
  uint64_t refused = 0;    // and have refused so many; once it is granted, `leaves` are the others
  std::vector<Delegation> delegations;  // one a role at most
  std::string first_root;               // of the tree when it was asked, if `merkle_root` is another since

  void take_key(std::string_view key_of_row) { number = from_big_endian(key_of_row.substr(1)); }
  bool stands_at(std::string_view key_of_row) const { return from_big_endian(key_of_row.substr(1)) == number; }
  bool is_approval() const { return kind == Kind::Approval || kind == Kind::Again; }
  // Histories tell of the first and the last one, and leave it to this row to keep them.
  void set_merkle_root(std::string now) {
    if (first_root.empty() && now != merkle_root) first_root = merkle_root;
    merkle_root = std::move(now);
  }
  const Delegation* delegation_of(const std::string& role) const {
    const auto found = std::ranges::find(delegations, role, &Delegation::role);
    return found == delegations.end() ? nullptr : &*found;
  }
  void delegate(Delegation given) {
    std::erase_if(delegations, [&](const Delegation& each) { return each.role == given.role; });
    delegations.push_back(std::move(given));
  }

  template <typename F>
  void fields(F& f) {
    if constexpr (F::kReads) f(1, number);  // of an older release
    f(2, kind), f(3, status), f(4, root), f(5, instance), f(6, workflow), f(7, key), f(8, path),
        f(9, label), f(10, element), f(11, roles), f(12, escalated), f(13, created), f(14, deadline),
        f(15, reminded), f(16, closed), f(17, arguments), f(18, decisions), f(19, timers), f(20, policy),
        f(21, proposals), f(22, leaves), f(23, merkle_root), f(24, valid_until), f(25, within), f(26, remind),
        f(27, escalations), f(28, asks), f(29, of), f(30, facts), f(31, void_facts), f(32, row),
        f(33, waiters), f(34, call), f(35, role_names), f(36, escalated_names), f(37, policy_name),
        f(41, answers), f(42, prefilled), f(43, advised), f(44, scope), f(45, escalated_by), f(46, by_line),
        f(47, refused), f(50, reserving), f(51, forbidden), f(52, reason), f(53, delegations),
        f(54, by_advice), f(55, first_root);
  }
};

// One frozen write of an approval. Key: root, approval, proposal, target.
struct Leaf {
  // Refused: by a person, for good.
  enum class State : uint8_t { Open = 0, Writing = 1, Written = 2, Void = 3, Refused = 4 };
  std::string payload, undo, facts;
  State state = State::Open;
  uint64_t call = 0;               // Writing: who holds it
  uint64_t granted_by = 0;         // task whose Merkle root covers it; Refused: on which it was refused
  uint64_t index = 0, size = 0;    // its place in that tree
  std::vector<std::string> proof;  // RFC 9162 section 2.1.3
  template <typename F>
  void fields(F& f) {
    f(1, payload), f(2, undo), f(3, facts), f(4, state), f(5, granted_by), f(6, index), f(7, size),
        f(8, proof), f(9, call);
  }
};

// The same without its way to the root, for who only looks.
struct LeafValues {
  std::string payload, facts;
  Leaf::State state = Leaf::State::Open;
  uint64_t granted_by = 0;
  template <typename F>
  void fields(F& f) {
    f(1, payload), f(3, facts), f(4, state), f(5, granted_by);
  }
};

// What a budget has let through, of one policy and one value that it is kept for, by any instance and any
// version. Key: as that of an instance, the budget's name in place of the workflow. Nothing takes from it.
struct Account {
  Int128 used = 0;  // in units of what is summed
  uint64_t grants = 0;
  template <typename F>
  void fields(F& f) {
    f(1, used), f(2, grants);
  }
};

}  // namespace endcap::rows
