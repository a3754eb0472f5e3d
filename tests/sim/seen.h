// What somebody has seen of the instances in the simulator: views show acknowledged state, so that it is
// still there after whatever crashed.
#pragma once

#include <map>
#include <string>

#include "tests/unit/runtime/engine/world.h"

namespace endcap::test {

class Seen {
 public:
  explicit Seen(World& world) : world_(world) {}

  void look();
  void check() const;

 private:
  struct Each {
    std::string started, ended;  // what it was begun as; how it ended, empty while it runs
  };
  std::map<uint64_t, Each> shown() const;

  World& world_;
  std::map<uint64_t, Each> seen_;
};

}  // namespace endcap::test
