// The engine: a step function without threads. It is given inputs, advances instances, and hands out one
// record a drain; outputs are released when that record is acknowledged. Threads, sockets and clocks live in
// the shell (runtime/serve) or in a simulator.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/abi/upgrade.h"
#include "runtime/engine/absences.h"
#include "runtime/engine/connector.h"
#include "runtime/engine/scopes.h"
#include "runtime/engine/upgrade_plan.h"
#include "runtime/journal/journal.h"
#include "runtime/store/store.h"

namespace endcap {

// An API error in the words of the caller.
struct Refusal {
  enum class Kind : uint8_t {
    NotFound,
    Invalid,
    Denied,
    Conflict,
    Overloaded,
    Gone,
    Unreadable,  // the store can't read what the answer needs
  } kind;
  std::string message;
  uint32_t retry_after_s = 1;  // Overloaded: when it may be worth asking again
  bool disk_full = false;      // Overloaded: that is why
};
using JsonReply =
    std::function<void(std::expected<std::string, Refusal>)>;  // JSON text; called after the sync

struct StartRequest {
  std::string workflow;
  std::string arguments_json;
  std::string request_id;
  JsonReply reply;
};
struct EventRequest {
  std::string source, id, type;
  std::string data_json;
  JsonReply reply;
};  // CloudEvents 1.0
// A call of a partner, who has proved who it is.
struct InboundRequest {
  std::string interface;
  uint32_t version = 0;
  std::string operation;
  std::string partner_kind, partner;  // "Marketplace", "acme"
  std::string key;                    // the partner's own: a call is done once by it
  std::string arguments_json;
  JsonReply reply;
};
struct DecisionRequest {
  uint64_t task = 0;
  std::string person;
  enum class What : uint8_t { Approve, Reject, Done, Delegate, Counter } what = What::Done;
  std::string reason;
  JsonReply reply;
  std::string answers = {};  // Done, Counter: JSON object of what is filled in
  std::string except = {};   // Approve, by line: JSON array of the lines that are refused
  std::string to = {};       // Delegate: who decides or does it in their place
  std::string remark = {};   // more than the reason says, in own words
};
// A person puts a suspended or quarantined instance back to work: what it waited for is done again.
struct ResumeRequest {
  uint64_t instance = 0;
  std::string person, reason;
  JsonReply reply;
};
// A person has an item of a route or a sync that is held sent again, or gives it up.
struct HeldRequest {
  uint64_t item = 0;
  std::string person;
  bool drop = false;
  std::string reason;
  JsonReply reply;
};
// What came of one attempt. That of an attempt before the last one is no answer to the last one.
struct CallReply {
  PartitionId partition = 0;
  uint64_t call = 0;
  uint32_t attempt = 0;
  CallResult result;
};

struct EngineOptions {
  uint16_t partitions = 4;
  NodeId node = 1;
  std::map<std::string, std::vector<std::string>> people;  // role -> people
  PeopleScopes scopes;                                     // of roles that are narrowed
  Absences absences;
  PeopleScopes partners;                     // partner -> each of them -> what it answers for
  std::map<std::string, uint32_t> attempts;  // system -> attempts before `unavailable`
  std::map<std::string, Duration> timeouts;  // system -> timeout of one attempt
  std::map<std::string, Duration> settles;  // system -> how long a request that was given up may still arrive
  std::map<std::string, std::string> advisors_off;  // advisor -> why it is not asked: its alternative is used
  uint64_t seed = 1;                                // jitter of retries
  size_t record_bytes_max = kRecordBytesMax;        // of the journal: what is more is several records
  size_t unapplied_bytes_max = 16u << 20;           // of a partition: beyond, it waits for the disk
  abi::PlanUpgrade upgrade;  // for live instances of another program; without one they are refused
  std::string identity;      // of new data, part of every idempotency key; empty: drawn at random
  std::optional<std::set<std::string>> schedules;  // only these of the program's, by their names; absent: all
  std::optional<std::set<std::string>> carriers;   // routes and syncs, likewise; what waits of others stays
  // Called when it is sure that this program goes on with the data, before anything is written for it.
  std::function<std::expected<void, std::string>()> before_rows;
  std::optional<Duration> keep_history;            // of what has ended, with all else of it; absent: for ever
};

struct Counters {
  uint64_t records = 0, steps = 0, started = 0, finished = 0, failed = 0, suspended = 0, quarantined = 0, refused = 0,
           frames_loaded = 0,
           history_rows_read = 0, calls_sent = 0, calls_retried = 0, timers_fired = 0, events = 0,
           recovered_records = 0, upgraded = 0,
           scheduled = 0,    // instances that schedules asked for
      schedules_missed = 0,  // times of schedules at which nothing ran, and that nothing was started for
      carried = 0,           // items of routes and syncs that another system has taken over
      carried_skipped = 0,   // ... that nothing was to be done for
      carried_same = 0,      // ... that it had like that already
      carried_held = 0,      // ... that a person must look at
      carried_dropped = 0,   // ... that a person gave up
      instances_dropped = 0;  // that had ended so long ago that nothing of them is kept any more
};

// How much there is to do, and whether new work is taken in.
struct Pressure {
  std::optional<Refusal> refuses;  // starts, events and calls of partners: why
  Room disk;
  StorePressure store;
  uint64_t queued = 0;           // starts, events and calls of partners that wait for their turn
  uint64_t unapplied_bytes = 0;  // of records that the disk or the store has not taken yet
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Inputs; accepted at any time from the engine's own thread, processed by the next `drain`.
  virtual void start(StartRequest) = 0;
  virtual void event(EventRequest) = 0;
  virtual void inbound(InboundRequest) = 0;
  virtual void decide(DecisionRequest) = 0;
  virtual void resume(ResumeRequest) = 0;
  virtual void settle_held(HeldRequest) = 0;
  virtual void call_finished(CallReply) = 0;

  // One round over all partitions at journal time `now`: fires due timers, advances what is ready, appends at
  // most one record a partition, or as many as it takes, which count together. True when something was done or is to
  // be settled.
  virtual bool drain(Instant now) = 0;
  // The time that views go by until the next `drain`: who is away has no tasks.
  virtual void show_as_of(Instant now) = 0;
  // Makes a record of nothing but the time in the next `drain`: for clocks that nothing else keeps.
  virtual void keep_time() = 0;
  // Takes in what the journal acknowledged since: calls may be made, who asked is answered, and records are
  // handed over to `apply`; and what that has applied since. Called after Journal::sync by the shell.
  virtual void settle() = 0;
  // Applies to the store some of what was handed over. From any thread, beside everything else here; a second one has
  // nothing to do meanwhile. True when something was done that `settle` is to take in.
  virtual bool apply() = 0;
  virtual size_t bytes_to_apply() const = 0;  // handed over, and not begun with
  // Why the engine stopped: the journal was fenced or could not sync, or the store could not be read or
  // written. What was not acknowledged is thrown away, waiting replies are refused, and nothing is done any
  // more: the process must end and recover.
  virtual std::optional<std::string> failure() const = 0;

  // Calls to make now (recorded and acknowledged), but for those whose turn was over at the time that was told
  // last. The shell hands each to its connector and feeds the result to call_finished.
  virtual std::vector<std::pair<PartitionId, CallRequest>> take_calls() = 0;

  // For clocks: the earliest timer that may fire, and whether anything is in flight, queued or
  // unacknowledged.
  virtual std::optional<Instant> next_due() = 0;
  virtual bool busy() const = 0;
  virtual Instant last_time() const = 0;          // newest journalled time: a clock never starts before it
  virtual Instant acknowledged_time() const = 0;  // the newest that a restart would go on from

  // Views of acknowledged state, as far as the store has room for it, as JSON (formats: docs/reference/api.md).
  virtual std::expected<std::string, Refusal> show(const std::string& workflow_or_id,
                                                   const std::string& key) = 0;
  virtual std::expected<std::string, Refusal> list(const std::string& filter_json) = 0;
  virtual std::expected<std::string, Refusal> history(uint64_t instance, uint64_t from, uint32_t limit) = 0;
  virtual std::expected<std::string, Refusal> tasks(const std::string& filter_json) = 0;
  virtual std::expected<std::string, Refusal> schedules() = 0;
  // Routes and syncs with how many of their items are where; items that are held, of which a page begins
  // behind the number `after`; and one item that is not done, or what people said of it.
  virtual std::expected<std::string, Refusal> routes() = 0;
  virtual std::expected<std::string, Refusal> held(const std::string& of, uint64_t after, uint32_t limit) = 0;
  virtual std::expected<std::string, Refusal> held_item(uint64_t number) = 0;
  // One task, an approval with its totals and outliers; and its lines, of which a page begins behind `after`,
  // the `next` of the page before.
  virtual std::expected<std::string, Refusal> task(uint64_t number) = 0;
  virtual std::expected<std::string, Refusal> lines(uint64_t task, const std::string& after,
                                                    uint32_t limit) = 0;
  virtual const Counters& counters() const = 0;
  virtual Pressure pressure() const { return {}; }
  // Open approvals that nobody of EngineOptions::people can grant (any more), each in a few words for the
  // log: people came and went, or other roles were asked then. Reads every open task.
  virtual std::vector<std::string> undecidable() = 0;
  // What the log should say of what happened since it was asked last: items that are held or were dropped.
  virtual std::vector<std::string> take_notices() = 0;
};

// `settle` for whoever does everything on one thread.
inline void settle_and_apply(Engine& engine) {
  engine.settle();
  while (engine.apply()) engine.settle();
}

struct EngineError {
  std::string message;
  bool conflict = false;  // the data belongs to another program, number of partitions or process
};
// Recovers from store and journal: applies unapplied records, loads what runs (never what waits). Live
// instances of another program are moved to `program` first, a record each; when one of them would have no
// place to go, opening is refused, naming the places, and the data is as it was.
std::expected<std::unique_ptr<Engine>, EngineError> open_engine(std::shared_ptr<const abi::Program> program,
                                                                Store& store, Journal& journal,
                                                                const EngineOptions& options);
// What `open_engine` would do with the instances that are alive, without doing it. Unapplied records are
// applied.
std::expected<UpgradePlan, EngineError> plan_engine_upgrade(std::shared_ptr<const abi::Program> program,
                                                            Store& store, Journal& journal,
                                                            const EngineOptions& options);

}  // namespace endcap
