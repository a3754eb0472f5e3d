// What an instruction or terminator reads, and where a block can go: the one place that knows which members
// an op uses.
#pragma once

#include "compiler/ir/flow.h"

namespace endcap::ir {

template <typename Visit>
void for_each_use(const Instruction& instruction, Visit visit) {
  switch (instruction.op) {
    case Op::Constant:
    case Op::LoadFrame:
    case Op::LoadInput:
    case Op::LoadDetail:
    case Op::LoadNow:
      return;
    case Op::Move:
    case Op::Negate:
    case Op::Not:
    case Op::LoadField:
    case Op::IsPresent:
      visit(instruction.a);
      return;
    case Op::Add:
    case Op::Subtract:
    case Op::Compare:
    case Op::And:
    case Op::Or:
      visit(instruction.a);
      visit(instruction.b);
      return;
    case Op::Call:
    case Op::CallGraph:
    case Op::TryGraph:
      for (RegisterId argument : instruction.arguments) visit(argument);
      return;
  }
}

// Without the registers that a park keeps alive: those are the live slots of its state.
template <typename Visit>
void for_each_use(const Terminator& terminator, Visit visit) {
  if (auto* branch = std::get_if<Branch>(&terminator)) visit(branch->condition);
  if (auto* choice = std::get_if<SwitchInt>(&terminator)) visit(choice->value);
  if (auto* park = std::get_if<Park>(&terminator)) {
    for (RegisterId operand : park->operands) visit(operand);
  }
  if (auto* finish = std::get_if<Finish>(&terminator)) visit(finish->record);
  if (auto* fail = std::get_if<Fail>(&terminator)) visit(fail->record);
  if (auto* yield = std::get_if<Yield>(&terminator)) {
    visit(yield->value);
    for (RegisterId id : yield->more) visit(id);
  }
  if (auto* guard = std::get_if<GuardResult>(&terminator)) visit(guard->value);
  if (auto* result = std::get_if<Return>(&terminator)) visit(result->value);
}

// Blocks that this one can jump to; a park goes to none.
template <typename Visit>
void for_each_successor(const Terminator& terminator, Visit visit) {
  if (auto* jump = std::get_if<Jump>(&terminator)) visit(jump->to);
  if (auto* branch = std::get_if<Branch>(&terminator)) {
    visit(branch->then);
    visit(branch->otherwise);
  }
  if (auto* choice = std::get_if<SwitchTag>(&terminator)) {
    for (auto& [tag, block] : choice->cases) visit(block);
    visit(choice->fallback);
  }
  if (auto* choice = std::get_if<SwitchInt>(&terminator)) {
    for (auto& [value, block] : choice->cases) visit(block);
    visit(choice->fallback);
  }
}

}  // namespace endcap::ir
