// What partitions say to each other, and what a schedule keeps between two of its starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/engine/fields.h"

namespace endcap::rows {

// A wait for the end of another family, known by the message that asked for it; wait 0: nobody waits.
struct Waiter {
  uint64_t root = 0, instance = 0, wait = 0;
  template <typename F>
  void fields(F& f) {
    f(1, root), f(2, instance), f(3, wait);
  }
};

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
  std::string partner, call;                      // Event: who called what, when a partner sent it
  template <typename F>
  void fields(F& f) {
    f(1, source), f(2, id), f(3, type), f(4, data), f(5, stored), f(6, kind), f(7, source_key), f(8, waiter),
        f(9, failure), f(10, moment), f(11, came), f(12, partner), f(13, call);
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

}  // namespace endcap::rows
