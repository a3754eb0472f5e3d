// Rows of one program in the numbers of another.
//
// EVERY ROW OF rows.h HAS A `translate` HERE, also one that holds no number of a program: Partition::put asks
// for it, so a new row can't be forgotten. A new FIELD that is a number of a program (type, role, calendar,
// view, navigation, operation, event, policy, workflow, machine, state, or an index into one of their lists),
// or packed by one, must be given its line in translate.cpp by hand. Names identify, numbers never do.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/abi/upgrade.h"
#include "runtime/engine/rows.h"

namespace endcap {

// From one program to another, for the rows of one family.
struct Translation {
  const abi::Program& before;
  const abi::Program& after;
  const abi::Upgrade& upgrade;

  uint32_t workflow = 0;                 // of the family, before
  uint32_t new_workflow = abi::kGone;    // after
  std::set<uint64_t> held;               // approvals that something can still be written under
  std::vector<abi::Obstacle> obstacles;  // what the row that was translated last has no counterpart for
  const rows::Group* group = nullptr;    // before: whose input is translated
  // Waits that go on, by instance: what a call in flight is answered to.
  std::map<uint64_t, const abi::WaitPoint*> waits;
  std::map<uint64_t, std::pair<uint32_t, uint32_t>> places;  // after: machine and state, by instance

  void cannot(std::string why, std::string remedy) {
    obstacles.push_back({std::move(why), std::move(remedy)});
  }
  const abi::PointUpgrade& point(uint32_t machine, uint32_t state) const {
    return upgrade.machines.at(machine).points.at(state);
  }
  // The path of a wait point after it was renamed.
  void rename(std::string& path) const;
  // Values of the parameters of the machine that took the place of `machine`, packed, from those of
  // `machine`; its last `extra` (elements, an event) are left out.
  std::vector<std::string> captures(uint32_t machine, const std::vector<std::string>& old_captures,
                                    size_t extra);
  // Whether the old values of `machine` hold a grant is found in the new ones.
  void hold_grants(uint32_t new_machine, const std::vector<std::string>& captures);
};

// Numbers of no program.
inline void translate(Translation&, rows::Meta&) {}  // Meta::live is counted by the partition
inline void translate(Translation&, rows::Identity&) {}
inline void translate(Translation&, rows::Key&) {}
inline void translate(Translation&, rows::Timer&) {}
inline void translate(Translation&, rows::Seen&) {}
inline void translate(Translation&, rows::Message&) {}   // events go by their type
inline void translate(Translation&, rows::Entry&) {}     // history is told in names
inline void translate(Translation&, rows::Account&) {}   // goes by names
inline void translate(Translation&, rows::Schedule&) {}  // goes by names
inline void translate(Translation&, rows::Matches&) {}   // places in lists that were frozen
inline void translate(Translation&, rows::Carrier&) {}   // routes and syncs go by names; see Pending::program
inline void translate(Translation&, rows::Carried&) {}
inline void translate(Translation&, rows::CarriedPlace&) {}
inline void translate(Translation&, rows::CarriedKeys&) {}
inline void translate(Translation&, rows::CarriedSaid&) {}
inline void translate(Translation&, rows::Sealed&) {}

void translate(Translation&, rows::Family&);
void translate(Translation&, rows::Instance&);
void translate(Translation&, rows::Pending&);
void translate(Translation&, rows::Task&);
void translate(Translation&, rows::Leaf&);
void translate(Translation&, rows::Subscription&);  // and its key: see `resubscribe`
void translate(Translation&, rows::Group&);
void translate(Translation&, rows::GroupInput&);
void translate(Translation&, rows::Undo&);
void translate(Translation&, rows::Reread&);  // but for its slot

// The frame of `row` at the wait point that took the place of its own, with what is to be read for it before
// it goes on. What can't be moved is an obstacle, and leaves `row` as it was.
void move_frame(Translation&, rows::Instance& row, const abi::PointUpgrade& point, uint32_t new_machine);

template <typename Row>
concept Translated = requires(Translation& translation, Row& row) {
  translate(translation, row);
};

// The key of a translated subscription, from its old one; `before` is the row as it was.
std::string resubscribe(const Translation&, const std::string& key, const rows::Subscription& before,
                        const rows::Subscription& after);

}  // namespace endcap
