// People at their tasks in a simulated life: they decide twice, without being asked, for others, line by
// line, and hand on.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/choices.h"
#include "tests/sim/estate_life.h"
#include "tests/sim/trace.h"

namespace endcap::test {

class SimulatedPeople {
 public:
  SimulatedPeople(World& world, const EstateLife& estate, Choices& choices, const Trace& trace)
      : world_(world), estate_(estate), choices_(choices), trace_(trace) {}

  // Somebody says something about one of the tasks that are open; with `approves` nobody rejects.
  void decide(const std::vector<Json>& tasks, bool approves);

 private:
  DecisionRequest::What answer_to(const Json& task, bool approves);
  std::string some_lines(uint64_t task);
  void send(DecisionRequest request);
  const char* someone();

  World& world_;
  const EstateLife& estate_;
  Choices& choices_;
  const Trace& trace_;
};

}  // namespace endcap::test
