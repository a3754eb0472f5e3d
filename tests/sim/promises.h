// What every simulated life must come to, whatever crashed: docs/design.md, section 1.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/estate_life.h"
#include "tests/sim/wishes.h"

namespace endcap::test {

// Histories of those who ask again and again.
class Histories {
 public:
  explicit Histories(World& world) : world_(world) {}
  const std::vector<Json>& of(uint64_t instance);
  std::vector<Json> of(uint64_t instance, std::string_view kind);
  size_t count(uint64_t instance, std::string_view kind);
  bool came_by(uint64_t instance);  // nobody started it: it resolves an exception, or its morning had come

 private:
  World& world_;
  std::map<uint64_t, std::vector<Json>> read_;
};

struct Lived {
  Lived(World& lived_in, const abi::Program& of, const EstateLife& with, const std::vector<Wish>& wished,
        const Json& mornings_came_to)
      : world(lived_in),
        program(of),
        estate(with),
        wishes(wished),
        mornings(mornings_came_to),
        histories(lived_in),
        instances(lived_in.list({{"limit", 1000}})["instances"]) {}

  World& world;
  const abi::Program& program;
  const EstateLife& estate;
  const std::vector<Wish>& wishes;
  const Json& mornings;
  Histories histories;
  Json instances;  // all there ever were
};

void check_promises(Lived lived);

// After any restart, with the program that runs then: what every parked instance waits for is there, and
// would wake it.
void check_resumable(World& world, const abi::Program& program);

void check_writes(Lived& lived, const Wish& wish, const Json& shown);  // promises_writes.cpp
void check_people(Lived& lived, const Wish& wish, const Json& shown);  // promises_people.cpp
void check_absences(Lived& lived);
void check_starts(Lived& lived);     // promises_starts.cpp
void check_money(Lived& lived);      // promises_money.cpp
void check_histories(Lived& lived);  // promises_histories.cpp
void check_deadlines(Lived& lived);
void check_nothing_left(World& world);  // promises_rows.cpp

}  // namespace endcap::test
