// The upgrade signature of a workflow: what an instance that waits depends on, as text, hashed.
#include <fmt/format.h>

#include "compiler/ir/lowering.h"
#include "runtime/abi/shape.h"

namespace endcap::ir {
namespace {

// The shape of a type, not its number: numbers move when an unrelated type comes or goes.
std::string shape(const abi::Types& types, abi::TypeId id) {
  if (id >= types.size()) return "-";
  const abi::Type& type = types[id];
  std::string text = fmt::format("{}.{}.{}.{}:{}", static_cast<int>(type.kind), type.scale, type.precision,
                                 type.max_length, type.name);
  if (!type.refinement.empty()) text += " " + abi::bounds_text(type);
  if (type.element != abi::kNoType) text += "<" + shape(types, type.element) + ">";
  for (const abi::Field& field : type.fields) {
    text += fmt::format(";{}{}{}", field.name, field.advice ? "?" : "=", shape(types, field.type));
  }
  for (const std::string& value : type.values) text += "|" + value;
  return "(" + text + ")";
}

std::string payload(const abi::Program& program, uint32_t operation) {
  const abi::Operation& o = program.operations[operation];
  return o.name + shape(program.types, o.payload);
}

std::string describe(const abi::Program& program, const abi::WaitPoint& wait) {
  std::string text = fmt::format("{} {}", static_cast<int>(wait.kind), wait.path);
  for (const abi::Slot& slot : wait.live) {
    text +=
        fmt::format("\n  {} {} {}", slot.name, shape(program.types, slot.type), static_cast<int>(slot.trust));
  }
  if (wait.kind == abi::WaitKind::ReadOperation || wait.kind == abi::WaitKind::Notify) {
    text += "\n  calls " + payload(program, wait.target);
  }
  for (const auto& proposal : wait.proposals) {
    text += "\n  proposes " + proposal.name + " " + payload(program, proposal.operation);
    if (proposal.undo) text += " undo " + payload(program, *proposal.undo);
  }
  if (wait.kind == abi::WaitKind::Write || wait.kind == abi::WaitKind::AskAgain ||
      wait.kind == abi::WaitKind::Approve) {
    text += fmt::format("\n  grant {} {}", wait.label, wait.target);
  }
  for (const abi::Subscription& event : wait.events) {
    text += "\n  hears " + program.events[event.event].name +
            shape(program.types, program.events[event.event].record);
  }
  return text + "\n";
}

}  // namespace

std::string signature(const abi::Program& program, uint32_t workflow) {
  std::string text;
  for (const abi::Machine& machine : program.machines) {
    if (machine.workflow != workflow) continue;
    text += machine.name + "\n";
    for (const abi::WaitPoint& wait : machine.states) text += describe(program, wait);
  }
  return abi::hex(abi::sha256(text));
}

}  // namespace endcap::ir
