// What becomes of the instances of one program under another: numbers of the old program to numbers of the
// new one, and for each wait point where its instances go on. The compiler's side computes it from the tables
// of both; the engine carries it out.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi/program.h"

namespace endcap::abi {

inline constexpr uint32_t kGone = 0xffffffff;

// Why an instance has no place to go, and what to do about it: a sentence each.
struct Obstacle {
  std::string why, remedy;
  friend auto operator<=>(const Obstacle&, const Obstacle&) = default;
};

// Where a value of the new frame comes from.
struct SlotSource {
  std::optional<uint32_t> slot;  // of the old frame
  std::string value;             // without one: packed
  // It is read, by what the old frame holds, before whoever stands here goes on.
  struct Reread {
    ReadKind kind = ReadKind::View;
    uint32_t target = 0;  // of the new program
    TypeId payload = kNoType;
    struct Cell {
      std::optional<uint32_t> slot, field;  // of the old frame; of the record that stands there
      std::string value;                    // without a slot: packed
    };
    std::vector<Cell> cells;
  };
  std::optional<Reread> reread;
};

// An old wait point, or the start of a machine (state 0), whose "frame" is its parameters.
struct PointUpgrade {
  uint32_t state = kGone;              // in the new machine
  std::vector<Obstacle> obstacles;     // not empty: who stands here has no place to go
  std::vector<SlotSource> slots;       // of the new frame; complete when there is no obstacle
  std::vector<uint32_t> events;        // old event of the wait -> new one; kGone: it is not heard any more
  std::vector<uint32_t> fresh_events;  // new ones without an old one, which can be heard from here on
};

struct MachineUpgrade {
  uint32_t machine = kGone;
  std::vector<PointUpgrade> points;  // by old state
};

struct Upgrade {
  // Old number -> new number; kGone when nothing in the new program is the same for what is stored: equal
  // structure (types), equal key (views, navigations), equal payload (operations), equal facts (policies).
  std::vector<uint32_t> types, roles, calendars, views, navigations, operations, policies, workflows;
  std::vector<bool>
      same_strategy;  // of each old operation: an attempt whose outcome is open goes on as it began
  std::vector<MachineUpgrade> machines;
  std::vector<std::map<std::string, std::string>>
      paths;  // of each old workflow: wait points that have another path now
};

// Asked by the engine when live instances belong to another program. The error is one paragraph.
using PlanUpgrade =
    std::function<std::expected<Upgrade, std::string>(const Program& before, const Program& after)>;

}  // namespace endcap::abi
