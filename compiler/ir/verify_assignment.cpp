// The verifier: registers are assigned before use on every path, and a ratio is never in a frame.
#include "compiler/ir/uses.h"
#include "compiler/ir/verifier.h"

namespace endcap::ir {
namespace {

using Assigned = std::vector<char>;  // by register

class Assignment {
 public:
  explicit Assignment(const Subject& subject) : s_(subject), at_(subject.graph.blocks.size()) {}

  void run() {
    const Graph& graph = s_.graph;
    Assigned none(graph.registers.size());
    if (!s_.machine) {
      Assigned arguments = none;
      for (RegisterId id : graph.parameters) arguments[id.index] = 1;
      meet(BlockId(0), arguments);
    }
    for (const State& state : graph.states) meet(state.entry, none);  // the frame is loaded by instructions
    while (!open_.empty()) {
      BlockId block = open_.back();
      open_.pop_back();
      Assigned assigned = *at_[block.index];
      for (const Instruction& i : graph.blocks[block.index].instructions) assigned[i.result.index] = 1;
      for_each_successor(graph.blocks[block.index].terminator, [&](BlockId next) { meet(next, assigned); });
    }
    for (size_t i = 0; i < graph.blocks.size(); ++i) {
      if (at_[i]) report(i, *at_[i]);
    }
  }

 private:
  // What is assigned on every path so far; a block whose knowledge shrank is looked at again.
  void meet(BlockId block, const Assigned& assigned) {
    std::optional<Assigned>& known = at_[block.index];
    if (!known) {
      known = assigned;
      open_.push_back(block);
      return;
    }
    bool shrank = false;
    for (size_t i = 0; i < assigned.size(); ++i) {
      if ((*known)[i] && !assigned[i]) {
        (*known)[i] = 0;
        shrank = true;
      }
    }
    if (shrank) open_.push_back(block);
  }

  void report(size_t number, Assigned assigned) {
    const Block& block = s_.graph.blocks[number];
    auto use = [&](RegisterId id) {
      if (!assigned[id.index]) {
        s_.say_at(number, "register {}{} may be used before it is assigned", id.index, named(id));
      }
    };
    for (const Instruction& instruction : block.instructions) {
      for_each_use(instruction, use);
      assigned[instruction.result.index] = 1;
    }
    for_each_use(block.terminator, use);
    auto* park = std::get_if<Park>(&block.terminator);
    if (!park) return;
    for (RegisterId id : s_.graph.states[park->state].live) {
      use(id);
      if (s_.holds_ratio(id)) s_.say_at(number, "a ratio{} would live across a wait", named(id));
    }
    for (RegisterId id : park->operands) {
      if (s_.holds_ratio(id)) s_.say_at(number, "a ratio{} would leave the machine", named(id));
    }
  }

  std::string named(RegisterId id) const {
    const std::string& name = s_.graph.registers[id.index].name;
    return name.empty() ? "" : " (" + name + ")";
  }

  const Subject& s_;
  std::vector<std::optional<Assigned>> at_;
  std::vector<BlockId> open_;
};

}  // namespace

void verify_assignment(const Subject& s) { Assignment(s).run(); }

}  // namespace endcap::ir
