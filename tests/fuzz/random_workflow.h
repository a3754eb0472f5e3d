// Random workflows of the fixture project (tests/language/project), as text: always well formed, nearly
// always well typed. They read, compute, choose, loop, wait, give tasks, ask models, hear events, raise
// exceptions, and propose, ask for, write and take back; some let a model act, which the checker is there to
// refuse.
#pragma once

#include <cstdint>
#include <string>

namespace endcap::fuzz {

struct RandomWorkflowOptions {
  // Without: the same text less the statements by which a forecast holds back (`when FORECAST { skip }` and
  // the like).
  bool vetoes = true;
};

// A module `name` with one workflow `Flow`, a few functions, and the tests "reference" and "variant 1" to
// "variant 3": the same stores, stocks and promotion, to which the same happens at the same moments, and
// other forecasts and answers of models.
std::string random_workflow(uint64_t seed, const std::string& name,
                            const RandomWorkflowOptions& options = {});

inline constexpr int kVariants = 3;

}  // namespace endcap::fuzz
