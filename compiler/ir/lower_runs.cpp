// Lowering of `run`: the other workflow is a machine below this one, made for what it is given here; how it
// ended is the tag that this machine is resumed with.
#include "compiler/ir/lowering.h"

namespace endcap::ir {

using abi::MachineKind;
using abi::WaitKind;

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Run& run) {
  for (size_t i = 0; i < run.parameters.size(); ++i) set(run.parameters[i], expression(*run.arguments[i]));
  const Author author{&program_.workflows[run.workflow], stmt.path.size() + 1};
  const Child made = child(
      MachineKind::Run, prefix_ + stmt.path, FreeLocals().of(run.body).result(),
      [&](FlowLowering& inner) {
        inner.prefix_ = prefix_;
        inner.block(run.body);
      },
      &author);
  const uint32_t state = add_wait(stmt, WaitKind::Run);
  wait(state).target = run.workflow;
  wait(state).label = run.name;
  wait(state).branches = {{made.machine, run.name, 0, static_cast<uint32_t>(made.captured.size())}};
  const BlockId parked = park(state, made.captured), after = builder_.make_block();
  Outlet outlet{parked, after, {}, {}, {}, unhandled(state)};
  SwitchTag tags{{}, outlet.unhandled};
  const auto at_outcome = [&](uint32_t outcome) {
    tags.cases.emplace_back(abi::OutcomeBase + outcome, builder_.make_block());
    builder_.at(tags.cases.back().second);
  };
  const auto& outcomes = program_.out.abi.workflows[run.workflow].outcomes;
  for (uint32_t i = 0; i < outcomes.size(); ++i) {
    if (run_handler(run, i, outlet, at_outcome)) continue;
    at_outcome(i);
    if (run.result.valid()) {
      builder_.trust(local(run.result));
      set(run.result, builder_.load(Op::LoadInput, local(run.result).type));
    }
    builder_.jump(after);
  }
  builder_.at(builder_.entry(state));
  builder_.end(tags);
  builder_.at(after);
}

bool FlowLowering::run_handler(const sema::Run& run, uint32_t outcome, Outlet& outlet,
                               const std::function<void(uint32_t)>& at_outcome) {
  for (const sema::Handler& each : run.handlers) {
    if (each.rejection != outcome) continue;
    at_outcome(outcome);
    const BlockId here = builder_.current(), bound = binding_handler(each, outlet);
    builder_.at(here);
    builder_.jump(bound);
    return true;
  }
  return false;
}

}  // namespace endcap::ir
