// The end of a workflow that another one runs: as that of a family (ending.cpp), but for itself and what is
// below it. Then the one that ran it goes on with the outcome.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"

namespace endcap {

namespace {

bool is_below(const std::vector<uint64_t>& lineage, uint64_t number) {
  return std::ranges::find(lineage, number) != lineage.end();
}

}  // namespace

std::set<uint32_t> workflows_run_with_handlers(const abi::Program& program) {
  const auto handled = [](const abi::WaitPoint& wait) {
    return wait.kind == abi::WaitKind::Throughout ||
           (wait.kind == abi::WaitKind::Due && !wait.branches.empty());
  };
  std::set<uint32_t> workflows;
  for (const abi::Machine& machine : program.machines) {
    if (machine.run_workflow && std::ranges::any_of(machine.states, handled))
      workflows.insert(*machine.run_workflow);
  }
  return workflows;
}

// `row` is the machine that said so: the run itself, or something below it. The record stands in the
// workspace.
void Partition::end_run(const rows::Instance& row, const abi::Outcome& outcome, uint32_t index,
                        bool compensate) {
  std::optional<rows::Instance> run;
  for (auto above = row.lineage.rbegin(); above != row.lineage.rend() && !run; ++above) {
    auto each = *above == row.number ? std::optional(row) : instance(row.root, *above);
    if (each && program().machines[each->machine].kind == abi::MachineKind::Run) run = std::move(each);
  }
  CHECK(run.has_value());
  run->status = rows::Instance::Status::Ending;
  run->held_tag = abi::OutcomeBase + index;
  run->outcome = outcome.name;
  run->value = "{}";
  if (outcome.record != abi::kNoType) {
    run->held_input = abi::pack_value(types(), outcome.record, workspace_.arena(), operand(0), &blobs_);
    run->held_type = outcome.record;
    run->value = abi::value_to_json(types(), outcome.record, workspace_.arena(), operand(0));
  }
  run->failure = outcome.failure;
  run->compensate = compensate;
  // A run that ends by its own word has nothing below it, but for handlers.
  const auto& workflow = program().machines[run->machine].run_workflow;
  const bool alone = row.number == run->number && !run_with_handlers_.contains(workflow.value());
  run->leaving = alone ? 0 : cancel(run->root, all_below(*run));
  run->call = cancel_wait(*run);
  if (run->call != 0) ++run->leaving;
  run->frame.clear();
  put(*run);
  run_settled(*run);
}

Partition::Below Partition::all_below(const rows::Instance& above) {
  Below below;
  for (const auto& [key, bytes] : overlay_.collect(Table::Group, rows::big_endian(above.root))) {
    if (key.size() != 2 * sizeof(uint64_t)) continue;  // its input
    auto group = rows::decode<rows::Group>(bytes);
    if (is_below(group.lineage, above.number)) below.groups.push_back(std::move(group));
  }
  for (const auto& [key, bytes] : overlay_.collect(Table::Instance, rows::big_endian(above.root))) {
    const uint64_t number = rows::from_big_endian(std::string_view(key).substr(8));
    if (number == 0 || number == above.number) continue;
    auto row = rows::decode<rows::Instance>(key, bytes);
    if (is_below(row.lineage, above.number)) below.machines.push_back(std::move(row));
  }
  return below;
}

// Gives how many calls in flight are left.
uint64_t Partition::cancel(uint64_t root, const Below& below) {
  // First, so that no call that is dropped makes room for another.
  for (const rows::Group& group : below.groups) flights_.erase(group.number);
  uint64_t leaving = 0, lost = 0;
  for (rows::Instance row : below.machines) {
    if (row.is_lost()) ++lost;
    row.call = cancel_wait(row);
    if (row.call == 0) {
      overlay_.erase(Table::Instance, rows::pair_key(row.root, row.number));
      continue;
    }
    ++leaving;
    row.status = rows::Instance::Status::Leaving;
    row.frame.clear();
    put(row);
  }
  for (const rows::Group& group : below.groups)
    erase_all(Table::Group, rows::pair_key(group.root, group.number));
  for (const rows::Group& group : below.groups)
    erase_all(Table::Result, rows::pair_key(group.root, group.number));
  if (lost == 0) return leaving;
  auto whole = family(root);
  whole->suspended -= std::min(whole->suspended, lost);
  put(*whole);
  return leaving;
}

// Gives the call that must settle first, or 0.
uint64_t Partition::cancel_wait(rows::Instance& row) {
  uint64_t kept = 0;
  const auto pending = row.call != 0 ? call(row.call) : std::nullopt;
  if (pending && stays_to_settle(*pending)) {
    kept = pending->number;
    leaving_calls_.insert(kept);
  } else if (pending) {
    drop_call(*pending);
  }
  clear_wait(row, true);
  return kept;
}

// The call of one that is cancelled has settled.
void Partition::has_left(rows::Instance row) {
  auto above = ending_above(row.root, row.lineage);
  CHECK(above.has_value() && above->leaving > 0);
  if (row.number == above->number) {
    above->call = 0;
  } else {
    overlay_.erase(Table::Instance, rows::pair_key(row.root, row.number));
  }
  --above->leaving;
  put(*above);
  settle_below(*above);
}

// The innermost of the lineage that is ending, a workflow that was run or an element: whatever else was below
// it is gone.
std::optional<rows::Instance> Partition::ending_above(uint64_t root, const std::vector<uint64_t>& lineage) {
  for (auto each = lineage.rbegin(); each != lineage.rend(); ++each) {
    auto row = instance(root, *each);
    if (row && row->is_over() && row->status != rows::Instance::Status::Leaving) return row;
  }
  return std::nullopt;
}

// Something below it has settled, or is taken back.
void Partition::settle_below(const rows::Instance& ending) {
  using Status = rows::Instance::Status;
  if (ending.status == Status::Ending) return run_settled(ending);
  if (ending.status == Status::Failing) return element_settled(ending);
  if (ending.status == Status::Stopping && ending.leaving == 0) return element_stopped(ending);
}

void Partition::run_settled(const rows::Instance& run) {
  if (run.leaving != 0) return;
  if (run.compensate && take_back(run.root, run.number)) return;
  const std::string group_key = rows::pair_key(run.root, run.group);
  const auto group = find<rows::Group>(Table::Group, group_key);
  CHECK(group.has_value());
  const abi::WaitPoint& point = program().machines[group->machine].states[group->state];
  overlay_.erase(Table::Instance, rows::pair_key(run.root, run.number));
  erase_all(Table::Group, group_key);
  note(run.root, "ran", group->instance, point.path, group->element,
       {{"workflow", program().workflows[point.target].name},
        {"outcome", run.outcome},
        {"failure", run.failure},
        {"value", Json::parse(run.value)}});
  resume(run.root, run.parent, Input{run.held_tag, 0, run.held_input, run.held_type, {}});
}

}  // namespace endcap
