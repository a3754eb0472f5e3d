// Limits of a frame that a workflow can run into, told where it does.
#include <algorithm>
#include <string>

#include "compiler/ir/lower.h"

namespace endcap::ir {
namespace {

void check_wait(const State& state, const abi::WaitPoint& wait, Diagnostics& diagnostics) {
  const auto limit = [&](size_t count, const char* what) {
    if (count <= abi::kSlotsMax) return;
    diagnostics
        .emit(DiagnosticKind::TooManyValues, state.span,
              {std::to_string(count), what, std::to_string(abi::kSlotsMax)})
        .note("a list or a record counts as one: put into one what belongs together, or read it again later");
  };
  limit(state.live.size(), "kept over this wait");
  limit(wait.operands.size(), "handed over here");
}

}  // namespace

void check_limits(const Program& program, Diagnostics& diagnostics) {
  for (size_t i = 0; i < program.machines.size(); ++i) {
    const Graph& graph = program.graphs[program.machines[i].index];
    const abi::Machine& machine = program.abi.machines[i];
    for (size_t state = 0; state < graph.states.size(); ++state) {
      // The start of a machine and its guards have no place of their own: what they are given has been kept
      // or handed over by a wait.
      if (graph.states[state].span.valid())
        check_wait(graph.states[state], machine.states[state], diagnostics);
    }
  }
}

}  // namespace endcap::ir
