// The verifier: entries of states, loads of the frame, which terminators may stand where, and that every
// block is reached.
#include "compiler/ir/uses.h"
#include "compiler/ir/verifier.h"

namespace endcap::ir {
namespace {

// Blocks reached from `start` without a park.
std::vector<char> reached_from(const Graph& graph, const std::vector<BlockId>& starts) {
  std::vector<char> seen(graph.blocks.size());
  std::vector<BlockId> open = starts;
  while (!open.empty()) {
    BlockId block = open.back();
    open.pop_back();
    if (std::exchange(seen[block.index], 1)) continue;
    for_each_successor(graph.blocks[block.index].terminator, [&](BlockId next) { open.push_back(next); });
  }
  return seen;
}

// A state is entered by a park, or called as a guard by a subscription of this or another machine.
bool is_entered(const Subject& s, size_t state) {
  if (state == 0) return true;
  for (const Block& block : s.graph.blocks) {
    auto* park = std::get_if<Park>(&block.terminator);
    if (park && park->state == state) return true;
  }
  for (size_t i = 0; i < s.program.abi.machines.size(); ++i) {
    for (const abi::WaitPoint& wait : s.program.abi.machines[i].states) {
      for (const abi::Subscription& event : wait.events) {
        const abi::Machine* owner =
            event.machine ? &s.program.abi.machines[*event.machine] : &s.program.abi.machines[i];
        if (owner == s.machine && event.guard_state == state) return true;
      }
    }
  }
  return false;
}

void check_entry(const Subject& s, size_t number) {
  const State& state = s.graph.states[number];
  const auto& instructions = s.graph.blocks[state.entry.index].instructions;
  bool good = instructions.size() >= state.live.size();
  for (size_t i = 0; good && i < state.live.size(); ++i) {
    good = instructions[i].op == Op::LoadFrame && instructions[i].index == i &&
           instructions[i].result == state.live[i];
  }
  if (!good) s.say("state {} does not begin by loading its frame, slot after slot", number);
  if (state.live.size() > abi::kSlotsMax)
    s.say("state {} has more than {} live slots", number, abi::kSlotsMax);
}

void check_frame_loads(const Subject& s) {
  std::vector<size_t> loads(s.graph.blocks.size());  // how many stand at the head, by right
  for (const State& state : s.graph.states) loads[state.entry.index] = state.live.size();
  for (size_t i = 0; i < s.graph.blocks.size(); ++i) {
    const auto& instructions = s.graph.blocks[i].instructions;
    for (size_t k = loads[i]; k < instructions.size(); ++k) {
      if (instructions[k].op == Op::LoadFrame) s.say_at(i, "loads the frame away from the head of a state");
      if (s.machine) continue;
      Op op = instructions[k].op;
      if (op == Op::LoadInput || op == Op::LoadDetail || op == Op::LoadNow)
        s.say_at(i, "a pure graph sees only its arguments");
    }
    for_each_successor(s.graph.blocks[i].terminator, [&](BlockId next) {
      for (const State& state : s.graph.states) {
        if (state.entry == next) s.say_at(i, "jumps to the entry of a state");
      }
    });
  }
}

bool ends_guard(const Terminator& t) {
  return std::holds_alternative<GuardResult>(t) || std::holds_alternative<FaultOut>(t);
}
bool ends_pure(const Terminator& t) {
  return std::holds_alternative<Return>(t) || std::holds_alternative<FaultOut>(t);
}
// It never waits, and has no outcome.
bool ends_delivery(const Terminator& t) {
  return std::holds_alternative<Yield>(t) || std::holds_alternative<SkipElement>(t) || ends_guard(t);
}
bool leaves(const Terminator& terminator) {
  bool stays = false;
  for_each_successor(terminator, [&](BlockId) { stays = true; });
  return !stays;
}

void check_ends(const Subject& s, size_t i) {
  const Terminator& terminator = s.graph.blocks[i].terminator;
  if (!s.machine) {
    if (std::holds_alternative<SwitchTag>(terminator)) s.say_at(i, "a pure graph has no tag to switch by");
    if (leaves(terminator) && !ends_pure(terminator))
      s.say_at(i, "a pure graph ends only in a return or a fault");
    return;
  }
  if (std::holds_alternative<Return>(terminator)) s.say_at(i, "a machine does not return");
  bool child_end =
      std::holds_alternative<Yield>(terminator) || std::holds_alternative<SkipElement>(terminator);
  if (child_end && s.machine->kind != abi::MachineKind::Element &&
      s.machine->kind != abi::MachineKind::Delivery)
    s.say_at(i, "only an element yields or is skipped, and a delivery");
  if (s.machine->kind == abi::MachineKind::Delivery && leaves(terminator) && !ends_delivery(terminator))
    s.say_at(i, "a delivery only says what is to be done");
  const auto* yield = std::get_if<Yield>(&terminator);
  if (yield && !yield->more.empty() && s.machine->kind != abi::MachineKind::Delivery)
    s.say_at(i, "only a delivery yields more than a value");
  const bool has_outcome =
      s.machine->kind == abi::MachineKind::Main || s.machine->kind == abi::MachineKind::Run;
  if (std::holds_alternative<Done>(terminator) && has_outcome) {
    s.say_at(i, "the machine of a workflow ends without an outcome");
  }
}

}  // namespace

void verify_shape(const Subject& s) {
  const Graph& graph = s.graph;
  std::vector<BlockId> starts;
  if (!s.machine) starts.push_back(BlockId(0));
  std::vector<char> is_entry(graph.blocks.size());
  for (size_t i = 0; i < graph.states.size(); ++i) {
    BlockId entry = graph.states[i].entry;
    if (std::exchange(is_entry[entry.index], 1)) s.say("state {} shares its entry with another", i);
    check_entry(s, i);
    if (!is_entered(s, i)) s.say("state {} is never parked at", i);
    starts.push_back(entry);
  }
  check_frame_loads(s);
  std::vector<char> seen = reached_from(graph, starts);
  for (size_t i = 0; i < graph.blocks.size(); ++i) {
    if (!seen[i]) s.say_at(i, "is never reached");
    check_ends(s, i);
  }
  if (!s.machine) return;
  std::vector<char> in_guard(graph.blocks.size());
  for (size_t i = 0; i < graph.states.size(); ++i) {
    if (!is_guard(*s.machine, i)) continue;
    std::vector<char> guard = reached_from(graph, {graph.states[i].entry});
    for (size_t block = 0; block < guard.size(); ++block) {
      if (!guard[block]) continue;
      in_guard[block] = 1;
      const Terminator& terminator = graph.blocks[block].terminator;
      if (leaves(terminator) && !ends_guard(terminator)) s.say_at(block, "a guard only says yes or no");
    }
  }
  for (size_t i = 0; i < graph.blocks.size(); ++i) {
    const bool compares = s.machine->kind == abi::MachineKind::Delivery;
    if (!in_guard[i] && !compares && std::holds_alternative<GuardResult>(graph.blocks[i].terminator)) {
      s.say_at(i, "a guard's result outside of a guard");
    }
  }
}

}  // namespace endcap::ir
