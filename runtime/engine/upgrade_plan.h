// What would happen to the instances that are alive if another program took over: where they stand, how many,
// and why some could not go on. A deploy is planned against these, not against what the old program could
// have had.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/abi/upgrade.h"

namespace endcap {

struct UpgradePlan {
  struct Place {
    std::string workflow;
    uint32_t version = 0;
    std::string path;  // in the old version
    auto operator<=>(const Place&) const = default;
  };
  struct Stand {
    uint64_t count = 0;  // of instances, elements, branches and handlers that stand there
    std::string now;     // the path in the new version; empty when one can't go on
    uint32_t new_version = 0;
    std::map<abi::Obstacle, uint64_t> obstacles;  // and how many meet each
  };
  std::map<Place, Stand> stands;
  uint64_t families = 0;                 // that are alive under another program
  uint64_t unmoved = 0;                  // that are alive under this program already
  std::vector<std::string> undecidable;  // open approvals that nobody could grant: Engine::undecidable
  bool strands() const;
  void add(const UpgradePlan& other);
};

// A paragraph a place that strands: what stands there, why, and the remedy. Empty when all go on.
std::string why_stranded(const UpgradePlan& plan);
std::string to_json(const UpgradePlan& plan);
std::string to_text(const UpgradePlan& plan);  // for people: a line a place, its obstacles below

}  // namespace endcap
