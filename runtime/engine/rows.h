// What the engine keeps: one struct a row, with the numbers of its fields. What people are asked stands in
// task_rows.h, what partitions say to each other in message_rows.h, what routes and syncs keep in
// carry_rows.h, the keys of all in row_keys.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/engine/carry_rows.h"
#include "runtime/engine/fields.h"
#include "runtime/engine/message_rows.h"
#include "runtime/engine/row_keys.h"
#include "runtime/engine/task_rows.h"
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
  Instant dropped_before = 0;  // no sealed history of a day before
  template <typename F>
  void fields(F& f) {
    f(1, next_number), f(2, next_sequence), f(3, next_message), f(4, time), f(5, watermark), f(6, cursors),
        f(7, live), f(8, dropped_before);
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
  // Of which tables it has had rows, so that its end need not look where there never were any.
  enum Holds : uint64_t { Known = 1, Leaves = 2, Groups = 4, Undos = 8, Blobs = 16, Handlers = 32, KnowsHandlers = 64 };
  uint64_t holds = 0;  // without Known: a row of an older release, which may have some of all
  bool may_hold(Holds what) const {
    const Holds known = what == Handlers ? KnowsHandlers : Known;
    return (holds & known) == 0 || (holds & what) != 0;
  }
  uint64_t questions = 0;  // of undos, that people have not answered: they outlive it
  void take_key(std::string_view key_of_row) { root = from_big_endian(key_of_row); }
  bool stands_at(std::string_view key_of_row) const { return from_big_endian(key_of_row) == root; }
  bool has_ended() const { return status == Status::Finished || status == Status::Failed; }
  template <typename F>
  void fields(F& f) {
    if constexpr (F::kReads) f(1, root);  // of an older release
    f(2, workflow), f(3, key), f(4, program), f(5, version), f(6, status), f(7, started),
        f(8, ended), f(9, arguments), f(10, outcome), f(11, value), f(12, failure), f(13, compensate),
        f(14, suspended), f(15, signature), f(16, waiters), f(17, severity), f(18, raised),
        f(19, last_raised), f(20, postponed), f(21, late), f(22, holds), f(23, questions);
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

// A value that a machine holds no more than a place for: it is read before the machine goes on.
struct Reread {
  uint32_t slot = 0;
  abi::ReadKind kind = abi::ReadKind::Operation;
  uint32_t target = 0;  // operation, view or navigation
  std::string payload;  // packed
  template <typename F>
  void fields(F& f) {
    f(1, slot), f(2, kind), f(3, target), f(4, payload);
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
    Rereading = 7,  // its wait is over; what it is owed of `rereads` is on its way
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
  // Suspended, Quarantined, Rereading: what it was resumed with. Ending: what the one that ran it will be
  // resumed with.
  std::string reason, held_input, held_call;
  uint32_t held_tag = 0, held_detail = 0;
  TypeId held_type = abi::kNoType;
  // Ending, Failing
  std::string outcome, value;  // name; JSON of its record
  bool failure = false, compensate = false;
  uint64_t leaving = 0;         // Ending, Stopping: what is in flight, its own and below it
  std::vector<Due> dues;        // of the steps that it stands in
  std::vector<Reread> rereads;  // in this order
  bool rereads_begun =
      false;  // its wait is over; a person who resumes it has it read again, and nothing else
  // One that no other has made is its whole lineage.
  void take_key(std::string_view key) {
    root = from_big_endian(key);
    number = from_big_endian(key.substr(8));
    if (lineage.empty()) lineage = {number};
  }
  bool stands_at(std::string_view key) const {
    return from_big_endian(key) == root && from_big_endian(key.substr(8)) == number &&
           (lineage.size() != 1 || lineage.front() == number);
  }
  bool is_lost() const { return status == Status::Suspended || status == Status::Quarantined; }
  // It runs no more, and settles or takes back.
  bool is_over() const { return status != Status::Waiting && status != Status::Rereading && !is_lost(); }
  template <typename F>
  void fields(F& f) {
    if constexpr (F::kReads) f(1, number), f(2, root);  // of an older release
    f(3, parent);
    if (F::kReads || lineage.size() > 1) f(4, lineage);
    f(5, group), f(6, index), f(7, flight),
        f(8, machine), f(9, state), f(10, status), f(11, element), f(12, frame), f(13, since), f(14, timers),
        f(15, subscriptions), f(16, call), f(17, task), f(18, fan_out), f(19, scopes), f(20, deadline),
        f(21, reason), f(22, held_input), f(23, held_call), f(24, held_tag), f(25, held_detail),
        f(26, held_type), f(27, outcome), f(28, value), f(29, failure), f(30, compensate), f(31, leaving),
        f(32, asked), f(33, dues), f(34, rereads), f(35, rereads_begun);
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
    RereadBegins = 9,  // after a deploy in the middle of it
    ReconciliationIsDue = 10,
  };
  Kind kind = Kind::Due;
  uint64_t root = 0, number = 0, detail = 0;
  std::string schedule = {};  // ScheduleIsDue, ReconciliationIsDue: the name of the schedule or the sync
  template <typename F>
  void fields(F& f) {
    f(1, kind), f(2, root), f(3, number), f(4, detail), f(5, schedule);
  }
};

// ---------------------------------------------------------------- Pending

// A call that is not resolved. Key: number.
struct Pending {
  enum class Purpose : uint8_t {
    Read = 1,
    Notify = 2,
    Write = 3,
    Recheck = 4,
    Undo = 5,
    Ask = 6,
    Reread = 7,  // of an instance that was moved: it answers no wait
    Carry = 8,   // what a route or a sync has another system do
    Look = 9,    // what a sync reads for that
  };
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
  // Carry, Look. Its numbers are those of `program`: another one takes the call away and begins anew.
  std::string carrier, program;
  uint64_t item = 0;  // 0: the list of a reconciliation
  bool is_carried() const { return purpose == Purpose::Carry || purpose == Purpose::Look; }
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, purpose), f(3, stage), f(4, root), f(5, instance), f(6, flight), f(7, what),
        f(8, target), f(9, payload), f(10, key), f(11, payload_type), f(12, result), f(13, attempt),
        f(14, failures), f(15, maybe_done), f(16, asking), f(17, sent), f(18, began), f(19, timer),
        f(20, message), f(21, path), f(22, element), f(23, approval), f(24, proposal), f(25, leaf_target),
        f(26, rechecks), f(27, facts), f(28, lineage), f(29, waiters), f(30, undo), f(31, deadline),
        f(32, carrier), f(33, program), f(34, item);
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

// ---------------------------------------------------------------- Group, Undo, Dedup, History

// A fan-out. Key: root, number; its input under root, number, "i", the matches of a sweep under root, number,
// "m", how many come before them.
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
  // Of a sweep: how many combinations there are, how many were looked at (`count` is how many of them match),
  // and under which number the matches stand that elements are made of now.
  uint64_t combinations = 0, looked_at = 0, matches = 0;
  bool looks() const { return looked_at < combinations; }
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, root), f(3, instance), f(4, machine), f(5, state), f(6, count), f(7, created),
        f(8, done), f(9, skipped), f(10, flight), f(11, element), f(12, lineage), f(13, began), f(14, failed),
        f(15, stopping), f(16, combinations), f(17, looked_at), f(18, matches);
  }
};
struct GroupInput {
  std::string list;                   // packed; empty for branches
  std::vector<std::string> captures;  // packed, one an operand
  std::vector<std::string> lists;     // of a sweep, packed
  template <typename F>
  void fields(F& f) {
    f(1, list), f(2, captures), f(16, lists);
  }
};
// Combinations of a sweep that match, of those it looked at in one go: see matches.h.
struct Matches {
  uint64_t first = 0, count = 0;
  std::string packed;
  template <typename F>
  void fields(F& f) {
    f(1, first), f(2, count), f(3, packed);
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

// As an older release wrote it: see history.h. Key: root, sequence.
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

// Entries of a family that has ended: see sealing.h for the key, history.h for what is packed.
struct Sealed {
  std::vector<uint64_t> tasks;  // that they are about: dropped with them
  std::string entries;
  template <typename F>
  void fields(F& f) {
    f(1, tasks), f(2, entries);
  }
};

}  // namespace endcap::rows
