// A crash can come in the middle of anything; then the process starts again.
#pragma once

#include <stdexcept>

#include "tests/sim/life.h"
#include "tests/sim/promise.h"

namespace endcap::test {

template <typename Step>
void Life::survive(Step step) {
  try {
    step();
  } catch (const BrokenPromise&) {
    throw;
  } catch (const std::runtime_error& error) {
    trace_.tell("the process ends: {}", error.what());
    crash();
  }
}

}  // namespace endcap::test
