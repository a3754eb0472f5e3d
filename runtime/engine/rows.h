// What the engine keeps: one struct a row, with the numbers of its fields, and the keys under which rows
// stand. Numbers in keys are big-endian, so that rows stand in the order of their numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/engine/fields.h"
#include "runtime/store/store.h"

namespace endcap::rows {

using abi::TypeId;

// ---------------------------------------------------------------- Meta

struct Live {  // instances that need a program
  std::string program;
  uint64_t count = 0;
  template <typename F>
  void fields(F& f) {
    f(1, program), f(2, count);
  }
};

// One a partition, written with every record. Key "state".
struct Meta {
  uint64_t next_number =
      1;  // dense: instances, calls and tasks; the number seen outside is next_number x P + partition
  uint64_t next_sequence = 1;     // orders timers, history, undos
  uint64_t next_message = 1;      // events and messages stored here
  Instant time = 0;               // journalled time never goes back
  Instant watermark = 0;          // no timer stands below
  std::vector<uint64_t> cursors;  // of each partition's messages: the last one seen
  std::vector<Live> live;
  template <typename F>
  void fields(F& f) {
    f(1, next_number), f(2, next_sequence), f(3, next_message), f(4, time), f(5, watermark), f(6, cursors),
        f(7, live);
  }
};

// What the data was created with. Partition 0, key "identity".
struct Identity {
  std::string folder;  // 16 random bytes: part of every idempotency key
  uint64_t partitions = 0;
  template <typename F>
  void fields(F& f) {
    f(1, folder), f(2, partitions);
  }
};

// ---------------------------------------------------------------- Instance

// A wait for the end of another family, known by the message that asked for it; wait 0: nobody waits.
struct Waiter {
  uint64_t root = 0, instance = 0, wait = 0;
  template <typename F>
  void fields(F& f) {
    f(1, root), f(2, instance), f(3, wait);
  }
};

// A start and everything that runs below it. Key: root, 0.
struct Family {
  enum class Status : uint8_t { Running = 0, Ending = 1, Compensating = 2, Finished = 3, Failed = 4 };
  uint64_t root = 0;
  std::string workflow, key, program;
  uint32_t version = 0;
  Status status = Status::Running;
  Instant started = 0, ended = 0;
  std::string arguments;       // JSON
  std::string outcome, value;  // name; JSON of its record
  bool failure = false, compensate = false;
  uint64_t suspended = 0;  // instances of it that a person must look at
  std::string signature;
  std::vector<Waiter> waiters;  // are told how it ends
  // Of an exception
  std::string severity;
  uint64_t raised = 0;  // how often since it is open; `arguments` are those of the last time
  Instant last_raised = 0;
  std::vector<std::string> postponed;  // Messages: it was raised while it ended, and begins anew
  uint64_t late = 0;                   // steps of it that should be over
  template <typename F>
  void fields(F& f) {
    f(1, root), f(2, workflow), f(3, key), f(4, program), f(5, version), f(6, status), f(7, started),
        f(8, ended), f(9, arguments), f(10, outcome), f(11, value), f(12, failure), f(13, compensate),
        f(14, suspended), f(15, signature), f(16, waiters), f(17, severity), f(18, raised),
        f(19, last_raised), f(20, postponed), f(21, late);
  }
};

// A step that is due, of the machine that stands in it.
struct Due {
  uint64_t number = 0;  // of this arming: its timer knows it by that
  std::string path;     // of the `due`
  Instant at = 0;
  std::string timer;  // empty: it has fired
  bool late = false;
  std::vector<std::string> captures;  // packed, of its handler
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, path), f(3, at), f(4, timer), f(5, late), f(6, captures);
  }
};

// One machine that is parked. Key: root, number.
struct Instance {
  enum class Status : uint8_t {
    Waiting = 0,
    Suspended = 1,
    Quarantined = 2,
    Ending =
        3,  // a workflow that was run has its outcome: what is in flight settles, what it wrote is taken back
    Leaving = 4,   // cancelled with what is ending around it, but for its call
    Failing = 5,   // an element that failed alone: what it wrote is taken back
    Stopping = 6,  // an element, when too many others have failed: it ends when what is in flight has settled
  };
  uint64_t number = 0, root = 0, parent = 0;
  std::vector<uint64_t> lineage;  // from the root down to itself
  uint64_t group = 0, index = 0;  // its place in the fan-out that made it
  uint64_t flight = 0;            // the nearest fan-out around it that limits calls in flight
  uint32_t machine = 0, state = 0;
  Status status = Status::Waiting;
  std::string element;  // which element, for people
  std::string frame;
  Instant since = 0;  // when this wait began
  // what the wait holds
  std::vector<std::string> timers, subscriptions;
  uint64_t call = 0, task = 0, fan_out = 0;
  uint64_t asked = 0;               // Waiter::wait of what it waits for
  std::vector<std::string> scopes;  // subscriptions of `throughout`: they outlive the wait
  Instant deadline = 0;
  // Suspended, Quarantined: what it was resumed with. Ending: what the one that ran it will be resumed with.
  std::string reason, held_input, held_call;
  uint32_t held_tag = 0, held_detail = 0;
  TypeId held_type = abi::kNoType;
  // Ending, Failing
  std::string outcome, value;  // name; JSON of its record
  bool failure = false, compensate = false;
  uint64_t leaving = 0;   // Ending, Stopping: what is in flight, its own and below it
  std::vector<Due> dues;  // of the steps that it stands in
  bool is_lost() const { return status == Status::Suspended || status == Status::Quarantined; }
  // It runs no more, and settles or takes back.
  bool is_over() const { return status != Status::Waiting && !is_lost(); }
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, root), f(3, parent), f(4, lineage), f(5, group), f(6, index), f(7, flight),
        f(8, machine), f(9, state), f(10, status), f(11, element), f(12, frame), f(13, since), f(14, timers),
        f(15, subscriptions), f(16, call), f(17, task), f(18, fan_out), f(19, scopes), f(20, deadline),
        f(21, reason), f(22, held_input), f(23, held_call), f(24, held_tag), f(25, held_detail),
        f(26, held_type), f(27, outcome), f(28, value), f(29, failure), f(30, compensate), f(31, leaving),
        f(32, asked), f(33, dues);
  }
};

// ---------------------------------------------------------------- Key

struct Key {
  uint64_t instance = 0;
  bool live = false;
  template <typename F>
  void fields(F& f) {
    f(1, instance), f(2, live);
  }
};

// ---------------------------------------------------------------- Timer

struct Timer {
  enum class Kind : uint8_t {
    Due = 1,          // of a wait: Until is due, AwaitEvent and Task expire
    TaskExpires = 2,  // approvals
    TaskReminds = 3,
    TaskEscalates = 4,  // detail: which escalation
    CallRetries = 5,    // Ask: or its time is over
    FanOutGoesOn = 6,   // the next batch of elements
    StepIsLate = 7,     // detail: number of the Due
    ScheduleIsDue = 8,
  };
  Kind kind = Kind::Due;
  uint64_t root = 0, number = 0, detail = 0;
  std::string schedule = {};  // ScheduleIsDue: its name
  template <typename F>
  void fields(F& f) {
    f(1, kind), f(2, root), f(3, number), f(4, detail), f(5, schedule);
  }
};

// ---------------------------------------------------------------- Pending

// A call that is not resolved. Key: number.
struct Pending {
  enum class Purpose : uint8_t { Read = 1, Notify = 2, Write = 3, Recheck = 4, Undo = 5, Ask = 6 };
  enum class Stage : uint8_t {
    Queued = 1,      // the fan-out has as many in flight as it may
    Rechecking = 2,  // Write: the facts of its grant are read again
    Sent = 3,
    Backoff = 4,  // a timer sends it again
    Person = 5,   // a task asks whether it happened
  };
  uint64_t number = 0;
  Purpose purpose = Purpose::Read;
  Stage stage = Stage::Queued;
  uint64_t root = 0, instance = 0, flight = 0;
  uint32_t what = 0, target = 0;  // CallRequest::What; operation, view, navigation or advisor
  std::string payload, key;
  TypeId payload_type = abi::kNoType, result = abi::kNoType;
  uint32_t attempt = 0, failures = 0;
  bool maybe_done = false;  // an attempt may have taken effect
  bool asking = false;      // the next attempt asks whether it did
  Instant sent = 0, began = 0;
  Instant deadline = 0;  // Sent: whoever made the attempt gives it up then. Ask: of all attempts together
  std::string timer;
  std::string message;        // of the last attempt
  std::string path, element;  // for history, when the instance is gone
  // Write
  uint64_t approval = 0;
  uint32_t proposal = 0;
  std::string leaf_target;
  uint32_t rechecks = 0;  // answers it waits for
  std::string facts;      // as read again so far
  std::vector<uint64_t> lineage;
  // Recheck
  std::vector<uint64_t> waiters;
  // Undo
  uint64_t undo = 0;  // sequence of the undo row
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, purpose), f(3, stage), f(4, root), f(5, instance), f(6, flight), f(7, what),
        f(8, target), f(9, payload), f(10, key), f(11, payload_type), f(12, result), f(13, attempt),
        f(14, failures), f(15, maybe_done), f(16, asking), f(17, sent), f(18, began), f(19, timer),
        f(20, message), f(21, path), f(22, element), f(23, approval), f(24, proposal), f(25, leaf_target),
        f(26, rechecks), f(27, facts), f(28, lineage), f(29, waiters), f(30, undo), f(31, deadline);
  }
};

// ---------------------------------------------------------------- Task

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
  const std::string& whose() const { return covers.empty() ? person : covers; }
  template <typename F>
  void fields(F& f) {
    f(1, person), f(2, role), f(3, as), f(4, approved), f(5, reason), f(6, time), f(7, role_name),
        f(8, as_name), f(9, covers), f(10, refused);
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

// A person's work: tasks, approvals, questions about outcomes. Key: 'o' open or 'c' closed, number.
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

struct Task {
  enum class Kind : uint8_t {
    Task = 1,
    Approval = 2,
    Again = 3,    // the same leaves with the facts as they are now
    Outcome = 4,  // did this call take effect?
    Undo = 5,     // this could not be taken back
  };
  enum class Status : uint8_t { Open = 1, Done = 2, Granted = 3, Rejected = 4, Expired = 5, Cancelled = 6 };
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
  // Task with a form. JSON objects: what was filled in, what the form came with, and which of that is advice.
  std::string answers, prefilled;
  std::vector<std::string> advised;
  std::optional<std::string> scope;    // Task: only those of the role who answer for it
  std::vector<uint32_t> escalated_by;  // one each of `escalated`: of `escalations`
  // Approval, Again: while accounts have not answered, nobody else is asked.
  std::vector<Beyond> reserving;
  bool forbidden = false;  // by what was beyond a budget
  std::string reason;
  bool by_line = false;  // Approval, Again: people may refuse single leaves
  uint64_t refused = 0;  // and have refused so many; once it is granted, `leaves` are the others
  std::vector<Delegation> delegations;  // one a role at most

  bool is_approval() const { return kind == Kind::Approval || kind == Kind::Again; }
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
    f(1, number), f(2, kind), f(3, status), f(4, root), f(5, instance), f(6, workflow), f(7, key), f(8, path),
        f(9, label), f(10, element), f(11, roles), f(12, escalated), f(13, created), f(14, deadline),
        f(15, reminded), f(16, closed), f(17, arguments), f(18, decisions), f(19, timers), f(20, policy),
        f(21, proposals), f(22, leaves), f(23, merkle_root), f(24, valid_until), f(25, within), f(26, remind),
        f(27, escalations), f(28, asks), f(29, of), f(30, facts), f(31, void_facts), f(32, row),
        f(33, waiters), f(34, call), f(35, role_names), f(36, escalated_names), f(37, policy_name),
        f(41, answers), f(42, prefilled), f(43, advised), f(44, scope), f(45, escalated_by), f(46, by_line),
        f(47, refused), f(50, reserving), f(51, forbidden), f(52, reason), f(53, delegations);
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

// ---------------------------------------------------------------- Schedule

// What a schedule keeps, in the partition of its name. Key: its name. By names only, so that it outlives its
// program.
struct Schedule {
  enum class Came : uint8_t {
    Nothing = 0,      // it has not come round yet
    Asked = 1,        // the partition where the key is at home has not answered
    Started = 2,      // an instance
    RunsAlready = 3,  // the instance of that key had not ended
    Refused = 4,      // it can't begin like that
    Late = 5,         // `if late skip`
  };
  std::string name;
  std::string rule;   // as it is written; of the next occurrence
  Instant since = 0;  // it counts from then on
  Instant next = 0;   // 0: none in ten years
  Date day = 0;       // of `next`
  std::string timer;
  // The last occurrence that was not passed over
  Instant last = 0;
  Date last_day = 0;
  Came came = Came::Nothing;
  uint64_t instance = 0;  // Started, RunsAlready
  std::string key, reason;
  uint64_t passed_over = 0;  // occurrences right before it, when nothing ran at their moments
  // Of all time
  uint64_t started = 0, not_started = 0, missed = 0;
  template <typename F>
  void fields(F& f) {
    f(1, name), f(2, rule), f(3, since), f(4, next), f(5, day), f(6, timer), f(7, last), f(8, last_day),
        f(9, came), f(10, instance), f(11, key), f(12, reason), f(13, passed_over), f(14, started),
        f(15, not_started), f(16, missed);
  }
};

// ---------------------------------------------------------------- Subscription

struct Subscription {
  uint64_t root = 0, instance = 0;
  uint32_t index = 0;               // into the wait point's events
  uint32_t machine = 0, state = 0;  // whose wait point
  bool throughout = false;
  std::vector<std::string> captures;  // throughout: packed
  Instant since = 0;
  uint64_t born = 0;  // sequence of the subscribing
  template <typename F>
  void fields(F& f) {
    f(1, root), f(2, instance), f(3, index), f(4, machine), f(5, state), f(6, throughout), f(7, captures),
        f(8, since), f(9, born);
  }
};

// ---------------------------------------------------------------- Group, Undo, Dedup, Message, History

// A fan-out. Key: root, number; its input under root, number, "i".
struct Group {
  uint64_t number = 0, root = 0, instance = 0;
  uint32_t machine = 0, state = 0;  // whose wait point
  uint64_t count = 0, created = 0, done = 0, skipped = 0;
  uint64_t flight = 0;
  std::string element;  // of the instance that fans out
  std::vector<uint64_t> lineage;
  Instant began = 0;
  uint64_t failed = 0;    // alone
  bool stopping = false;  // more than are tolerated: no more elements are made
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, root), f(3, instance), f(4, machine), f(5, state), f(6, count), f(7, created),
        f(8, done), f(9, skipped), f(10, flight), f(11, element), f(12, lineage), f(13, began), f(14, failed),
        f(15, stopping);
  }
};
struct GroupInput {
  std::string list;                   // packed; empty for branches
  std::vector<std::string> captures;  // packed, one an operand
  template <typename F>
  void fields(F& f) {
    f(1, list), f(2, captures);
  }
};

// How to take a write back. Key: root, sequence.
struct Undo {
  uint64_t sequence = 0, root = 0;
  std::vector<uint64_t> lineage;  // of the instance that wrote
  uint32_t operation = 0;
  std::string payload, key, path, element, target;
  uint64_t call = 0;  // under way
  template <typename F>
  void fields(F& f) {
    f(1, sequence), f(2, root), f(3, lineage), f(4, operation), f(5, payload), f(6, key), f(7, path),
        f(8, element), f(9, target), f(10, call);
  }
};

// A request or event that was seen. Key: 'e' or 's', hash; the order of forgetting under 't', time, key.
struct Seen {
  Instant time = 0;
  uint64_t instance = 0;  // starts: the answer
  std::string content;    // starts: hash of what was asked
  template <typename F>
  void fields(F& f) {
    f(1, time), f(2, instance), f(3, content);
  }
};

// What one partition says to all, where it was stored: an event to whoever hears it; a start to where its key
// is at home; an end to whoever waits for it; a budget to be used where its account is at home, and the
// answer; a schedule's start, and what came of it. By names only, so that it outlives its program. Key:
// number.
struct Message {
  enum class Kind : uint8_t {
    Event = 0,
    Start = 1,
    Ended = 2,
    Reserve = 3,
    Reserved = 4,
    Scheduled = 5,
    Came = 6,
  };
  // Start, Ended: who asked, as workflow; the key; the workflow; the arguments, the outcome
  // Reserve, Reserved: who asked; what the account is kept for; the account; a Reservation
  // Scheduled, Came: the schedule; the key; the workflow; the arguments, why it was refused
  std::string source, id, type, data;
  Instant stored = 0;
  Kind kind = Kind::Event;
  std::string source_key;  // Start: of who asked
  Waiter waiter;         // Start, Ended; Reserve, Reserved: `wait` is the approval's task; Came: the instance
  bool failure = false;  // Ended; Reserved: it does not fit
  Instant moment = 0;    // Scheduled, Came: of the occurrence
  Schedule::Came came = Schedule::Came::Nothing;  // Came
  template <typename F>
  void fields(F& f) {
    f(1, source), f(2, id), f(3, type), f(4, data), f(5, stored), f(6, kind), f(7, source_key), f(8, waiter),
        f(9, failure), f(10, moment), f(11, came);
  }
};

// What an approval wants of one account, and what was used of it then. Packed in a Message.
struct Reservation {
  Int128 amount = 0, limit = 0, used = 0;
  template <typename F>
  void fields(F& f) {
    f(1, amount), f(2, limit), f(3, used);
  }
};

// Key: root, sequence.
struct Entry {
  Instant time = 0;
  std::string kind;
  uint64_t instance = 0;
  std::string path, element, details;  // JSON object
  template <typename F>
  void fields(F& f) {
    f(1, time), f(2, kind), f(3, instance), f(4, path), f(5, element), f(6, details);
  }
};

// ---------------------------------------------------------------- keys

inline std::string big_endian(uint64_t value) {
  std::string out(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) out[static_cast<size_t>(i)] = static_cast<char>(value);
  return out;
}
inline uint64_t from_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8 && i < bytes.size(); ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}
// Instants order as numbers once their sign bit is flipped.
inline std::string time_key(Instant time) {
  return big_endian(static_cast<uint64_t>(time) ^ (uint64_t{1} << 63));
}
inline Instant time_of_key(std::string_view key) {
  return static_cast<Instant>(from_big_endian(key) ^ (uint64_t{1} << 63));
}
inline std::string pair_key(uint64_t first, uint64_t second) {
  return big_endian(first) + big_endian(second);
}
// The first key after all that begin with `prefix`; empty: none.
inline std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}
inline std::string workflow_key(std::string_view workflow, std::string_view key) {
  return std::string(workflow) + '\0' + std::string(key);
}
inline std::string leaf_key(uint64_t root, uint64_t approval, uint32_t proposal, std::string_view target) {
  return pair_key(root, approval) + big_endian(proposal) + std::string(target);
}
// `field` is the event's field that must equal `key`, + 1; 0 when any event is meant.
inline std::string subscription_prefix(std::string_view event, uint32_t field, std::string_view key) {
  return std::string(event) + '\0' + big_endian(field) + big_endian(key.size()) + std::string(key);
}

}  // namespace endcap::rows
