// The parts of the verifier. Each adds one sentence per finding; later parts rely on what earlier ones found
// in order.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/flow.h"

namespace endcap::ir {

// One graph under verification; `machine` is null for a pure graph.
struct Subject {
  const Program& program;
  const Graph& graph;
  const abi::Machine* machine;
  std::vector<std::string>& findings;

  const abi::Types& types() const { return program.abi.types; }
  abi::TypeId type(RegisterId id) const { return graph.registers[id.index].type; }
  abi::Kind kind(RegisterId id) const { return types()[type(id)].kind; }
  bool holds_ratio(RegisterId id) const {
    abi::TypeId inside = type(id);
    const auto holds_other = [](abi::Kind k) { return k == abi::Kind::Optional || k == abi::Kind::List; };
    while (inside != abi::kNoType && holds_other(types()[inside].kind)) inside = types()[inside].element;
    return inside != abi::kNoType && types()[inside].kind == abi::Kind::Ratio;
  }

  template <typename... Arguments>
  void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) const {
    findings.push_back(graph.name + ": " + fmt::format(text, std::forward<Arguments>(arguments)...));
  }
  template <typename... Arguments>
  void say_at(size_t block, fmt::format_string<Arguments...> text, Arguments&&... arguments) const {
    findings.push_back(fmt::format("{}, block {}: ", graph.name, block) +
                       fmt::format(text, std::forward<Arguments>(arguments)...));
  }
};

// Whether a cell of one type can stand where the other is expected: the same shape, whatever the length of a
// text.
bool compatible(const abi::Types& types, abi::TypeId a, abi::TypeId b);

bool is_guard(const abi::Machine& machine,
              size_t state);  // a state that is called for an event, not parked at

void verify_ids(const Subject& subject);         // every id names something
void verify_shape(const Subject& subject);       // entries, frames, terminators, reachability
void verify_types(const Subject& subject);       // operands of each op
void verify_assignment(const Subject& subject);  // defined before use on every path; no ratio in a frame
void verify_waits(const Subject& subject);       // parks and frames match the wait points
void verify_grants(const Subject& subject);      // a single leaf is not written again after it was

}  // namespace endcap::ir
