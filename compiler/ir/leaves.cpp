// Dataflow over the blocks of a machine, forwards for what was written and backwards for what may be; an
// element, a branch or a workflow that is run begins where its parent stands, and goes on where that does.
#include "compiler/ir/leaves.h"

#include <map>
#include <set>
#include <utility>

#include "compiler/ir/uses.h"

namespace endcap::ir {
namespace {

using abi::WaitKind;
using Parts = std::set<uint32_t>;  // numbers of proposals of grants, by the grant's name

bool add(Parts& to, const Parts& from) {
  const size_t before = to.size();
  to.insert(from.begin(), from.end());
  return to.size() > before;
}
Parts both(Parts a, const Parts& b) {
  add(a, b);
  return a;
}

class LeafFlow {
 public:
  explicit LeafFlow(Program& program) : program_(program) {
    for (const abi::Machine& machine : program_.abi.machines) {
      for (const abi::WaitPoint& wait : machine.states) {
        if (wait.kind != WaitKind::Approve || wait.path.empty()) continue;
        for (uint32_t i = 0; i < wait.proposals.size(); ++i) {
          const auto [at, fresh] =
              numbers_[machine.workflow][wait.label].try_emplace(i, static_cast<uint32_t>(parts_.size()));
          if (fresh) parts_.push_back({wait.label, wait.proposals[i].name});
        }
      }
    }
  }

  void run() {
    ever_.resize(program_.abi.machines.size());
    for (uint32_t i = 0; i < program_.abi.workflows.size(); ++i) {
      if (!numbers_.contains(i)) continue;  // it asks for nothing
      const uint32_t main = program_.abi.workflows[i].main;
      collect(main);
      machine(main, {}, {}, {}, {});
    }
  }

 private:
  const Graph& graph(uint32_t machine) const { return program_.graphs[program_.machines[machine].index]; }
  static bool waits(const abi::WaitPoint& wait) { return !wait.path.empty(); }

  static std::vector<uint32_t> children(const abi::WaitPoint& wait) {
    std::vector<uint32_t> result;
    for (const abi::Branch& branch : wait.branches) result.push_back(branch.machine);
    for (const abi::Subscription& event : wait.events) {
      if (event.machine) result.push_back(*event.machine);
    }
    return result;
  }

  Parts of_grant(uint32_t machine, const abi::WaitPoint& wait) const {
    Parts parts;
    const auto& known = numbers_.at(program_.abi.machines[machine].workflow).at(wait.label);
    for (const auto& [proposal, number] : known) parts.insert(number);
    return parts;
  }

  // Of a workflow that is looked at alone, nobody has asked for what it is given.
  std::optional<uint32_t> leaf_of(uint32_t machine, const abi::WaitPoint& wait) const {
    if (wait.kind != WaitKind::Write || !waits(wait)) return std::nullopt;
    const auto workflow = numbers_.find(program_.abi.machines[machine].workflow);
    if (workflow == numbers_.end()) return std::nullopt;
    const auto grant = workflow->second.find(wait.label);
    if (grant == workflow->second.end()) return std::nullopt;
    const auto found = grant->second.find(wait.target);
    return found == grant->second.end() ? std::nullopt : std::optional(found->second);
  }

  // All that a machine may ever write, with those below it.
  const Parts& collect(uint32_t machine) {
    Parts& all = ever_[machine];
    for (const abi::WaitPoint& wait : program_.abi.machines[machine].states) {
      if (const auto leaf = leaf_of(machine, wait)) all.insert(*leaf);
      for (const uint32_t child : children(wait)) add(all, collect(child));
    }
    return all;
  }
  Parts below(const abi::WaitPoint& wait) const {
    Parts all;
    for (const uint32_t child : children(wait)) add(all, ever_[child]);
    return all;
  }

  // What the way from the entry of a state's wait to `tag` changes: gives what is written anew, and takes
  // away what is asked for anew.
  std::pair<Parts, Parts> on_tag(uint32_t machine, uint32_t state, uint32_t tag) const {
    const abi::WaitPoint& wait = program_.abi.machines[machine].states[state];
    if (tag != abi::Ok || !waits(wait)) return {};
    if (const auto leaf = leaf_of(machine, wait)) return {{*leaf}, {}};
    if (wait.kind == WaitKind::Approve) return {{}, of_grant(machine, wait)};
    return {};
  }

  std::map<uint32_t, uint32_t> entries(const Graph& graph) const {
    std::map<uint32_t, uint32_t> result;  // block -> state
    for (uint32_t i = 0; i < graph.states.size(); ++i) result.emplace(graph.states[i].entry.index, i);
    return result;
  }

  // By state. `now`: the rounds of a loop are apart, as elements are.
  std::vector<Parts> forwards(uint32_t machine, const Parts& start, bool now) const {
    const Graph& flow = graph(machine);
    const auto& states = program_.abi.machines[machine].states;
    const auto entry = entries(flow);
    std::vector<Parts> at(flow.states.size()), in(flow.blocks.size());
    std::vector<uint32_t> open{flow.states[0].entry.index};
    std::vector<char> reached(flow.blocks.size());
    at[0] = in[open.front()] = start;
    const auto flows = [&](BlockId to, const Parts& what) {
      if (add(in[to.index], what) || !std::exchange(reached[to.index], 1)) open.push_back(to.index);
    };
    while (!open.empty()) {
      const uint32_t number = open.back();
      open.pop_back();
      const Block& block = flow.blocks[number];
      const Parts here = in[number];
      if (const auto* park = std::get_if<Park>(&block.terminator)) {
        add(at[park->state], here);
        flows(flow.states[park->state].entry, both(at[park->state], below(states[park->state])));
      } else if (now && block.behind) {
        flows(*block.behind, here);
      } else if (const auto* choice = std::get_if<SwitchTag>(&block.terminator);
                 choice && entry.contains(number)) {
        for (const auto& [tag, to] : choice->cases) {
          const auto [more, less] = on_tag(machine, entry.at(number), tag);
          Parts changed = both(here, more);
          for (const uint32_t part : less) changed.erase(part);
          flows(to, changed);
        }
        flows(choice->fallback, here);
      } else {
        for_each_successor(block.terminator, [&](BlockId to) { flows(to, here); });
      }
    }
    return at;
  }

  // By state: what may be written once its wait is over. `after`: when the machine has done its part;
  // `ended`: when it ends the workflow around it.
  std::vector<Parts> backwards(uint32_t machine, const Parts& after, const Parts& ended) const {
    const Graph& flow = graph(machine);
    const auto& states = program_.abi.machines[machine].states;
    const auto entry = entries(flow);
    std::vector<Parts> in(flow.blocks.size());
    const auto update = [&](uint32_t number) {
      const Terminator& end = flow.blocks[number].terminator;
      Parts ahead;
      if (const auto* park = std::get_if<Park>(&end)) {
        add(ahead, in[flow.states[park->state].entry.index]);
        add(ahead, below(states[park->state]));
        if (const auto leaf = leaf_of(machine, states[park->state])) ahead.insert(*leaf);
      } else if (const auto* choice = std::get_if<SwitchTag>(&end); choice && entry.contains(number)) {
        for (const auto& [tag, to] : choice->cases) {
          Parts there = in[to.index];
          for (const uint32_t part : on_tag(machine, entry.at(number), tag).second) there.erase(part);
          add(ahead, there);
        }
      } else if (std::holds_alternative<Finish>(end)) {
        ahead = ended;
      } else if (std::holds_alternative<Fail>(end)) {
        ahead = both(ended, after);  // or of the element alone
      } else if (std::holds_alternative<Done>(end) || std::holds_alternative<Yield>(end) ||
                 std::holds_alternative<SkipElement>(end)) {
        ahead = after;
      } else {
        for_each_successor(end, [&](BlockId to) { add(ahead, in[to.index]); });
      }
      return add(in[number], ahead);
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (uint32_t i = static_cast<uint32_t>(flow.blocks.size()); i-- > 0;) changed |= update(i);
    }
    std::vector<Parts> at;
    for (const State& state : flow.states) at.push_back(in[state.entry.index]);
    return at;
  }

  void machine(uint32_t number, const Parts& written, const Parts& now, const Parts& after,
               const Parts& ended) {
    const std::vector<Parts> all = forwards(number, written, false), this_round = forwards(number, now, true),
                             ahead = backwards(number, after, ended);
    abi::Machine& described = program_.abi.machines[number];
    for (uint32_t s = 0; s < described.states.size(); ++s) {
      abi::WaitPoint& wait = described.states[s];
      const Parts beside = below(wait);
      Leaves& at = at_[{number, s}];  // from wherever it is come to
      add(at.written, both(all[s], beside));
      add(at.written_now, both(this_round[s], beside));
      add(at.ahead, ahead[s]);
      wait.written = named(at.written);
      wait.written_now = named(at.written_now);
      wait.ahead = named(at.ahead);
      for (const uint32_t child : children(wait)) {
        Parts others;
        if (wait.kind == WaitKind::Together) {
          for (const uint32_t other : children(wait)) {
            if (other != child) add(others, ever_[other]);
          }
        }
        const bool heard = program_.abi.machines[child].kind == abi::MachineKind::Handler;
        if (heard) others = ever_[number];
        const bool run = wait.kind == WaitKind::Run;
        machine(child, both(all[s], others), both(this_round[s], others), heard ? Parts{} : ahead[s],
                run ? ahead[s] : ended);
      }
    }
  }

  std::vector<abi::WaitPoint::GrantPart> named(const Parts& parts) const {
    std::vector<abi::WaitPoint::GrantPart> result;
    for (const uint32_t part : parts) result.push_back(parts_[part]);
    return result;
  }

  Program& program_;
  std::vector<abi::WaitPoint::GrantPart> parts_;
  std::map<uint32_t, std::map<std::string, std::map<uint32_t, uint32_t>>>
      numbers_;              // workflow, grant, proposal
  std::vector<Parts> ever_;  // by machine
  struct Leaves {
    Parts written, written_now, ahead;
  };
  std::map<std::pair<uint32_t, uint32_t>, Leaves> at_;  // by machine and state
};

}  // namespace

void fill_leaves(Program& program) { LeafFlow(program).run(); }

}  // namespace endcap::ir
