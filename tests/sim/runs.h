// Lives beside each other and one after the other, in processes of their own: a CHECK that fails ends no more
// than the life that it fails in.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tests/sim/life.h"

namespace endcap::test {

struct Ended {
  std::string broken;  // the promise, in words; empty: all were kept
  uint64_t last = 0;   // thing that has happened
  Happened happened = {};
  uint64_t crashes = 0;
};

// In this process. `options.folder` may be empty: then it is one for this life only.
Ended live(const LifeOptions& options);
// In a process of its own, which is ended when it takes longer. Of what happened only the last is told.
Ended live_apart(const LifeOptions& options, std::chrono::seconds at_most);

struct Runs {
  uint64_t first = 1, seeds = 100;
  double seconds = 0;  // no new life is begun after so many; 0: all of them are lived
  unsigned jobs = 1;
};
struct Survey {
  uint64_t lives = 0, steps = 0, crashes = 0;
  uint64_t steps_min = UINT64_MAX, crashes_min = UINT64_MAX;  // of one life
  uint64_t broken = 0;  // lowest seed whose life broke a promise; 0: none
};
Survey live_many(const Runs& runs);

}  // namespace endcap::test
