// What routes and syncs keep: one row each, and one for each item that is not done. By names and JSON only,
// so that they outlive their program. All in Table::Carried, in the partition of the name; keys: see carry.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/engine/fields.h"
#include "runtime/value/time.h"

namespace endcap::rows {

// One time that a sync went over all its entities.
struct Reconciled {
  Instant began = 0, ended = 0;
  uint64_t listed = 0;                                    // entities
  uint64_t same = 0, carried = 0, skipped = 0, held = 0;  // what came of those it made items of
  std::string reason;                                     // why there was no list
  template <typename F>
  void fields(F& f) {
    f(1, began), f(2, ended), f(3, listed), f(4, same), f(5, carried), f(6, skipped), f(7, held),
        f(8, reason);
  }
};

// A route or a sync.
struct Carrier {
  enum class Kind : uint8_t { Route = 0, Sync = 1 };
  std::string name;
  Kind kind = Kind::Route;
  std::string operation, system, owner;  // as the newest program that had it says
  Instant since = 0;
  // Items, each in one of these states
  uint64_t waiting = 0, on_their_way = 0, held = 0;
  // Of all time
  uint64_t carried = 0, skipped = 0, same = 0, dropped = 0;
  // Of a sync
  std::string rule;  // as it is written; of `next`
  Instant next = 0;  // 0: none in ten years
  std::string timer;
  uint64_t missed = 0;   // times that nothing was begun for: nothing ran then, or the one before ran still
  bool running = false;  // a reconciliation, `run`
  bool listing = false;  // the list is being read
  uint64_t place = 0;    // how many of the listed are items, or were
  uint64_t open = 0;     // items of the reconciliation that are not done
  Reconciled run, last;
  std::string entities;       // Sync: the view and its key, by which what is listed is found
  bool away = false;          // it did not run for a while: nobody heard what changed meanwhile
  uint64_t listing_call = 0;  // of the reconciliation that runs
  bool has_nothing() const { return waiting == 0 && on_their_way == 0 && held == 0; }
  template <typename F>
  void fields(F& f) {
    f(1, name), f(2, kind), f(3, operation), f(4, system), f(5, owner), f(6, since), f(7, waiting),
        f(8, on_their_way), f(9, held), f(10, carried), f(11, skipped), f(12, same), f(13, dropped),
        f(14, rule), f(15, next), f(16, timer), f(17, missed), f(18, running), f(19, listing), f(20, place),
        f(21, open), f(22, run), f(23, last), f(24, entities), f(25, away), f(26, listing_call);
  }
};

// What is carried for one message or one entity.
struct Carried {
  enum class Stage : uint8_t {
    None = 0,       // it waits, or is held
    Reading = 1,    // the entity
    Comparing = 2,  // what the other system has is read
    Delivering = 3,
  };
  uint64_t number = 0;
  std::string carrier;
  Stage stage = Stage::None;
  Instant since = 0;       // when it came
  std::string source, id;  // of the event
  std::string data;        // JSON: of the event, or the entity's key
  uint64_t round = 0;  // of the key of its write: a new one once it is certain that nothing came of the last
  std::string record;  // Comparing: the entity, packed by the program that reads
  // An attempt may have taken effect. `until`: its request can arrive that long; how it was made, by names
  bool maybe_done = false;
  Instant until = 0;
  std::string operation, strategy;
  bool again = false;       // Sync: the entity has changed since it was read
  bool reconciles = false;  // a reconciliation counts what comes of it
  // Held
  Instant held = 0;
  std::string reason;
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, carrier), f(3, stage), f(4, since), f(5, source), f(6, id), f(7, data), f(8, round),
        f(9, record), f(10, maybe_done), f(11, until), f(12, operation), f(13, strategy), f(14, again),
        f(15, reconciles), f(16, held), f(17, reason);
  }
};

// Which item there is of an entity of a sync.
struct CarriedPlace {
  uint64_t number = 0;
  template <typename F>
  void fields(F& f) {
    f(1, number);
  }
};

// Some of the entities that a reconciliation goes over.
struct CarriedKeys {
  std::vector<std::string> keys;  // JSON
  template <typename F>
  void fields(F& f) {
    f(1, keys);
  }
};

// What people said about an item that was held, in order. It stays: nothing else tells who dropped it and
// why.
struct CarriedSaid {
  struct Each {
    std::string person, covers;  // covers: in whose place
    bool dropped = false;        // else it was sent again
    std::string reason;
    std::string held;  // why it was held
    Instant time = 0;
    template <typename F>
    void fields(F& f) {
      f(1, person), f(2, covers), f(3, dropped), f(4, reason), f(5, held), f(6, time);
    }
  };
  std::string carrier, data;
  std::vector<Each> said;
  template <typename F>
  void fields(F& f) {
    f(1, carrier), f(2, data), f(3, said);
  }
};

}  // namespace endcap::rows
